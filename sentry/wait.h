/*
 * sentry/wait.h - wait queues: who wants to know when an object becomes ready
 *
 * Model: everything that can be waited for (a pipe, a tty, an eventfd, an epoll instance) owns a
 * struct wait_queue. A waiter registers a struct wait_entry with the poll events (POLLIN, ...) it
 * cares for and a wake function. wait_wake() calls the wake function of every entry whose events
 * intersect; POLLERR and POLLHUP always match.
 *
 * Interface: register first, then check the condition, then sleep: a wake-up between check and
 * sleep is then never lost (park.h does this for tasks). A wake function runs with the queue's
 * lock held, so it must be short and must not touch the same queue; it typically calls
 * park_wake(). wait_del() may be called on an entry that is not registered; when it returns the
 * wake function is not running and will not run. An exclusive entry stops the scan when its wake
 * function returns true (one waiter per event, as EPOLLEXCLUSIVE and accept want it).
 *
 * Notes: who cannot stay registered, as nothing keeps the queue alive for it (a call over a channel, which
 * is over when it would wait: platform/fastpath/waiting.h), leaves bits with wait_note(). The next
 * wake-up, whatever its events, takes them off and adds them to wait_noted, which somebody looks at.
 *
 * Locking: wq->mu has rank LOCK_WAITQ: object locks (pipe, tty, ...) may be held when waking.
 * Owner lifetime: the waiter holds a reference on the file that owns the queue as long as it is
 * registered. wait_queue_destroy() asserts that nobody is registered.
 */
#ifndef SENTRY_WAIT_H
#define SENTRY_WAIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "sentry/base/list.h"
#include "sentry/base/lock.h"

struct wait_queue {
	struct mutex mu;
	struct list entries GUARDED_BY(&mu); /* exclusive ones last */
	atomic_uint nr_entries;		     /* wait_wake() looks at it without mu */
	_Atomic uint64_t notes;
};

struct wait_entry {
	struct list node;
	struct wait_queue *wq; /* NULL when not registered */
	uint32_t events;
	bool exclusive;
	/* Returns true if it consumed the wake-up (only looked at for exclusive entries). */
	bool (*wake)(struct wait_entry *e, uint32_t events);
};

void wait_queue_init(struct wait_queue *wq);
void wait_queue_destroy(struct wait_queue *wq);
void wait_entry_init(struct wait_entry *e, bool (*wake)(struct wait_entry *, uint32_t));
void wait_add(struct wait_queue *wq, struct wait_entry *e, uint32_t events);
void wait_del(struct wait_entry *e);
void wait_wake(struct wait_queue *wq, uint32_t events);
/* From inside a wake function, for another queue (epoll in epoll); the queues form no cycle. */
void wait_wake_nested(struct wait_queue *wq, uint32_t events);
bool wait_has_waiters(struct wait_queue *wq); /* or notes */

/* As wait_add(): first note, then check the condition. */
void wait_note(struct wait_queue *wq, uint64_t bits);
extern _Atomic uint64_t wait_noted;

#endif
