/*
 * syscalls/select.c - select(2), pselect6(2)
 *
 * Model: the three bit sets become one set of poll entries, one per descriptor that is in any of
 * them. Results go back as whole bit sets, and only if the call succeeds. As in Linux, the sets end
 * where the table of descriptors ends, whatever the caller says.
 */
#include <poll.h>
#include <string.h>
#include <sys/time.h>

#include "fs/vfs/file.h"
#include "sentry/base/bitmap.h"
#include "sentry/base/mem.h"
#include "syscalls/poll_wait.h"

#define IN_EVENTS (POLLRDNORM | POLLRDBAND | POLLIN)
#define OUT_EVENTS (POLLWRBAND | POLLWRNORM | POLLOUT)
#define IN_READY (IN_EVENTS | POLLHUP | POLLERR)
#define OUT_READY (OUT_EVENTS | POLLERR)

enum { SET_IN, SET_OUT, SET_EX, NR_SETS };

struct select_call {
	struct poll_wait w;
	struct poll_set set;
	uint32_t words; /* of each bit set */
	uaddr_t user[NR_SETS];
	uint64_t *bits[NR_SETS]; /* asked for; one allocation, from bits[0] */
	uaddr_t time_left;
	enum poll_time_type time_type;
};

static struct select_call *select_call_of(struct poll_wait *w)
{
	return container_of(w, struct select_call, w);
}

/* The number of bits that the result has: select counts each set. */
static long select_check(struct task *t, struct poll_wait *w)
{
	struct select_call *c = select_call_of(w);
	long n = 0;

	if (poll_set_check(t, &c->set) == 0)
		return 0;
	for (uint32_t i = 0; i < c->set.nr; i++) {
		uint32_t fd = (uint32_t)c->set.fds[i].fd;
		uint32_t mask = (uint16_t)c->set.fds[i].revents;

		n += (mask & IN_READY) && bitmap_test(c->bits[SET_IN], fd);
		n += (mask & OUT_READY) && bitmap_test(c->bits[SET_OUT], fd);
		n += (mask & POLLPRI) && bitmap_test(c->bits[SET_EX], fd);
	}
	return n;
}

static int select_watch(struct task *t, struct poll_wait *w)
{
	return poll_set_watch(t, &select_call_of(w)->set);
}

static void select_free(struct poll_wait *w)
{
	struct select_call *c = select_call_of(w);

	poll_set_free(&c->set);
	mem_free(c->bits[0]);
	mem_free(c);
}

/* Clears the bits of what is not ready, then writes the sets out. */
static int select_copy_out(struct task *t, struct select_call *c)
{
	for (uint32_t i = 0; i < c->set.nr; i++) {
		uint32_t fd = (uint32_t)c->set.fds[i].fd;
		uint32_t mask = (uint16_t)c->set.fds[i].revents;

		if (!(mask & IN_READY))
			bitmap_clear(c->bits[SET_IN], fd);
		if (!(mask & OUT_READY))
			bitmap_clear(c->bits[SET_OUT], fd);
		if (!(mask & POLLPRI))
			bitmap_clear(c->bits[SET_EX], fd);
	}
	for (int s = 0; s < NR_SETS; s++)
		if (c->user[s] && copy_out(t, c->user[s], c->bits[s], c->words * sizeof(uint64_t)))
			return -EFAULT;
	return 0;
}

static long select_finish(struct task *t, struct poll_wait *w, long n)
{
	struct select_call *c = select_call_of(w);

	if (n >= 0 && select_copy_out(t, c) < 0)
		n = -EFAULT;
	return poll_write_time_left(t, c->time_left, c->time_type, w->deadline_ns, n);
}

