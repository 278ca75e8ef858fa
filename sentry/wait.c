/*
 * sentry/wait.c - wait queues
 *
 * Why no wake-up is lost: a waiter adds its entry, then looks at the condition; a waker changes the
 * condition, then looks for entries. With a full fence between the two steps on both sides at least
 * one of them sees the other. wait_wake() therefore may skip the lock of a queue without entries,
 * which is the common case.
 *
 * Exclusive entries stand behind all others, so a scan that stops at one has woken every shared
 * entry; the one that consumed a wake-up goes to the end, which spreads events over the waiters.
 */
#include "sentry/wait.h"

#include <poll.h>

_Atomic uint64_t wait_noted;

void wait_queue_init(struct wait_queue *wq)
{
	mutex_init(&wq->mu, LOCK_WAITQ);
	list_init(&wq->entries);
	atomic_init(&wq->nr_entries, 0);
	atomic_init(&wq->notes, 0);
}

void wait_queue_destroy(struct wait_queue *wq)
{
	ASSERT(list_empty(&wq->entries));
	mutex_destroy(&wq->mu);
}

void wait_entry_init(struct wait_entry *e, bool (*wake)(struct wait_entry *, uint32_t))
{
	list_init(&e->node);
	e->wq = NULL;
	e->events = 0;
	e->exclusive = false;
	e->wake = wake;
}

void wait_add(struct wait_queue *wq, struct wait_entry *e, uint32_t events)
{
	ASSERT(e->wq == NULL);
	e->wq = wq;
	e->events = events | POLLERR | POLLHUP;
	mutex_lock(&wq->mu);
	if (e->exclusive)
		list_add_tail(&e->node, &wq->entries);
	else
		list_add(&e->node, &wq->entries);
	atomic_fetch_add_explicit(&wq->nr_entries, 1, memory_order_relaxed);
	mutex_unlock(&wq->mu);
	atomic_thread_fence(memory_order_seq_cst);
}

void wait_del(struct wait_entry *e)
{
	struct wait_queue *wq = e->wq;

	if (wq == NULL)
		return;
	mutex_lock(&wq->mu);
	list_del(&e->node);
	atomic_fetch_sub_explicit(&wq->nr_entries, 1, memory_order_relaxed);
	mutex_unlock(&wq->mu);
	e->wq = NULL;
}

static void wake_entries_locked(struct wait_queue *wq, uint32_t events) REQUIRES(&wq->mu)
{
	struct wait_entry *e, *tmp;

	list_for_each_entry_safe(e, tmp, &wq->entries, node) {
		if (!(e->events & events))
			continue;
		if (e->wake(e, events) && e->exclusive) {
			list_move_tail(&e->node, &wq->entries);
			return;
		}
	}
}

/* Fences and their order are wait_add()'s and wait_wake()'s. */
void wait_note(struct wait_queue *wq, uint64_t bits)
{
	if ((atomic_load(&wq->notes) & bits) != bits)
		atomic_fetch_or(&wq->notes, bits);
	atomic_thread_fence(memory_order_seq_cst);
}

/* Behind a fence. True if somebody is registered as well. */
static bool take_notes(struct wait_queue *wq)
{
	if (unlikely(atomic_load_explicit(&wq->notes, memory_order_relaxed) != 0))
		atomic_fetch_or(&wait_noted, atomic_exchange(&wq->notes, 0));
	return atomic_load_explicit(&wq->nr_entries, memory_order_relaxed) != 0;
}

void wait_wake(struct wait_queue *wq, uint32_t events)
{
	atomic_thread_fence(memory_order_seq_cst);
	if (!take_notes(wq))
		return;
	mutex_lock(&wq->mu);
	wake_entries_locked(wq, events);
	mutex_unlock(&wq->mu);
}

void wait_wake_nested(struct wait_queue *wq, uint32_t events)
{
	atomic_thread_fence(memory_order_seq_cst);
	if (!take_notes(wq))
		return;
	mutex_lock_nested(&wq->mu);
	wake_entries_locked(wq, events);
	mutex_unlock(&wq->mu);
}

bool wait_has_waiters(struct wait_queue *wq)
{
	atomic_thread_fence(memory_order_seq_cst);
	return atomic_load_explicit(&wq->nr_entries, memory_order_relaxed) != 0 ||
	       atomic_load_explicit(&wq->notes, memory_order_relaxed) != 0;
}
