/*
 * syscalls/uring_wait.c - io_uring's polls, time-outs and cancellations
 *
 * Polls count wake-ups of the file's queue, as edge-triggered epoll does: a poll with many completions
 * tells what is ready when it begins, and then at each wake-up.
 */
#include <poll.h>

#include "fs/anon/epoll.h"
#include "fs/vfs/file.h"
#include "syscalls/poll_wait.h"
#include "syscalls/uring.h"

/* ---- polls ---- */

#define POLL_UPDATE (IORING_POLL_UPDATE_EVENTS | IORING_POLL_UPDATE_USER_DATA)

int uring_poll_prep(struct uring_req *r)
{
	const struct io_uring_sqe *s = &r->sqe;

	if (s->len & ~IORING_POLL_ADD_MULTI)
		return -EINVAL;
	r->many = s->len & IORING_POLL_ADD_MULTI;
	if (r->many && (s->flags & IOSQE_CQE_SKIP_SUCCESS))
		return -EINVAL;
	r->poll_events = s->poll32_events | POLLERR | POLLHUP;
	return 0;
}

/* A completion of the ring may make it ready again: it is told once, as in Linux. */
static bool feeds_itself(struct uring_req *r)
{
	bool is_eventfd;

	mutex_lock(&r->ring->mu);
	is_eventfd = r->file == r->ring->eventfd;
	mutex_unlock(&r->ring->mu);
	return is_eventfd || file_is_epoll(r->file) || uring_of_file(r->file);
}

long uring_poll(struct task *t, struct uring_req *r)
{
	uint32_t mask, events;

	mutex_lock(&r->ring->mu);
	events = r->poll_events;
	if (r->poll_changed)
		park_change_events(t, events);
	r->poll_changed = false;
	mutex_unlock(&r->ring->mu);
	mask = file_poll(r->file);
	mask &= events;
	if (!mask)
		return -EAGAIN;
	if (!r->many || feeds_itself(r))
		return mask;
	if (!uring_post_more(r, mask, 0))
		return mask;
	return file_wait_queue(r->file) ? -EAGAIN : 0;
}

static struct uring_req *find_locked(struct uring *u, uint8_t opcode, uint64_t user_data)
	REQUIRES(&u->mu)
{
	struct uring_req *r;

	list_for_each_entry(r, &u->active, node)
		if (r->sqe.opcode == opcode && r->user_data == user_data && !r->cancelled &&
		    r->shadow)
			return r;
	return NULL;
}

/* POLL_REMOVE: ends one, or changes what it waits for. */
long uring_poll_remove(struct task *t, struct uring_req *r)
{
	const struct io_uring_sqe *s = &r->sqe;
	struct uring *u = r->ring;
	struct uring_req *p;
	long n;

	(void)t;
	if (s->len & ~(POLL_UPDATE | IORING_POLL_ADD_MULTI))
		return -EINVAL;
	if (!(s->len & POLL_UPDATE) && (s->off || s->poll32_events || s->len))
		return -EINVAL;
	mutex_lock(&u->mu);
	p = find_locked(u, IORING_OP_POLL_ADD, s->addr);
	n = p ? 0 : -ENOENT;
	if (p && !(s->len & POLL_UPDATE)) {
		n = uring_cancel_locked(p);
	} else if (p) {
		if (s->len & IORING_POLL_UPDATE_EVENTS)
			p->poll_events = s->poll32_events | POLLERR | POLLHUP;
		p->poll_changed |= s->len & IORING_POLL_UPDATE_EVENTS;
		if (s->len & IORING_POLL_UPDATE_USER_DATA)
			p->user_data = s->off;
		park_wake(p->shadow, WAKE_READY);
	}
	mutex_unlock(&u->mu);
	return n;
}

/* ---- time-outs ---- */

int uring_timeout_prep(struct uring_req *r)
{
	const struct io_uring_sqe *s = &r->sqe;
	unsigned int known = IORING_TIMEOUT_ABS | IORING_TIMEOUT_CLOCK_MASK |
			     IORING_TIMEOUT_ETIME_SUCCESS;

	if (s->len != 1 || (s->timeout_flags & ~known))
		return -EINVAL;
	if ((s->timeout_flags & IORING_TIMEOUT_CLOCK_MASK) == IORING_TIMEOUT_CLOCK_MASK)
		return -EINVAL;
	return s->opcode == IORING_OP_LINK_TIMEOUT && s->off ? -EINVAL : 0;
}

