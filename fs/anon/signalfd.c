/*
 * fs/anon/signalfd.c - signalfd(2): the file, and its readiness
 *
 * Model: the queue of signals is the host's. Ready is who has a signal of the mask pending, read
 * from the host's /proc; the process's signal queue (process_watch.h) tells when to look again. As
 * in Linux it is the poller whose signals count, not who made the file, so the thread that polls
 * says who it is (signalfd_set_poller()), and the file keeps the watch of each process that used
 * it.
 */
#include "fs/anon/anon.h"

#include <poll.h>

#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/process_watch.h"
#include "sentry/signal.h"
#include "sentry/task.h"

#define MAX_USERS 64 /* processes; more of them are told as the first one is */

struct signalfd {
	struct mutex mu;
	struct process_watch *users[MAX_USERS] GUARDED_BY(&mu);
	unsigned int nr_users GUARDED_BY(&mu);
	_Atomic uint64_t mask;
};

static _Thread_local struct task *poller;

void signalfd_set_poller(struct task *t)
{
	poller = t;
}

bool signalfd_ready(struct file *f, struct task *t)
{
	struct signalfd *s = f->data;
	struct signal_state st;

	if (signal_state_read(t, &st) < 0)
		return false;
	return (st.pending | st.shared_pending) & atomic_load(&s->mask);
}

static uint32_t signalfd_poll(struct file *f)
{
	return poller && signalfd_ready(f, poller) ? POLLIN : 0;
}

static struct wait_queue *signalfd_wait_queue(struct file *f)
{
	struct signalfd *s = f->data;
	struct process_watch *mine = NULL, *spare = NULL;

	if (poller)
		spare = process_watch_get(poller->process);
	mutex_lock(&s->mu);
	for (unsigned int i = 0; i < s->nr_users && !mine; i++)
		if (poller == NULL || s->users[i]->process == poller->process)
			mine = s->users[i];
	if (!mine && spare && s->nr_users < MAX_USERS)
		mine = s->users[s->nr_users++] = TAKE_PTR(spare);
	if (!mine)
		mine = s->users[0];
	mutex_unlock(&s->mu);
	if (spare)
		process_watch_put(spare);
	return &mine->signals;
}

static void signalfd_show_fdinfo(struct file *f, struct strbuf *sb)
{
	strbuf_printf(sb, "sigmask:\t%016lx\n", (unsigned long)signalfd_mask(f));
}

static void signalfd_release(struct file *f)
{
	struct signalfd *s = f->data;

	for (unsigned int i = 0; i < s->nr_users; i++)
		process_watch_put(s->users[i]);
	mutex_destroy(&s->mu);
	mem_free(s);
}

static const struct file_ops signalfd_fops = {
	.llseek = anon_llseek,
	.poll = signalfd_poll,
	.wait_queue = signalfd_wait_queue,
	.show_fdinfo = signalfd_show_fdinfo,
	.release = signalfd_release,
};

bool file_is_signalfd(const struct file *f)
{
	return f->ops == &signalfd_fops;
}

uint64_t signalfd_mask(struct file *f)
{
	return atomic_load(&((struct signalfd *)f->data)->mask);
}

void signalfd_set_mask(struct file *f, uint64_t mask)
{
	struct signalfd *s = f->data;

	atomic_store(&s->mask, mask);
	mutex_lock(&s->mu);
	for (unsigned int i = 0; i < s->nr_users; i++)
		wait_wake(&s->users[i]->signals, POLLIN);
	mutex_unlock(&s->mu);
}

int signalfd_new(struct task *t, uint64_t mask, int flags, struct file **ret)
{
	struct signalfd *s = mem_zalloc(sizeof(*s));
	int err;

	if (s == NULL)
		return -ENOMEM;
	s->users[0] = process_watch_get(t->process);
	if (s->users[0] == NULL) {
		mem_free(s);
		return -ENOMEM;
	}
	s->nr_users = 1;
	mutex_init(&s->mu, LOCK_ANON);
	atomic_init(&s->mask, mask);
	err = file_new_anon(t->kernel, "anon_inode:[signalfd]", NULL, &signalfd_fops, s,
			    O_RDWR | flags, FMODE_READ | FMODE_WRITE | FMODE_STREAM, ret);
	if (err < 0) {
		process_watch_put(s->users[0]);
		mutex_destroy(&s->mu);
		mem_free(s);
	}
	return err;
}
