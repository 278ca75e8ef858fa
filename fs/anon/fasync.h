/*
 * fs/anon/fasync.h - O_ASYNC: SIGIO to a file's owner when it becomes ready (fcntl(2) F_SETOWN)
 *
 * Interface: fasync_set() follows each change of O_ASYNC in f->flags; fasync_remove() is called by
 * the last file_put() if f->fasync is set. Files without a wait queue never signal.
 */
#ifndef FS_ANON_FASYNC_H
#define FS_ANON_FASYNC_H

#include <stdatomic.h>
#include <stdbool.h>

#include "sentry/base/base.h"

struct file;
struct task;

/* fd: what F_SETSIG's siginfo shows. */
int fasync_set(struct task *t, int fd, struct file *f, bool on);
struct wait_queue;
/* Signals the owner of f, from now on, for what wakes wq. */
int fasync_watch(struct task *t, int fd, struct file *f, struct wait_queue *wq);
void fasync_remove(struct file *f);
/* Sends what is due now; called without locks by who may have woken somebody, so that the signal is
 * there when its call returns. The event thread does the rest. */
void fasync_flush_slow(void);
extern atomic_uint fasync_nr_pending;
static inline void fasync_flush(void)
{
	if (unlikely(atomic_load_explicit(&fasync_nr_pending, memory_order_relaxed)))
		fasync_flush_slow();
}

/* In f->owner_type: the owner may not be signalled by who set it. */
#define FASYNC_DENIED 0x100

#endif
