/*
 * syscalls/sys_epoll.c - epoll_create(2), epoll_ctl(2), epoll_wait(2) and their variants
 *
 * Model: the first look collects into a buffer on the stack or, for many items, a bounded one on
 * the heap.
 *
 * Signals: always EINTR, also where no handler ran (stop and continue), as in Linux.
 */
#include <limits.h>
#include <poll.h>
#include <string.h>

#include "fs/anon/anon.h"
#include "fs/anon/epoll.h"
#include "fs/vfs/file.h"
#include "netstack/socket/inet.h"
#include "sentry/base/mem.h"
#include "syscalls/poll_wait.h"

#define EVENTS_FEW 32
#define EVENTS_MANY 4096
#define EP_MAX_EVENTS (INT_MAX / (int)sizeof(struct epoll_event))

struct epoll_call {
	struct poll_wait w;
	struct file *epf;
	uaddr_t uevents;
	int max;		 /* at most what buf holds */
	struct epoll_event *buf; /* few, or allocated */
	struct epoll_event few[EVENTS_FEW];
};

static struct epoll_call *epoll_call_of(struct poll_wait *w)
{
	return container_of(w, struct epoll_call, w);
}

static long epoll_check(struct task *t, struct poll_wait *w)
{
	struct epoll_call *c = epoll_call_of(w);
	int n = epoll_collect(t, c->epf, c->buf, c->max);

	/* Who does not wait is told what is so now, not what the event thread has heard of. */
	if (n == 0 && w->deadline_ns == POLL_NO_WAIT && inet_in_use()) {
		event_flush();
		n = epoll_collect(t, c->epf, c->buf, c->max);
	}
	return n;
}

static int epoll_watch(struct task *t, struct poll_wait *w)
{
	park_add_wait(t, file_wait_queue(epoll_call_of(w)->epf), POLLIN);
	return 0;
}

static long epoll_finish(struct task *t, struct poll_wait *w, long n)
{
	struct epoll_call *c = epoll_call_of(w);

	if (n > 0 && copy_out(t, c->uevents, c->buf, (size_t)n * sizeof(*c->buf)) < 0)
		return -EFAULT;
	return n;
}

static void epoll_free(struct poll_wait *w)
{
	struct epoll_call *c = epoll_call_of(w);

	if (c->buf != c->few)
		mem_free(c->buf);
	file_put(c->epf);
	mem_free(c);
}

static int epoll_wait_check(struct task *t, const uint64_t *a, struct file **ret)
{
	int max = (int)a[2];
	struct file *epf;

	if (max <= 0 || max > EP_MAX_EVENTS)
		return -EINVAL;
	if (!user_range_ok(a[1], (uint64_t)max * sizeof(struct epoll_event)))
		return -EFAULT;
	epf = fd_get(t, (int)a[0]);
	if (epf == NULL)
		return -EBADF;
	if (!file_is_epoll(epf)) {
		file_put(epf);
		return -EINVAL;
	}
	*ret = epf;
	return 0;
}

static long do_epoll_wait(struct task *t, const uint64_t *a, const struct poll_wait *mask,
			  int64_t deadline)
{
	struct epoll_call *c;
	struct file *epf;
	unsigned int cap;
	int err = epoll_wait_check(t, a, &epf);

	if (err < 0)
		return err;
	c = mem_alloc(sizeof(*c));
	if (c == NULL) {
		file_put(epf);
		return -ENOMEM;
	}
	c->w = (struct poll_wait){
		.check = epoll_check,
		.watch = epoll_watch,
		.nr_waits = 1,
		.finish = epoll_finish,
		.free = epoll_free,
		.deadline_ns = deadline,
		.on_signal = -EINTR,
		.has_mask = mask->has_mask,
		.mask = mask->mask,
	};
	c->epf = epf;
	c->uevents = a[1];
	c->buf = c->few;
	c->max = MIN((int)a[2], EVENTS_FEW);
	cap = (int)a[2] > EVENTS_FEW ? epoll_nr_items(epf) : 0;
	if (cap > EVENTS_FEW) {
		cap = MIN(MIN(cap, (unsigned int)a[2]), (unsigned int)EVENTS_MANY);
		c->buf = mem_calloc(cap, sizeof(*c->buf));
		if (c->buf)
			c->max = (int)cap;
		else
			c->buf = c->few;
	}
	return poll_wait_run(t, &c->w);
}

static int64_t deadline_of_ms(int ms)
{
	if (ms == 0)
		return POLL_NO_WAIT;
	return ms < 0 ? TIMER_NEVER : clock_now_ns(CLOCK_MONOTONIC) + ms * 1000000LL;
}

long sys_epoll_wait(struct task *t, const uint64_t *a)
{
	struct poll_wait mask = {0};

	return do_epoll_wait(t, a, &mask, deadline_of_ms((int)a[3]));
}

long sys_epoll_pwait(struct task *t, const uint64_t *a)
{
	struct poll_wait mask = {0};
	int err = poll_copy_mask(t, a[4], a[5], &mask);

	return err < 0 ? err : do_epoll_wait(t, a, &mask, deadline_of_ms((int)a[3]));
}

long sys_epoll_pwait2(struct task *t, const uint64_t *a)
{
	struct poll_wait mask = {0};
	int64_t deadline = TIMER_NEVER;
	struct timespec ts;
	int err;

	if (a[3]) {
		if (copy_in_obj(t, &ts, a[3]) < 0)
			return -EFAULT;
		err = poll_deadline(&ts, &deadline);
		if (err < 0)
			return err;
	}
	err = poll_copy_mask(t, a[4], a[5], &mask);
	return err < 0 ? err : do_epoll_wait(t, a, &mask, deadline);
}

/* ---- epoll_create, epoll_ctl ---- */

static long epoll_create_fd(struct task *t, bool cloexec)
{
	struct file *f;
	int err = epoll_new(t->kernel, &f);

	return err < 0 ? err : fd_install(t, f, cloexec);
}

long sys_epoll_create(struct task *t, const uint64_t *a)
{
	return (int)a[0] <= 0 ? -EINVAL : epoll_create_fd(t, false);
}

long sys_epoll_create1(struct task *t, const uint64_t *a)
{
	int flags = (int)a[0];

	if (flags & ~EPOLL_CLOEXEC)
		return -EINVAL;
	return epoll_create_fd(t, flags & EPOLL_CLOEXEC);
}

long sys_epoll_ctl(struct task *t, const uint64_t *a)
{
	int op = (int)a[1], fd = (int)a[2];
	struct epoll_event ev;
	struct file *epf, *target;
	long err;

	if (op != EPOLL_CTL_DEL && copy_in_obj(t, &ev, a[3]) < 0)
		return -EFAULT;
	epf = fd_get(t, (int)a[0]);
	if (epf == NULL)
		return -EBADF;
	target = fd_get(t, fd);
	err = -EBADF;
	if (target) {
		signalfd_set_poller(t);
		err = epoll_ctl_do(t, epf, op, fd, target, op != EPOLL_CTL_DEL ? &ev : NULL);
		signalfd_set_poller(NULL);
		file_put(target);
	}
	file_put(epf);
	return err;
}
