/*
 * sentry/time/posix_timers.h - interval timers: alarm(2), setitimer(2), timer_create(2)
 *
 * Model: virtual, not the host's (a native timer could not interrupt a parked call, and the host's
 * CPU timers have a history). Each process has three itimers and up to POSIX_TIMERS_MAX timers. Wall
 * clocks run on sentry/timer.h. CPU clocks are read from the host when the timer could have expired
 * at the earliest; while the process does not run the looks get rarer.
 *
 * Signals go out by signal_send_process() and, with SI_TIMER, signal_queue_process(). A timer whose
 * signal is still pending counts an overrun instead of queueing another.
 *
 * Ownership: process->timers is made at first use and freed by posix_timers_free(). Over exec the
 * itimers survive and the POSIX timers go; fork inherits none.
 *
 * Locking: posix_timers.mu (LOCK_ANON); timer functions take it, so it is never held over
 * timer_cancel().
 */
#ifndef SENTRY_TIME_POSIX_TIMERS_H
#define SENTRY_TIME_POSIX_TIMERS_H

#include <signal.h>
#include <stdint.h>
#include <sys/time.h>
#include <time.h>

#include "sentry/base/base.h"

struct process;
struct task;

#define POSIX_TIMERS_MAX 1024

struct timer_value {
	int64_t interval_ns, left_ns; /* left 0: disarmed */
};

/* which: ITIMER_REAL, VIRTUAL, PROF. 0 or -ENOMEM. ret_old may be NULL. */
must_check int itimer_set(struct process *p, int which, const struct timer_value *v,
			  struct timer_value *ret_old);
void itimer_get(struct process *p, int which, struct timer_value *ret);

/* A copied and checked struct sigevent. */
struct timer_event {
	int notify; /* SIGEV_SIGNAL, SIGEV_NONE, SIGEV_THREAD_ID */
	int signo;
	pid_t tid; /* guest's, for SIGEV_THREAD_ID */
	uint64_t value;
	bool value_is_id; /* no sigevent given */
};
/* The id (>= 0), -EINVAL (clock), -EAGAIN (too many), -ENOMEM. */
must_check int ptimer_create(struct task *t, int clockid, const struct timer_event *ev);
must_check int ptimer_delete(struct process *p, int id); /* -EINVAL: no such timer */
must_check int ptimer_set(struct process *p, int id, bool absolute, const struct timer_value *v,
			  struct timer_value *ret_old);
must_check int ptimer_get(struct process *p, int id, struct timer_value *ret);
must_check int ptimer_overrun(struct process *p, int id);

void posix_timers_stop(struct process *p); /* the process is ending */
void posix_timers_free(struct process *p); /* its last reference is gone */
void posix_timers_exec(struct process *p);

/* A guest's clock id, negative ones (CPU clocks of processes and threads) included, as the host's; and
 * whether it exists for t. Returns the host clockid through ret or -EINVAL. */
must_check int clock_to_host(struct task *t, int clockid, int *ret_host);

#endif