/* A time of the guest's as a deadline of the monotonic clock. */
static int deadline_of(struct timespec ts, unsigned int flags, int64_t *ret)
{
	int clock = flags & IORING_TIMEOUT_REALTIME   ? CLOCK_REALTIME
		    : flags & IORING_TIMEOUT_BOOTTIME ? CLOCK_BOOTTIME
						      : CLOCK_MONOTONIC;
	int64_t now = clock_now_ns(CLOCK_MONOTONIC), left;

	if (ts.tv_sec < 0 || ts.tv_nsec < 0)
		return -EINVAL;
	if (ts.tv_sec >= (TIMER_NEVER - now) / 1000000000 - 2 || ts.tv_nsec >= 1000000000) {
		*ret = TIMER_NEVER - 1;
		return ts.tv_nsec >= 1000000000 ? -EINVAL : 0;
	}
	left = ts.tv_sec * 1000000000 + ts.tv_nsec;
	if (flags & IORING_TIMEOUT_ABS)
		left -= clock_now_ns(clock);
	*ret = now + MAX(left, (int64_t)0);
	return 0;
}

int uring_take_time(struct task *t, struct uring_req *r)
{
	if (!r->has_ts && copy_in_obj(t, &r->ts, r->sqe.addr) < 0)
		return -EFAULT;
	r->has_ts = true;
	return 0;
}

int uring_timeout_arm(struct task *t, struct uring_req *r)
{
	struct uring *u = r->ring;
	int err = uring_take_time(t, r);

	if (err == 0)
		err = deadline_of(r->ts, r->sqe.timeout_flags, &r->deadline_ns);
	if (err < 0 || r->sqe.opcode != IORING_OP_TIMEOUT || r->sqe.off == 0)
		return err;
	mutex_lock(&u->mu);
	r->counts_from = uring_told_locked(u);
	r->counted = true;
	u->nr_counted++;
	mutex_unlock(&u->mu);
	return 0;
}

/* Woken, but not by its deadline: enough completions came, or nothing at all. */
long uring_timeout(struct task *t, struct uring_req *r)
{
	struct uring *u = r->ring;
	bool fire;

	(void)t;
	mutex_lock(&u->mu);
	fire = r->counted && uring_told_locked(u) - r->counts_from >= (uint32_t)r->sqe.off;
	mutex_unlock(&u->mu);
	return fire ? 0 : -EAGAIN;
}

long uring_timeout_expired(struct task *s, struct uring_req *r)
{
	int64_t deadline;

	mutex_lock(&r->ring->mu); /* TIMEOUT_UPDATE may have moved it */
	deadline = r->deadline_ns;
	mutex_unlock(&r->ring->mu);
	if (clock_now_ns(CLOCK_MONOTONIC) < deadline) {
		park_set_deadline(s, deadline);
		return -EAGAIN;
	}
	/* As a failure it breaks the link, unless that is what was waited for. */
	return -ETIME;
}

/* The CQE of a linked one says what became of the request before it. */
long uring_link_timeout(struct task *t, struct uring_req *r)
{
	(void)t;
	(void)r;
	return -EAGAIN;
}

long uring_link_timeout_expired(struct task *s, struct uring_req *r)
{
	struct uring *u = r->ring;
	long n = uring_timeout_expired(s, r);

	if (n != -ETIME)
		return n;
	mutex_lock(&u->mu);
	if (r->target) {
		struct uring_req *target = TAKE_PTR(r->target);

		target->timeout = NULL;
		(void)uring_cancel_locked(target);
	} else {
		n = -ECANCELED;
	}
	mutex_unlock(&u->mu);
	return n;
}

static long update_timeout(struct task *t, struct uring_req *r)
{
	const struct io_uring_sqe *s = &r->sqe;
	bool linked = s->timeout_flags & IORING_LINK_TIMEOUT_UPDATE;
	struct uring *u = r->ring;
	struct uring_req *p;
	struct timespec ts;
	int64_t deadline;
	long n = copy_in_obj(t, &ts, s->off) < 0 ? -EFAULT
						 : deadline_of(ts, s->timeout_flags, &deadline);

	if (n < 0)
		return n;
	mutex_lock(&u->mu);
	p = find_locked(u, linked ? IORING_OP_LINK_TIMEOUT : IORING_OP_TIMEOUT, s->addr);
	n = p ? 0 : -ENOENT;
	if (p) {
		p->deadline_ns = deadline;
		park_wake(p->shadow, WAKE_TIMEOUT);
	}
	mutex_unlock(&u->mu);
	return n;
}

