/*
 * sentry/timer.h - one-shot deadlines, all served by the event thread from one host timerfd
 *
 * Model: a struct timer is embedded in its owner. timer_arm() sets or moves its deadline
 * (CLOCK_MONOTONIC nanoseconds, absolute); when it passes, the event thread calls fn once.
 * timer_cancel() returns when fn is neither running nor going to run (it may wait for a running
 * fn, so the caller must not hold a lock that fn takes; timer_cancel_nowait() never waits).
 * fn may re-arm its own timer. With no timer armed the event thread is not woken at all.
 *
 * Clocks: CLOCK_REALTIME deadlines are converted by the owner, which registers with
 * clock_set_notify() if it must follow clock changes (timerfd's TFD_TIMER_CANCEL_ON_SET).
 * Locking: rank LOCK_TIMER inside; fn runs without it.
 */
#ifndef SENTRY_TIMER_H
#define SENTRY_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "sentry/base/list.h"
#include "sentry/base/rbtree.h"

struct timer {
	struct rb_node node;
	int64_t deadline_ns;
	bool armed;
	void (*fn)(struct timer *);
};

#define TIMER_NEVER INT64_MAX

void timer_init(struct timer *tm, void (*fn)(struct timer *));
void timer_arm(struct timer *tm, int64_t deadline_ns);
void timer_cancel(struct timer *tm);
bool timer_cancel_nowait(struct timer *tm); /* true: it was armed and will not run */

int64_t clock_now_ns(int clockid); /* host clock in ns */

/* fn runs in the event thread after the host's CLOCK_REALTIME was set. remove: fn is not running
 * and will not run afterwards (unless called from fn itself). */
struct clock_set_watch {
	struct list node;
	void (*fn)(struct clock_set_watch *w);
};
void clock_set_notify(struct clock_set_watch *w);
void clock_set_unnotify(struct clock_set_watch *w);

/* For the event thread. program() sets the one host timer: the absolute time, or TIMER_NEVER. */
void timers_init(void (*program)(int64_t deadline_ns));
void timers_run(void); /* calls what is due, programs the next */
void clock_was_set(void);

#endif
