/*
 * sentry/park.c - parked calls and the run queue
 *
 * The word of a park, and who may change it:
 *
 *  0                       no park. park_begin() sets ACTIVE
 *  ACTIVE [+ reasons]      its worker runs it. park_wake() adds reasons; park_commit() takes them,
 *                          or without any sets PARKED
 *  ACTIVE|PARKED           nobody runs it. The first park_wake() adds its reason and queues
 *  ACTIVE|PARKED + reasons on the run queue. park_wake() adds reasons; park_resume() takes them and
 *                          clears PARKED
 *  DEAD                    sticky, counts as a reason: no park_commit() succeeds any more, and
 *                          park_resume() ends the park without another try
 *
 * A reason that comes between a try of the operation and park_commit() makes the commit fail, so
 * the operation is tried again: no wake-up falls between. Exactly one thread makes the step from PARKED
 * without reasons, so a task is on the run queue at most once, and resume() never runs twice.
 *
 * References: while a park is active its task cannot be freed without park_abort(). The run queue
 * holds a reference of its own, which runq_pop() hands to the worker.
 */
#include "sentry/park.h"

#include "sentry/abi/errno_internal.h"
#include "sentry/base/lock.h"
#include "sentry/base/mem.h"
#include "sentry/task.h"

/* Who makes a call again begins with the full time: not to be noticed from here on. */
#define CHANNEL_DEADLINE_NS 1000000

#define REASONS 0xffu
#define PARK_ACTIVE 0x100u
#define PARK_PARKED 0x200u
#define PARK_DEAD 0x400u

/* One per process, like the workers that drain it. */
static struct {
	struct mutex mu;
	struct list tasks; /* linked by park.runq_node */
	atomic_uint count; /* looked at without mu */
} runq = {
	.mu = {.host = PTHREAD_MUTEX_INITIALIZER, .rank = LOCK_RUNQ},
	.tasks = LIST_HEAD_INIT(runq.tasks),
};

static void runq_push(struct task *t)
{
	task_get(t);
	mutex_lock(&runq.mu);
	list_add_tail(&t->park.runq_node, &runq.tasks);
	atomic_fetch_add_explicit(&runq.count, 1, memory_order_relaxed);
	mutex_unlock(&runq.mu);
}

struct task *runq_pop(void)
{
	struct task *t;

	if (runq_empty())
		return NULL;
	mutex_lock(&runq.mu);
	t = list_empty(&runq.tasks) ? NULL
				    : list_first_entry(&runq.tasks, struct task, park.runq_node);
	if (t) {
		list_del(&t->park.runq_node);
		atomic_fetch_sub_explicit(&runq.count, 1, memory_order_relaxed);
	}
	mutex_unlock(&runq.mu);
	return t;
}

/* Relaxed: a worker that has queued a task sees it; others are helped by event_kick(). */
bool runq_empty(void)
{
	return atomic_load_explicit(&runq.count, memory_order_relaxed) == 0;
}

static bool park_wait_woken(struct wait_entry *e, uint32_t events)
{
	(void)events;
	park_wake(container_of(e, struct park_wait, entry)->task, WAKE_READY);
	return true;
}

static void park_deadline_passed(struct timer *tm)
{
	park_wake(container_of(tm, struct task, park.timer), WAKE_TIMEOUT);
}

static struct park_wait *park_wait_at(struct park *p, unsigned int i)
{
	return i < PARK_INLINE_WAITS ? &p->inline_waits[i] : &p->more_waits[i - PARK_INLINE_WAITS];
}

void park_init(struct task *t)
{
	struct park *p = &t->park;

	atomic_init(&p->word, 0);
	list_init(&p->runq_node);
	timer_init(&p->timer, park_deadline_passed);
	p->resume = NULL;
	p->drop = NULL;
	p->state = NULL;
	p->more_waits = NULL;
	p->nr_waits = 0;
	p->max_waits = PARK_INLINE_WAITS;
}

void park_begin(struct task *t, long (*resume)(struct task *, unsigned int),
		void (*drop)(struct task *), void *state)
{
	struct park *p = &t->park;

	ASSERT(!(atomic_load_explicit(&p->word, memory_order_relaxed) & PARK_ACTIVE));
	p->resume = resume;
	p->drop = drop;
	p->state = state;
	p->nr_waits = 0;
	/* Nothing else is in the word, save perhaps DEAD: park_wake() needs ACTIVE. */
	atomic_fetch_or_explicit(&p->word, PARK_ACTIVE, memory_order_acq_rel);
}

