/*
 * fs/anon/pidfd.c - pidfd_open(2): a file that stands for a process
 *
 * Model: the file holds the process record, so the number cannot be reused behind it. It polls
 * readable once the process is a zombie (all its threads are gone).
 */
#include "fs/anon/pidfd.h"

#include "fs/vfs/file.h"
#include "sentry/base/strbuf.h"
#include "sentry/process_watch.h"
#include "sentry/task.h"

/* Without tree_lock: polls run inside an epoll's lock. The state only ever moves towards zombie. */
static uint32_t pidfd_poll(struct file *f)
{
	struct process *p = ((struct process_watch *)f->data)->process;

	return atomic_load_explicit(&p->state, memory_order_acquire) == PROCESS_ZOMBIE
		       ? POLLIN | POLLRDNORM
		       : 0;
}

static struct wait_queue *pidfd_wait_queue(struct file *f)
{
	return &((struct process_watch *)f->data)->dead;
}

static void pidfd_show_fdinfo(struct file *f, struct strbuf *sb)
{
	struct process *p = ((struct process_watch *)f->data)->process;
	int pid = pidfd_poll(f) ? -1 : p->pid;

	strbuf_printf(sb, "Pid:\t%d\nNSpid:\t%d\n", pid, pid);
}

static void pidfd_release(struct file *f)
{
	process_watch_put(f->data);
}

static const struct file_ops pidfd_fops = {
	.poll = pidfd_poll,
	.wait_queue = pidfd_wait_queue,
	.show_fdinfo = pidfd_show_fdinfo,
	.release = pidfd_release,
};

int pidfd_new(struct kernel *k, struct process *p, int flags, struct file **ret)
{
	struct process_watch *w = process_watch_get(p);
	int err;

	if (w == NULL)
		return -ENOMEM;
	err = file_new_anon(k, "anon_inode:[pidfd]", NULL, &pidfd_fops, w, O_RDWR | flags,
			    FMODE_READ | FMODE_WRITE | FMODE_STREAM, ret);
	if (err < 0)
		process_watch_put(w);
	return err;
}

struct process *pidfd_process(struct file *f)
{
	if (f->ops != &pidfd_fops)
		return NULL;
	return process_get(((struct process_watch *)f->data)->process);
}

void pidfd_process_died(struct process *p)
{
	process_wake_dead(p);
}
