/*
 * syscalls/poll_wait.h - what poll, select and epoll_wait share: waiting with a deadline and a mask
 *
 * Model: a call embeds a struct poll_wait first in its heap record and gives four functions. The
 * record is made before the first look, so a call that has to wait only parks it.
 *
 * Deadlines and restart: a call interrupted by a signal that runs no handler goes on with the time
 * that was left. For poll that is -ERESTART_RESTARTBLOCK and t->restart; ppoll and select write the
 * remaining time to the guest anyway and use -ERESTARTNOHAND; epoll_wait always gives EINTR.
 *
 * Signal masks (ppoll, pselect6, epoll_pwait): the host keeps the thread's own mask while the call
 * is held. So the sentry itself looks for a signal that is pending and not in the temporary mask;
 * if there is one, the thread is sent into the native ppoll(NULL, 0, NULL, mask), which returns
 * EINTR at once with the handler run under the right mask. A signal that only the temporary mask
 * blocks does not end the call: it stays pending until the verdict.
 */
#ifndef SYSCALLS_POLL_WAIT_H
#define SYSCALLS_POLL_WAIT_H

#include "syscalls/syscall.h"

struct process_watch;

struct poll_wait {
	/* > 0 or -errno: the result; 0: nothing is ready. */
	long (*check)(struct task *t, struct poll_wait *w);
	/* Registers on all queues (park_add_wait); 0 or -errno. nr_waits() was reserved. */
	int (*watch)(struct task *t, struct poll_wait *w);
	unsigned int nr_waits;
	/* Copies out; n is check's result, 0 at the deadline, or the restart class of a signal. */
	long (*finish)(struct task *t, struct poll_wait *w, long n);
	void (*free)(struct poll_wait *w);

	int64_t deadline_ns; /* monotonic; TIMER_NEVER; POLL_NO_WAIT */
	long on_signal;
	bool has_mask;
	uint64_t mask;
	struct process_watch *signals; /* with has_mask, while parked */
};

#define POLL_NO_WAIT INT64_MIN

/* Runs the call; takes w. */
long poll_wait_run(struct task *t, struct poll_wait *w);

/* The mask argument of ppoll and friends: NULL means none. -EINVAL for a wrong size, -EFAULT. */
must_check int poll_copy_mask(struct task *t, uaddr_t mask, uint64_t size, struct poll_wait *w);

/* A relative time-out to a deadline: -EINVAL for bad fields. Zero gives POLL_NO_WAIT. */
must_check int poll_deadline(const struct timespec *ts, int64_t *ret);
/* What is left until the deadline; zero if it passed. */
struct timespec poll_time_left(int64_t deadline_ns);

/* The remaining time back to the guest, as poll_select_finish() does; n is the call's result. */
enum poll_time_type { POLL_TIMESPEC, POLL_TIMEVAL };
long poll_write_time_left(struct task *t, uaddr_t to, enum poll_time_type type, int64_t deadline_ns,
			  long n);

/* A set of descriptors: entries with fd < 0 are skipped. files is filled when the call parks. */
struct pollfd;
struct file;
struct poll_set {
	uint32_t nr;
	struct pollfd *fds; /* owned */
	struct file **files;
};
/* Asks all; revents as poll(2). Returns how many entries have some. */
uint32_t poll_set_check(struct task *t, struct poll_set *s);
must_check int poll_set_watch(struct task *t, struct poll_set *s);
void poll_set_free(struct poll_set *s);

/* poll: remembers where restart_syscall(2) goes on, and the class to answer. */
long poll_set_restart(struct task *t, int64_t deadline_ns);

/* poll.c: the call with a given deadline, for restart_syscall(2). */
long poll_restarted(struct task *t, const uint64_t *a, int64_t deadline_ns);

#endif