/* One poll entry per descriptor asked for; -EBADF if one is not open. */
static int select_fill(struct task *t, struct select_call *c, uint32_t n)
{
	uint32_t nr = 0;

	for (uint32_t fd = 0; fd < n; fd++) {
		uint32_t events = 0;
		struct file *f;

		if (bitmap_test(c->bits[SET_IN], fd))
			events |= IN_EVENTS;
		if (bitmap_test(c->bits[SET_OUT], fd))
			events |= OUT_EVENTS;
		if (bitmap_test(c->bits[SET_EX], fd))
			events |= POLLPRI;
		if (events == 0)
			continue;
		f = fd_get_any(t, (int)fd);
		if (f == NULL)
			return -EBADF;
		file_put(f);
		c->set.fds[nr].fd = (int)fd;
		c->set.fds[nr++].events = (short)events;
	}
	c->set.nr = c->w.nr_waits = nr;
	return 0;
}

static int select_copy_in(struct task *t, struct select_call *c, uint32_t n)
{
	uint32_t asked = 0;

	c->words = (uint32_t)BITMAP_WORDS(n);
	c->bits[0] = mem_calloc((size_t)NR_SETS * MAX(c->words, 1u), sizeof(uint64_t));
	if (c->bits[0] == NULL)
		return -ENOMEM;
	for (int s = 0; s < NR_SETS; s++) {
		c->bits[s] = c->bits[0] + (size_t)s * c->words;
		if (c->user[s] && c->words &&
		    copy_in(t, c->bits[s], c->user[s], c->words * sizeof(uint64_t)) < 0)
			return -EFAULT;
		asked += (uint32_t)bitmap_weight(c->bits[s], n);
	}
	c->set.fds = mem_calloc(MIN(asked, n), sizeof(struct pollfd));
	return c->set.fds ? select_fill(t, c, n) : -ENOMEM;
}

static long do_select(struct task *t, const uint64_t *a, const struct poll_wait *mask,
		      int64_t deadline, enum poll_time_type type)
{
	int n = (int)a[0];
	struct select_call *c;
	int err;

	if (n < 0)
		return -EINVAL;
	c = mem_zalloc(sizeof(*c));
	if (c == NULL)
		return -ENOMEM;
	c->w = (struct poll_wait){
		.check = select_check,
		.watch = select_watch,
		.finish = select_finish,
		.free = select_free,
		.deadline_ns = deadline,
		.on_signal = -ERESTARTNOHAND,
		.has_mask = mask->has_mask,
		.mask = mask->mask,
	};
	for (int s = 0; s < NR_SETS; s++)
		c->user[s] = a[1 + s];
	c->time_left = a[4];
	c->time_type = type;
	/* Programs pass the limit of descriptors and sets that are smaller. */
	err = select_copy_in(t, c, MIN((uint32_t)n, fdtable_size(t->files)));
	if (err < 0) {
		select_free(&c->w);
		return poll_write_time_left(t, a[4], type, deadline, err);
	}
	return poll_wait_run(t, &c->w);
}

long sys_select(struct task *t, const uint64_t *a)
{
	struct poll_wait no_mask = {0};
	int64_t deadline = TIMER_NEVER;
	struct timeval tv;
	struct timespec ts;
	int err;

	if (a[4]) {
		if (copy_in_obj(t, &tv, a[4]) < 0)
			return -EFAULT;
		if (__builtin_add_overflow(tv.tv_sec, tv.tv_usec / 1000000, &ts.tv_sec))
			return -EINVAL;
		ts.tv_nsec = tv.tv_usec % 1000000 * 1000;
		err = poll_deadline(&ts, &deadline);
		if (err < 0)
			return err;
	}
	return do_select(t, a, &no_mask, deadline, POLL_TIMEVAL);
}

long sys_pselect6(struct task *t, const uint64_t *a)
{
	struct {
		uint64_t mask, size;
	} sig = {0};
	struct poll_wait mask = {0};
	int64_t deadline = TIMER_NEVER;
	struct timespec ts;
	int err;

	if (a[5] && copy_in_obj(t, &sig, a[5]) < 0)
		return -EFAULT;
	if (a[4]) {
		if (copy_in_obj(t, &ts, a[4]) < 0)
			return -EFAULT;
		err = poll_deadline(&ts, &deadline);
		if (err < 0)
			return err;
	}
	err = poll_copy_mask(t, sig.mask, sig.size, &mask);
	if (err < 0)
		return err;
	return do_select(t, a, &mask, deadline, POLL_TIMESPEC);
}
