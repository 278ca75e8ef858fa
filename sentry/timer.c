/*
 * sentry/timer.c - one-shot deadlines on one host timer
 *
 * Model: a tree ordered by deadline. The host timer is programmed for a time that is never later
 * than the first deadline; arming a later timer and cancelling one cost no host call. A cancelled
 * first timer leaves the host timer early: it fires once for nothing and is then set right.
 *
 * Running: timers_run() takes a due timer out, notes it as running, and calls fn without the lock.
 * timer_cancel() of a running timer waits until fn returned, except in the event thread itself,
 * where it is fn that asks. State is one per process, as there is one event thread.
 */
#include "sentry/timer.h"

#include <pthread.h>
#include <time.h>

#include "sentry/base/lock.h"

static struct {
	struct mutex mu;
	struct cond idle; /* running or clock_running became NULL */
	struct rb_tree tree GUARDED_BY(&mu);
	int64_t programmed GUARDED_BY(&mu);
	struct timer *running GUARDED_BY(&mu);
	struct list clock_watches GUARDED_BY(&mu);
	struct clock_set_watch *clock_running GUARDED_BY(&mu);
	unsigned int nr_waiting GUARDED_BY(&mu);
	void (*program)(int64_t deadline_ns);
} timers;

static _Thread_local bool in_event_thread;

int64_t clock_now_ns(int clockid)
{
	struct timespec ts;

	if (clock_gettime(clockid, &ts) < 0)
		return 0;
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int timer_cmp(const struct rb_node *a, const struct rb_node *b)
{
	int64_t x = rb_entry(a, const struct timer, node)->deadline_ns;
	int64_t y = rb_entry(b, const struct timer, node)->deadline_ns;

	return (x > y) - (x < y);
}

void timers_init(void (*program)(int64_t deadline_ns))
{
	mutex_init(&timers.mu, LOCK_TIMER);
	cond_init(&timers.idle);
	rb_init(&timers.tree);
	list_init(&timers.clock_watches);
	timers.programmed = TIMER_NEVER;
	timers.program = program;
}

void timer_init(struct timer *tm, void (*fn)(struct timer *))
{
	rb_node_init(&tm->node);
	tm->deadline_ns = TIMER_NEVER;
	tm->armed = false;
	tm->fn = fn;
}

static void disarm_locked(struct timer *tm) REQUIRES(&timers.mu)
{
	if (tm->armed)
		rb_erase(&timers.tree, &tm->node);
	tm->armed = false;
}

void timer_arm(struct timer *tm, int64_t deadline_ns)
{
	mutex_lock(&timers.mu);
	disarm_locked(tm);
	tm->deadline_ns = deadline_ns;
	if (deadline_ns != TIMER_NEVER) {
		rb_insert_dup(&timers.tree, &tm->node, timer_cmp);
		tm->armed = true;
		if (deadline_ns < timers.programmed) {
			timers.programmed = deadline_ns;
			timers.program(deadline_ns);
		}
	}
	mutex_unlock(&timers.mu);
}

bool timer_cancel_nowait(struct timer *tm)
{
	bool was_armed;

	mutex_lock(&timers.mu);
	was_armed = tm->armed;
	disarm_locked(tm);
	mutex_unlock(&timers.mu);
	return was_armed;
}

void timer_cancel(struct timer *tm)
{
	mutex_lock(&timers.mu);
	disarm_locked(tm);
	while (timers.running == tm && !in_event_thread) {
		timers.nr_waiting++;
		cond_wait(&timers.idle, &timers.mu);
		timers.nr_waiting--;
		disarm_locked(tm); /* fn may have armed it again */
	}
	mutex_unlock(&timers.mu);
}

static struct timer *first_due_locked(int64_t now) REQUIRES(&timers.mu)
{
	struct timer *tm = rb_entry_or_null(rb_first(&timers.tree), struct timer, node);

	return tm && tm->deadline_ns <= now ? tm : NULL;
}

void timers_run(void)
{
	struct timer *tm;

	in_event_thread = true;
	mutex_lock(&timers.mu);
	while ((tm = first_due_locked(clock_now_ns(CLOCK_MONOTONIC)))) {
		disarm_locked(tm);
		timers.running = tm;
		mutex_unlock(&timers.mu);
		tm->fn(tm); /* tm may be gone after this */
		mutex_lock(&timers.mu);
		timers.running = NULL;
		if (timers.nr_waiting)
			cond_broadcast(&timers.idle);
	}
	tm = rb_entry_or_null(rb_first(&timers.tree), struct timer, node);
	timers.programmed = tm ? tm->deadline_ns : TIMER_NEVER;
	timers.program(timers.programmed);
	mutex_unlock(&timers.mu);
}

void clock_set_notify(struct clock_set_watch *w)
{
	mutex_lock(&timers.mu);
	list_add_tail(&w->node, &timers.clock_watches);
	mutex_unlock(&timers.mu);
}

void clock_set_unnotify(struct clock_set_watch *w)
{
	mutex_lock(&timers.mu);
	list_del(&w->node);
	while (timers.clock_running == w && !in_event_thread) {
		timers.nr_waiting++;
		cond_wait(&timers.idle, &timers.mu);
		timers.nr_waiting--;
	}
	mutex_unlock(&timers.mu);
}

/* Each watch once: those called are moved to a list of their own, where they can still be
 * removed. */
void clock_was_set(void)
{
	struct list todo = LIST_HEAD_INIT(todo);

	in_event_thread = true;
	mutex_lock(&timers.mu);
	list_splice_tail(&timers.clock_watches, &todo);
	while (!list_empty(&todo)) {
		struct clock_set_watch *w = list_first_entry(&todo, struct clock_set_watch, node);

		list_move_tail(&w->node, &timers.clock_watches);
		timers.clock_running = w;
		mutex_unlock(&timers.mu);
		w->fn(w);
		mutex_lock(&timers.mu);
		timers.clock_running = NULL;
		if (timers.nr_waiting)
			cond_broadcast(&timers.idle);
	}
	mutex_unlock(&timers.mu);
}