long uring_timeout_remove(struct task *t, struct uring_req *r)
{
	const struct io_uring_sqe *s = &r->sqe;
	struct uring *u = r->ring;
	struct uring_req *p;
	long n;

	if (s->timeout_flags & IORING_TIMEOUT_UPDATE_MASK) {
		unsigned int rest = s->timeout_flags & ~(unsigned int)IORING_TIMEOUT_UPDATE_MASK;

		if (rest & ~(IORING_TIMEOUT_ABS | IORING_TIMEOUT_CLOCK_MASK))
			return -EINVAL;
		return update_timeout(t, r);
	}
	if (s->timeout_flags)
		return -EINVAL;
	mutex_lock(&u->mu);
	p = find_locked(u, IORING_OP_TIMEOUT, s->addr);
	n = p ? uring_cancel_locked(p) : -ENOENT;
	mutex_unlock(&u->mu);
	return n;
}

/* ---- cancelling ---- */

#define CANCEL_KNOWN                                                                               \
	(IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ANY |              \
	 IORING_ASYNC_CANCEL_FD_FIXED | IORING_ASYNC_CANCEL_USERDATA | IORING_ASYNC_CANCEL_OP)

struct match {
	uint32_t flags;
	uint64_t user_data;
	struct file *file;
	uint8_t opcode;
	const struct uring_req *self;
};

int uring_cancel_prep(struct uring_req *r)
{
	uint32_t flags = r->sqe.cancel_flags;

	if (flags & ~CANCEL_KNOWN)
		return -EINVAL;
	if ((flags & IORING_ASYNC_CANCEL_ANY) &&
	    (flags & (IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_OP)))
		return -EINVAL;
	return 0;
}

static bool matches(const struct match *m, const struct uring_req *r)
{
	bool by_data = (m->flags & IORING_ASYNC_CANCEL_USERDATA) ||
		       !(m->flags & (IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ANY |
				     IORING_ASYNC_CANCEL_OP));

	if (r == m->self || r->cancelled || !r->shadow || r->sqe.opcode == IORING_OP_LINK_TIMEOUT)
		return false;
	if (m->flags & IORING_ASYNC_CANCEL_ANY)
		return true;
	if ((m->flags & IORING_ASYNC_CANCEL_FD) && r->file != m->file)
		return false;
	if ((m->flags & IORING_ASYNC_CANCEL_OP) && r->sqe.opcode != m->opcode)
		return false;
	return !by_data || r->user_data == m->user_data;
}

static long cancel_matching(struct uring *u, const struct match *m)
{
	bool all = m->flags & (IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_ANY);
	struct uring_req *r;
	long n = 0, err = -ENOENT;

	mutex_lock(&u->mu);
	list_for_each_entry(r, &u->active, node) {
		if (!matches(m, r))
			continue;
		err = uring_cancel_locked(r);
		n += err == 0;
		if (!all)
			break;
	}
	mutex_unlock(&u->mu);
	return all ? n : err;
}

static int match_file(struct task *t, struct uring *u, int fd, struct match *m)
{
	if (!(m->flags & IORING_ASYNC_CANCEL_FD))
		return 0;
	m->file = m->flags & IORING_ASYNC_CANCEL_FD_FIXED ? uring_fixed_file(u, (uint32_t)fd)
							  : fd_get(t, fd);
	return m->file ? 0 : -EBADF;
}

long uring_cancel(struct task *t, struct uring_req *r)
{
	struct match m = {
		.flags = r->sqe.cancel_flags,
		.user_data = r->sqe.addr,
		.opcode = (uint8_t)r->sqe.len,
		.self = r,
	};
	long n = match_file(t, r->ring, r->sqe.fd, &m);

	if (n == 0)
		n = cancel_matching(r->ring, &m);
	if (m.file)
		file_put(m.file);
	return n;
}

long uring_sync_cancel(struct task *t, struct uring *u, uaddr_t arg)
{
	struct io_uring_sync_cancel_reg c;
	struct match m;
	long n;

	if (copy_in_obj(t, &c, arg) < 0)
		return -EFAULT;
	if (c.flags & ~CANCEL_KNOWN)
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_SIZE(c.pad); i++)
		if (c.pad[i])
			return -EINVAL;
	m = (struct match){.flags = c.flags, .user_data = c.addr};
	n = match_file(t, u, c.fd, &m);
	if (n == 0)
		n = cancel_matching(u, &m);
	if (m.file)
		file_put(m.file);
	return n;
}
