/*
 * fs/anon/fasync.c - O_ASYNC: signals for ready files
 *
 * Model: an entry on the file's wait queue. Its wake function may not look for processes (it runs
 * under the object's locks), so it notes the events, puts itself on a list, and arms a timer that
 * is due at once. The call that woke it, or else the event thread, takes it off the list and sends.
 *
 * Differences: whether the owner may be signalled is decided at F_SETOWN. With F_SETSIG si_code is
 * SI_SIGIO, as nobody but the host may send POLL_IN; si_band and si_fd are right.
 *
 * Locking: f->pos_mu guards f->fasync and the owner, pending.mu (LOCK_FASYNC) the list. A file on
 * the list cannot be freed while pending.mu is held, as fasync_remove() takes it off first. No lock
 * is held when signals are sent.
 */
#include "fs/anon/fasync.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "sentry/signal.h"
#include "sentry/task.h"
#include "sentry/timer.h"

struct fasync {
	struct wait_entry entry;
	struct timer timer;
	struct list pending_node; /* pending.mu */
	struct file *file;
	int fd;
	struct kernel *kernel;
	_Atomic uint32_t events;
};

atomic_uint fasync_nr_pending;
static struct {
	struct mutex mu;
	struct list list GUARDED_BY(&mu);
} pending = {
	.mu = {.host = PTHREAD_MUTEX_INITIALIZER, .rank = LOCK_FASYNC},
	.list = LIST_HEAD_INIT(pending.list),
};

static bool fasync_wake(struct wait_entry *e, uint32_t events)
{
	struct fasync *fa = container_of(e, struct fasync, entry);

	if (atomic_fetch_or(&fa->events, events) != 0)
		return false;
	mutex_lock(&pending.mu);
	list_add_tail(&fa->pending_node, &pending.list);
	atomic_fetch_add(&fasync_nr_pending, 1);
	mutex_unlock(&pending.mu);
	timer_arm(&fa->timer, 0);
	return false;
}

static void send_to_process(struct process *p, int sig, const siginfo_t *info)
{
	if (info)
		signal_queue_process(p, sig, info);
	else
		signal_send_process(p, sig);
}

static void send_to_group(struct kernel *k, pid_t pgid, int sig, const siginfo_t *info)
{
	struct process *p;
	pid_t after = 0;

	while ((p = process_next(k, after))) {
		after = p->pid;
		if (p->pgid == pgid)
			send_to_process(p, sig, info);
		process_put(p);
	}
}

static void send_to_owner(struct kernel *k, int type, pid_t pid, int sig, const siginfo_t *info)
{
	struct process *p;
	struct task *t;

	switch (type) {
	case F_OWNER_PGRP: send_to_group(k, pid, sig, info); break;
	case F_OWNER_PID:
		p = process_by_pid(k, pid);
		if (p)
			send_to_process(p, sig, info);
		if (p)
			process_put(p);
		break;
	case F_OWNER_TID:
		t = task_by_tid(k, pid);
		if (t && info)
			signal_queue_task(t, sig, info);
		else if (t)
			signal_send_task(t, sig);
		if (t)
			task_put(t);
		break;
	}
}

static void signal_owner(struct kernel *k, struct file *f, int fd, uint32_t events)
{
	siginfo_t info = {.si_code = SI_SIGIO};
	int type, pid, sig;

	mutex_lock(&f->pos_mu);
	type = f->owner_type;
	pid = f->owner_pid;
	sig = f->owner_sig;
	mutex_unlock(&f->pos_mu);
	if (pid == 0)
		return;
	info.si_signo = sig;
	info.si_fd = fd;
	info.si_band = events & (POLLIN | POLLRDNORM) ? POLLIN | POLLRDNORM
						      : POLLOUT | POLLWRNORM | POLLWRBAND;
	send_to_owner(k, type, pid, sig ? sig : SIGIO, sig ? &info : NULL);
}

void fasync_flush_slow(void)
{
	for (;;) {
		struct fasync *fa;
		struct file *f = NULL;
		struct kernel *k = NULL;
		uint32_t events = 0;
		int fd = -1;

		mutex_lock(&pending.mu);
		fa = list_first_entry_or_null(&pending.list, struct fasync, pending_node);
		if (fa) {
			list_del(&fa->pending_node);
			atomic_fetch_sub(&fasync_nr_pending, 1);
			f = ref_get_unless_zero(&fa->file->ref) ? fa->file : NULL;
			events = atomic_exchange(&fa->events, 0);
			k = fa->kernel;
			fd = fa->fd;
		}
		mutex_unlock(&pending.mu);
		if (fa == NULL)
			return;
		if (f) {
			signal_owner(k, f, fd, events);
			file_put(f);
		}
	}
}

static void fasync_due(struct timer *tm)
{
	(void)tm;
	fasync_flush();
}

static struct fasync *fasync_new(struct task *t, int fd, struct file *f)
{
	struct fasync *fa = mem_zalloc(sizeof(*fa));

	if (fa == NULL)
		return NULL;
	list_init(&fa->pending_node);
	fa->file = f;
	fa->fd = fd;
	fa->kernel = t->kernel;
	wait_entry_init(&fa->entry, fasync_wake);
	timer_init(&fa->timer, fasync_due);
	return fa;
}

void fasync_remove(struct file *f)
{
	struct fasync *fa;

	mutex_lock(&f->pos_mu);
	fa = TAKE_PTR(f->fasync);
	mutex_unlock(&f->pos_mu);
	if (fa == NULL)
		return;
	wait_del(&fa->entry);
	mutex_lock(&pending.mu);
	if (!list_empty(&fa->pending_node))
		atomic_fetch_sub(&fasync_nr_pending, 1);
	list_del(&fa->pending_node);
	mutex_unlock(&pending.mu);
	timer_cancel(&fa->timer);
	mem_free(fa);
}

int fasync_set(struct task *t, int fd, struct file *f, bool on)
{
	struct wait_queue *wq = file_wait_queue(f);

	if (wq == NULL)
		return 0;
	if (on)
		return fasync_watch(t, fd, f, wq);
	fasync_remove(f);
	return 0;
}

int fasync_watch(struct task *t, int fd, struct file *f, struct wait_queue *wq)
{
	struct fasync *fa, *fresh;

	fresh = fa = fasync_new(t, fd, f);
	if (fa == NULL)
		return -ENOMEM;
	mutex_lock(&f->pos_mu);
	if (f->fasync == NULL) {
		wait_add(wq, &fa->entry, POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM);
		f->fasync = TAKE_PTR(fresh);
	}
	mutex_unlock(&f->pos_mu);
	mem_free(fresh);
	return 0;
}
