/*
 * fs/anon/eventfd.c - eventfd(2)
 *
 * Model: a 64-bit counter that stops at ULLONG_MAX - 1. read takes all (or one, EFD_SEMAPHORE) and
 * would block at 0; write adds and would block where it would overflow.
 *
 * Locking: LOCK_ANON around the counter. A read that cannot be copied out has nevertheless taken
 * the count, as in Linux.
 */
#include "fs/anon/anon.h"

#include <string.h>

#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/mem/uio.h"

struct eventfd {
	struct wait_queue wq;
	struct mutex mu;
	uint64_t count GUARDED_BY(&mu);
	bool semaphore;
	uint32_t id;
};

static ssize_t eventfd_read(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	struct eventfd *e = f->data;
	uint64_t n;

	(void)pos;
	(void)flags;
	if (u->left < sizeof(n))
		return -EINVAL;
	mutex_lock(&e->mu);
	n = e->semaphore && e->count ? 1 : e->count;
	e->count -= n;
	mutex_unlock(&e->mu);
	if (n == 0)
		return -EAGAIN;
	wait_wake(&e->wq, POLLOUT | POLLWRNORM);
	return uio_write(u, &n, sizeof(n)) == sizeof(n) ? (ssize_t)sizeof(n) : -EFAULT;
}

static ssize_t eventfd_write(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	struct eventfd *e = f->data;
	uint64_t n;
	bool fits;

	(void)pos;
	(void)flags;
	if (u->left != sizeof(n))
		return -EINVAL;
	if (uio_read(u, &n, sizeof(n)) != sizeof(n))
		return -EFAULT;
	if (n == UINT64_MAX)
		return -EINVAL;
	mutex_lock(&e->mu);
	fits = UINT64_MAX - e->count > n;
	if (fits)
		e->count += n;
	mutex_unlock(&e->mu);
	if (!fits) {
		uio_revert(u, sizeof(n));
		return -EAGAIN;
	}
	wait_wake(&e->wq, POLLIN | POLLRDNORM);
	return sizeof(n);
}

static uint32_t eventfd_poll(struct file *f)
{
	struct eventfd *e = f->data;
	uint32_t mask = 0;

	mutex_lock(&e->mu);
	if (e->count)
		mask |= POLLIN;
	if (e->count == UINT64_MAX)
		mask |= POLLERR;
	if (UINT64_MAX - 1 > e->count)
		mask |= POLLOUT;
	mutex_unlock(&e->mu);
	return mask;
}

static struct wait_queue *eventfd_wait_queue(struct file *f)
{
	return &((struct eventfd *)f->data)->wq;
}

static void eventfd_show_fdinfo(struct file *f, struct strbuf *sb)
{
	struct eventfd *e = f->data;
	uint64_t n;

	mutex_lock(&e->mu);
	n = e->count;
	mutex_unlock(&e->mu);
	strbuf_printf(sb, "eventfd-count: %16lx\neventfd-id: %u\neventfd-semaphore: %d\n",
		      (unsigned long)n, e->id, e->semaphore);
}

static void eventfd_release(struct file *f)
{
	struct eventfd *e = f->data;

	wait_queue_destroy(&e->wq);
	mutex_destroy(&e->mu);
	mem_free(e);
}

int64_t anon_llseek(struct file *f, int64_t off, int whence)
{
	(void)off;
	(void)whence;
	return f->pos;
}

static const struct file_ops eventfd_fops = {
	.llseek = anon_llseek,
	.read = eventfd_read,
	.write = eventfd_write,
	.poll = eventfd_poll,
	.wait_queue = eventfd_wait_queue,
	.show_fdinfo = eventfd_show_fdinfo,
	.release = eventfd_release,
};

bool file_is_eventfd(const struct file *f)
{
	return f->ops == &eventfd_fops;
}

void eventfd_signal(struct file *f)
{
	struct eventfd *e = f->data;

	mutex_lock(&e->mu);
	if (e->count < UINT64_MAX)
		e->count++;
	mutex_unlock(&e->mu);
	wait_wake(&e->wq, POLLIN | POLLRDNORM | POLLERR);
}

int eventfd_new(struct kernel *k, uint32_t count, bool semaphore, int flags, struct file **ret)
{
	static atomic_uint next_id;
	struct eventfd *e = mem_zalloc(sizeof(*e));
	int err;

	if (e == NULL)
		return -ENOMEM;
	mutex_init(&e->mu, LOCK_ANON);
	wait_queue_init(&e->wq);
	e->count = count;
	e->semaphore = semaphore;
	e->id = atomic_fetch_add(&next_id, 1);
	err = file_new_anon(k, "anon_inode:[eventfd]", NULL, &eventfd_fops, e, O_RDWR | flags,
			    FMODE_READ | FMODE_WRITE | FMODE_STREAM, ret);
	if (err < 0) {
		wait_queue_destroy(&e->wq);
		mutex_destroy(&e->mu);
		mem_free(e);
	}
	return err;
}
