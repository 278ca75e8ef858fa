/*
 * fs/pipefs/fifo.c - opening FIFOs: fifo(7), fifo_open() of fs/pipe.c
 *
 * Model: an end counts as soon as it is opened, so that two opens find each other; then each waits
 * until the counter of the other side has moved, even if the partner is gone again by then. The
 * wait itself is the syscall layer's, with fifo_open_ready() as its condition.
 */
#include "fs/pipefs/pipe_impl.h"

#include "sentry/base/mem.h"
#include "sentry/task.h"

/* The inode's pipe with a new reference, made if there is none. */
static struct pipe *fifo_get_pipe(struct inode *in, struct task *t)
{
	struct pipe *fresh = NULL, *p;

	mutex_lock(&in->mu);
	p = in->pipe;
	if (p)
		ref_get(&p->ref);
	mutex_unlock(&in->mu);
	if (p)
		return p;
	fresh = pipe_alloc(t, false);
	if (fresh == NULL)
		return NULL;
	mutex_lock(&in->mu);
	p = in->pipe;
	if (p)
		ref_get(&p->ref);
	else
		p = in->pipe = TAKE_PTR(fresh);
	mutex_unlock(&in->mu);
	if (fresh)
		pipe_free(fresh);
	return p;
}

static void fifo_put_pipe(struct inode *in, struct pipe *p)
{
	bool last;

	mutex_lock(&in->mu);
	last = ref_put(&p->ref);
	if (last)
		in->pipe = NULL;
	mutex_unlock(&in->mu);
	if (last)
		pipe_free(p);
}

/* Decides under the lock what this open has to wait for. -ENXIO as in fifo(7). */
static int fifo_decide(struct pipe *p, struct pipe_end *e, int flags)
{
	int err = 0;

	mutex_lock(&p->mu);
	if (p->anonymous || (e->reads && e->writes)) {
		/* an end reopened through /proc/self/fd, or O_RDWR: never waits */
	} else if (e->reads) {
		e->partner_count = p->w_counter;
		if (p->writers == 0 && (flags & O_NONBLOCK))
			e->w_seen = p->w_counter;
		e->wait_partner = p->writers == 0 && !(flags & O_NONBLOCK);
	} else {
		e->partner_count = p->r_counter;
		if (p->readers == 0 && (flags & O_NONBLOCK))
			err = -ENXIO;
		e->wait_partner = p->readers == 0;
	}
	mutex_unlock(&p->mu);
	return err;
}

int fifo_open(struct inode *in, struct file *f, struct task *t)
{
	int flags = atomic_load(&f->flags);
	struct pipe_end *e;
	int err;

	if (t && task_punts(t)) /* it may have to wait, and must not be seen and go away again */
		return -EINTR;
	e = mem_zalloc(sizeof(*e));
	if (e == NULL)
		return -ENOMEM;
	e->reads = f->mode & FMODE_READ;
	e->writes = f->mode & FMODE_WRITE;
	e->pipe = fifo_get_pipe(in, t);
	if (e->pipe == NULL) {
		mem_free(e);
		return -ENOMEM;
	}
	err = fifo_decide(e->pipe, e, flags);
	if (err < 0) {
		fifo_put_pipe(in, e->pipe);
		mem_free(e);
		return err;
	}
	pipe_end_attach(e);
	f->ops = &pipe_fops;
	f->data = e;
	f->mode |= FMODE_STREAM | FMODE_NOWAIT;
	return 0;
}

int fifo_open_ready(struct file *f)
{
	struct pipe_end *e = f->data;
	struct pipe *p;
	uint32_t now;

	if (f->ops != &pipe_fops || !e->wait_partner)
		return 0;
	p = e->pipe;
	mutex_lock(&p->mu);
	now = e->reads ? p->w_counter : p->r_counter;
	mutex_unlock(&p->mu);
	if (now == e->partner_count)
		return -EAGAIN;
	e->wait_partner = false;
	return 0;
}
