/*
 * sentry/park.h - parked calls: how a guest thread waits without holding a sentry thread
 *
 * Model: the ops of files never sleep, they return -EAGAIN. A syscall that has to wait registers
 * its task's park record on wait queues and perhaps a deadline, tries again, and then parks: the
 * handler returns SYS_PARKED and the worker serves somebody else. The guest thread stays in its
 * trapped call. A wake-up (ready, time-out, signal) puts the task on the run queue, and a worker
 * calls the park's resume function, which tries again and returns like a handler does: a result,
 * a restart class, or SYS_PARKED.
 *
 * The one loop to write (syscalls/io.c has it for reads and writes):
 *
 *	n = op();					first try, nothing allocated
 *	if (n != -EAGAIN || nonblock) return n;
 *	park_begin(t, resume, drop, state);		state is owned by the park from here
 *	park_add_wait(t, wq, events);			any number of queues
 *	park_set_deadline(t, ns);			optional
 *	return resume(t, 0);
 *
 *	long resume(t, reasons) {
 *		for (;;) {
 *			n = op();
 *			if (n != -EAGAIN) break;
 *			if (reasons & WAKE_TIMEOUT) { n = -ETIMEDOUT or 0; break; }
 *			if (reasons & WAKE_SIGNAL) { n = -ERESTARTSYS or the partial count; break; }
 *			if (park_commit(t, &reasons)) return SYS_PARKED;
 *		}
 *		park_end(t);				unregisters, calls drop(t)
 *		return n;
 *	}
 *
 * Interface: state across attempts (the file reference, the partial count, the deadline) lives in
 * park->state, never in guest memory. drop() frees it; it is called exactly once, by park_end() or
 * when the task dies while parked. resume() of one task never runs twice at the same time.
 *
 * States: one atomic word of flags. ACTIVE between begin and end; PARKED when committed; reason
 * bits are or-ed in by park_wake(), and whoever sets the first reason on a PARKED word queues
 * the task. park_commit() fails (and hands out the reasons) if one came since the last look.
 *
 * Who runs it: runq_pop() hands out a woken task with a reference; park_resume() takes the reasons
 * and calls resume. park_abort() is for a task that died: a parked one is queued and its park ends
 * without another try; a running one ends at its next park_commit(), which reports WAKE_SIGNAL.
 *
 * Locking: park_wake() may be called under any object lock and under a wait queue's lock.
 */
#ifndef SENTRY_PARK_H
#define SENTRY_PARK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "sentry/base/list.h"
#include "sentry/timer.h"
#include "sentry/wait.h"

struct task;

enum {
	WAKE_READY = 1,
	WAKE_TIMEOUT = 2,
	WAKE_SIGNAL = 4, /* the host has a deliverable signal for this thread */
};

struct park_wait {
	struct wait_entry entry;
	struct task *task;
};

#define PARK_INLINE_WAITS 2

struct park {
	atomic_uint word;
	struct list runq_node;
	long (*resume)(struct task *t, unsigned int reasons);
	void (*drop)(struct task *t);
	void *state;
	struct timer timer;
	struct park_wait inline_waits[PARK_INLINE_WAITS];
	struct park_wait *more_waits; /* for poll(2) and friends */
	unsigned int nr_waits, max_waits;
};

void park_init(struct task *t);
/* Starts an attempt to wait. state is owned by the park until drop. */
void park_begin(struct task *t, long (*resume)(struct task *, unsigned int),
		void (*drop)(struct task *), void *state);
/* Makes room for n queues beyond the inline ones; 0 or -ENOMEM (then call park_end). */
int park_reserve_waits(struct task *t, unsigned int n);
/* In a channel call it only leaves a note (wait.h), and a deadline that is near forbids to make the call
 * again over the channel (task_serve_channel()). */
void park_add_wait(struct task *t, struct wait_queue *wq, uint32_t events);
/* The queues are to wake for these events from now on. By whoever runs t, its park begun. */
void park_change_events(struct task *t, uint32_t events);
void park_set_deadline(struct task *t, int64_t monotonic_ns); /* TIMER_NEVER: none */
/* True: the task is parked, return SYS_PARKED at once and do not touch t any more. Never in a channel
 * call (task.h): that ends as if by a signal, and is made again in a way that can be parked.
 * False: *reasons is what came in meanwhile; try again. */
bool park_commit(struct task *t, unsigned int *reasons);
void park_end(struct task *t);
void park_wake(struct task *t, unsigned int reason);
bool park_is_parked(struct task *t);

/* The thread is gone: this and any later park of the task ends at once, through the run queue. */
void park_abort(struct task *t);
/* What a worker does with a task from the run queue: resume() with the reasons that came in. The
 * result is a handler's, SYS_PARKED included; -EINTR (nobody sees it) if the thread is gone. */
long park_resume(struct task *t);

/* The run queue: parked tasks to be resumed; every worker drains it after each call it served.
 * runq_pop() returns a reference, which task_resume_parked() takes; NULL: nothing to do. */
struct task *runq_pop(void);
bool runq_empty(void);

#endif