int park_reserve_waits(struct task *t, unsigned int n)
{
	struct park *p = &t->park;

	ASSERT(p->nr_waits == 0 && p->more_waits == NULL);
	if (n == 0)
		return 0;
	p->more_waits = mem_calloc(n, sizeof(*p->more_waits));
	if (p->more_waits == NULL)
		return -ENOMEM;
	p->max_waits = PARK_INLINE_WAITS + n;
	return 0;
}

void park_add_wait(struct task *t, struct wait_queue *wq, uint32_t events)
{
	struct park *p = &t->park;
	struct park_wait *w;

	if (unlikely(t->in_channel)) {
		if (t->channel_notes)
			wait_note(wq, t->channel_notes);
		t->channel_noted = true;
		return;
	}
	ASSERT(p->nr_waits < p->max_waits);
	w = park_wait_at(p, p->nr_waits++);
	w->task = t;
	wait_entry_init(&w->entry, park_wait_woken);
	wait_add(wq, &w->entry, events);
}

void park_change_events(struct task *t, uint32_t events)
{
	struct park *p = &t->park;

	for (unsigned int i = 0; i < p->nr_waits; i++) {
		struct wait_entry *e = &park_wait_at(p, i)->entry;
		struct wait_queue *wq = e->wq;

		wait_del(e);
		if (wq)
			wait_add(wq, e, events);
	}
}

void park_set_deadline(struct task *t, int64_t monotonic_ns)
{
	if (monotonic_ns == TIMER_NEVER)
		return;
	if (likely(!t->in_channel))
		timer_arm(&t->park.timer, monotonic_ns);
	else if (monotonic_ns - clock_now_ns(CLOCK_MONOTONIC) < CHANNEL_DEADLINE_NS)
		t->channel_notes = 0;
}

bool park_commit(struct task *t, unsigned int *reasons)
{
	struct park *p = &t->park;
	unsigned int w = atomic_load_explicit(&p->word, memory_order_relaxed);
	unsigned int next;

	if (unlikely(t->in_channel)) { /* the thread is not held: it has to make the call again */
		(void)task_channel_would_wait(t);
		*reasons = WAKE_SIGNAL;
		return false;
	}
	do {
		next = (w & PARK_DEAD) || (w & REASONS) ? w & ~REASONS : w | PARK_PARKED;
	} while (!atomic_compare_exchange_weak_explicit(&p->word, &w, next, memory_order_acq_rel,
							memory_order_relaxed));
	if (next & PARK_PARKED)
		return true;
	*reasons = w & REASONS;
	if (w & PARK_DEAD)
		*reasons |= WAKE_SIGNAL;
	return false;
}

void park_end(struct task *t)
{
	struct park *p = &t->park;

	for (unsigned int i = 0; i < p->nr_waits; i++)
		wait_del(&park_wait_at(p, i)->entry);
	p->nr_waits = 0;
	if (p->timer.deadline_ns != TIMER_NEVER) {
		timer_cancel(&p->timer);
		p->timer.deadline_ns = TIMER_NEVER;
	}
	mem_free(p->more_waits);
	p->more_waits = NULL;
	p->max_waits = PARK_INLINE_WAITS;
	atomic_fetch_and_explicit(&p->word, PARK_DEAD, memory_order_acq_rel);
	if (p->drop)
		p->drop(t);
	p->state = NULL;
}

void park_wake(struct task *t, unsigned int reason)
{
	struct park *p = &t->park;
	unsigned int w = atomic_load_explicit(&p->word, memory_order_relaxed);

	do {
		if (!(w & PARK_ACTIVE))
			return;
	} while (!atomic_compare_exchange_weak_explicit(
		&p->word, &w, w | reason, memory_order_acq_rel, memory_order_relaxed));
	if ((w & PARK_PARKED) && !(w & (REASONS | PARK_DEAD)))
		runq_push(t);
}

bool park_is_parked(struct task *t)
{
	return atomic_load_explicit(&t->park.word, memory_order_acquire) & PARK_PARKED;
}

long park_resume(struct task *t)
{
	struct park *p = &t->park;
	unsigned int w;

	w = atomic_fetch_and_explicit(&p->word, ~(REASONS | PARK_PARKED), memory_order_acq_rel);
	ASSERT(w & PARK_PARKED);
	if (w & PARK_DEAD) {
		park_end(t);
		return -EINTR;
	}
	return p->resume(t, w & REASONS);
}

void park_abort(struct task *t)
{
	unsigned int w = atomic_fetch_or_explicit(&t->park.word, PARK_DEAD, memory_order_acq_rel);

	if ((w & PARK_PARKED) && !(w & (REASONS | PARK_DEAD)))
		runq_push(t);
}
