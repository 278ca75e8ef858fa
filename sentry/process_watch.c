/*
 * sentry/process_watch.c - wait queues of a process, see process_watch.h
 *
 * Locking: one mutex of rank LOCK_ANON for the table; a record is woken with a reference held and
 * the table unlocked, and freed by whoever put the last one, after it left the table.
 */
#include "sentry/process_watch.h"

#include <poll.h>
#include <pthread.h>

#include "sentry/base/mem.h"
#include "sentry/task.h"

static struct {
	struct mutex mu;
	struct hash table GUARDED_BY(&mu);
	bool ready GUARDED_BY(&mu);
	atomic_uint count;
} watches = {.mu = {.host = PTHREAD_MUTEX_INITIALIZER, .rank = LOCK_ANON}};

static struct process_watch *find_locked(struct process *p) REQUIRES(&watches.mu)
{
	struct process_watch *w;

	if (!watches.ready)
		return NULL;
	hash_for_each_possible(&watches.table, w, node, hash_u64((uintptr_t)p))
		if (w->process == p && ref_get_unless_zero(&w->ref))
			return w;
	return NULL;
}

static struct process_watch *watch_new(struct process *p)
{
	struct process_watch *w = mem_zalloc(sizeof(*w));

	if (w == NULL)
		return NULL;
	ref_init(&w->ref, 1);
	w->process = process_get(p);
	wait_queue_init(&w->dead);
	wait_queue_init(&w->signals);
	return w;
}

static void watch_free(struct process_watch *w)
{
	wait_queue_destroy(&w->dead);
	wait_queue_destroy(&w->signals);
	process_put(w->process);
	mem_free(w);
}

struct process_watch *process_watch_get(struct process *p)
{
	struct process_watch *w, *fresh;

	mutex_lock(&watches.mu);
	w = find_locked(p);
	mutex_unlock(&watches.mu);
	if (w)
		return w;
	fresh = watch_new(p);
	if (fresh == NULL)
		return NULL;
	mutex_lock(&watches.mu);
	w = find_locked(p);
	if (w == NULL) {
		if (!watches.ready)
			hash_init(&watches.table);
		watches.ready = true;
		hash_add(&watches.table, &fresh->node, hash_u64((uintptr_t)p));
		atomic_fetch_add(&watches.count, 1);
		w = TAKE_PTR(fresh);
	}
	mutex_unlock(&watches.mu);
	if (fresh)
		watch_free(fresh);
	return w;
}

void process_watch_put(struct process_watch *w)
{
	bool last;

	mutex_lock(&watches.mu);
	last = ref_put(&w->ref);
	if (last) {
		hash_del(&watches.table, &w->node);
		atomic_fetch_sub(&watches.count, 1);
	}
	mutex_unlock(&watches.mu);
	if (last)
		watch_free(w);
}

/* The fence: a watcher registers, then looks; a waker changes something, then looks here. */
static struct process_watch *find(struct process *p)
{
	struct process_watch *w;

	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load(&watches.count) == 0)
		return NULL;
	mutex_lock(&watches.mu);
	w = find_locked(p);
	mutex_unlock(&watches.mu);
	return w;
}

bool process_wake_signals(struct process *p)
{
	struct process_watch *w = find(p);

	if (w == NULL)
		return false;
	wait_wake(&w->signals, POLLIN);
	process_watch_put(w);
	return true;
}

void process_wake_dead(struct process *p)
{
	struct process_watch *w = find(p);

	if (w == NULL)
		return;
	wait_wake(&w->dead, POLLIN | POLLRDNORM | POLLHUP);
	process_watch_put(w);
}
