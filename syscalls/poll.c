/*
 * syscalls/poll.c - poll(2), ppoll(2), and sets of descriptors
 *
 * Model: the guest's array is copied in once. A first look takes each file only for the moment; a
 * call that has to wait holds its files until it ends. Of the guest's array only the revents fields
 * are written, as in Linux: other threads may change the rest meanwhile.
 */
#include <poll.h>
#include <string.h>

#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "sentry/mem/window.h"
#include "syscalls/poll_wait.h"

/* ---- sets ---- */

static uint32_t poll_one(struct file *f, uint32_t events)
{
	return file_poll(f) & (events | POLLERR | POLLHUP);
}

static uint32_t poll_entry(struct task *t, const struct poll_set *s, uint32_t i)
{
	const struct pollfd *p = &s->fds[i];
	struct file *f;
	uint32_t mask;

	if (p->fd < 0)
		return 0;
	if (s->files)
		return s->files[i] ? poll_one(s->files[i], (uint16_t)p->events) : POLLNVAL;
	f = fd_get(t, p->fd);
	if (f == NULL)
		return POLLNVAL;
	mask = poll_one(f, (uint16_t)p->events);
	file_put(f);
	return mask;
}

uint32_t poll_set_check(struct task *t, struct poll_set *s)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->nr; i++) {
		s->fds[i].revents = (short)poll_entry(t, s, i);
		n += s->fds[i].revents != 0;
	}
	return n;
}

int poll_set_watch(struct task *t, struct poll_set *s)
{
	s->files = mem_calloc(s->nr, sizeof(struct file *));
	if (s->files == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < s->nr; i++) {
		struct wait_queue *wq;

		if (s->fds[i].fd >= 0)
			s->files[i] = fd_get(t, s->fds[i].fd);
		wq = s->files[i] ? file_wait_queue(s->files[i]) : NULL;
		if (wq)
			park_add_wait(t, wq, (uint16_t)s->fds[i].events);
	}
	return 0;
}

void poll_set_free(struct poll_set *s)
{
	for (uint32_t i = 0; s->files && i < s->nr; i++)
		if (s->files[i])
			file_put(s->files[i]);
	mem_free(s->files);
	mem_free(s->fds);
}

/* ---- poll(2) ---- */

struct poll_call {
	struct poll_wait w;
	struct poll_set set;
	uaddr_t ufds;
	uaddr_t time_left; /* ppoll: where it is written */
	bool restarts;	   /* poll: through restart_syscall(2) */
};

static struct poll_call *poll_call_of(struct poll_wait *w)
{
	return container_of(w, struct poll_call, w);
}

static long poll_check(struct task *t, struct poll_wait *w)
{
	return poll_set_check(t, &poll_call_of(w)->set);
}

static int poll_watch(struct task *t, struct poll_wait *w)
{
	return poll_set_watch(t, &poll_call_of(w)->set);
}

static void poll_free(struct poll_wait *w)
{
	struct poll_call *c = poll_call_of(w);

	poll_set_free(&c->set);
	mem_free(c);
}

#define REVENTS_CHUNK 64

/* The shim copies the results from there. */
static bool write_to_window(struct task *t, const struct poll_call *c)
{
	size_t want = c->set.nr * sizeof(struct pollfd), len = want;
	void *place = t->window ? window_place(t->window, c->ufds, &len, true) : NULL;

	if (!place || len < want)
		return false;
	memcpy(place, c->set.fds, want);
	window_put(t->window, c->ufds, want);
	return true;
}

static int write_revents(struct task *t, const struct poll_call *c)
{
	struct iovec iov[REVENTS_CHUNK];
	short revents[REVENTS_CHUNK];
	struct uio u;

	if (write_to_window(t, c))
		return 0;
	for (uint32_t i = 0; i < c->set.nr; i += REVENTS_CHUNK) {
		uint32_t n = MIN(c->set.nr - i, (uint32_t)REVENTS_CHUNK);

		for (uint32_t j = 0; j < n; j++) {
			uaddr_t at = c->ufds + (i + j) * sizeof(struct pollfd) +
				     offsetof(struct pollfd, revents);

			iov[j] = (struct iovec){.iov_base = (void *)at, .iov_len = sizeof(short)};
			revents[j] = c->set.fds[i + j].revents;
		}
		uio_init_iov(&u, t, iov, n, n * sizeof(short));
		if (uio_write(&u, revents, n * sizeof(short)) != n * sizeof(short))
			return -EFAULT;
	}
	return 0;
}

static long poll_finish(struct task *t, struct poll_wait *w, long n)
{
	struct poll_call *c = poll_call_of(w);

	if (write_revents(t, c) < 0)
		n = -EFAULT;
	if (c->restarts && n == -ERESTARTNOHAND)
		return poll_set_restart(t, w->deadline_ns);
	return poll_write_time_left(t, c->time_left, POLL_TIMESPEC, w->deadline_ns, n);
}

static int poll_call_new(struct task *t, uaddr_t ufds, uint32_t nfds, struct poll_call **ret)
{
	struct poll_call *c;

	if (nfds > task_rlimit(t, RLIMIT_NOFILE) || nfds > FDTABLE_MAX)
		return -EINVAL;
	c = mem_zalloc(sizeof(*c));
	if (c == NULL)
		return -ENOMEM;
	c->set.fds = mem_calloc(nfds, sizeof(struct pollfd));
	if (c->set.fds == NULL ||
	    (nfds && copy_in(t, c->set.fds, ufds, nfds * sizeof(*c->set.fds)))) {
		int err = c->set.fds ? -EFAULT : -ENOMEM;

		poll_free(&c->w);
		return err;
	}
	c->set.nr = nfds;
	c->ufds = ufds;
	c->w.check = poll_check;
	c->w.watch = poll_watch;
	c->w.nr_waits = nfds;
	c->w.finish = poll_finish;
	c->w.free = poll_free;
	c->w.on_signal = -ERESTARTNOHAND;
	*ret = c;
	return 0;
}

long poll_restarted(struct task *t, const uint64_t *a, int64_t deadline_ns)
{
	struct poll_call *c;
	int err = poll_call_new(t, a[0], (uint32_t)a[1], &c);

	if (err < 0)
		return err;
	c->restarts = true;
	c->w.deadline_ns = deadline_ns;
	return poll_wait_run(t, &c->w);
}

long sys_poll(struct task *t, const uint64_t *a)
{
	int ms = (int)a[2];
	int64_t deadline = TIMER_NEVER;

	if (ms == 0)
		deadline = POLL_NO_WAIT;
	else if (ms > 0)
		deadline = clock_now_ns(CLOCK_MONOTONIC) + ms * 1000000LL;
	return poll_restarted(t, a, deadline);
}

long sys_ppoll(struct task *t, const uint64_t *a)
{
	struct poll_wait mask = {0};
	int64_t deadline = TIMER_NEVER;
	struct poll_call *c;
	struct timespec ts;
	int err;

	if (a[2]) {
		if (copy_in_obj(t, &ts, a[2]) < 0)
			return -EFAULT;
		err = poll_deadline(&ts, &deadline);
		if (err < 0)
			return err;
	}
	err = poll_copy_mask(t, a[3], a[4], &mask);
	if (err < 0)
		return err;
	err = poll_call_new(t, a[0], (uint32_t)a[1], &c);
	if (err < 0)
		return err;
	c->w.has_mask = mask.has_mask;
	c->w.mask = mask.mask;
	c->w.deadline_ns = deadline;
	c->time_left = a[2];
	return poll_wait_run(t, &c->w);
}
