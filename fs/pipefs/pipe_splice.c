/*
 * fs/pipefs/pipe_splice.c - whole buffers in and out of pipes, for splice(2), tee(2), sendfile(2)
 *
 * Interface: see pipe.h. No guest memory here; each function takes the pipe's lock once.
 */
#include "fs/pipefs/pipe_impl.h"

#include <string.h>

#include "sentry/base/mem.h"

ssize_t pipe_take(struct pipe *p, size_t max, struct list *ret_chain)
{
	ssize_t n;

	mutex_lock(&p->mu);
	n = pipe_take_locked(p, max, ret_chain);
	mutex_unlock(&p->mu);
	return n;
}

ssize_t pipe_copy(struct pipe *p, size_t max, struct list *ret_chain)
{
	struct pipe_buf *b;
	size_t n = 0;
	ssize_t err = 0;

	mutex_lock(&p->mu);
	if (list_empty(&p->bufs))
		err = p->writers ? -EAGAIN : 0;
	list_for_each_entry(b, &p->bufs, node) {
		struct pipe_buf *copy;

		if (n >= max)
			break;
		copy = mem_alloc(sizeof(*copy));
		if (copy == NULL) {
			err = -ENOMEM;
			break;
		}
		copy->off = 0;
		copy->len = (uint32_t)MIN((size_t)b->len, max - n);
		copy->packet = b->packet;
		copy->can_merge = false;
		memcpy(copy->data, b->data + b->off, copy->len);
		list_add_tail(&copy->node, ret_chain);
		n += copy->len;
	}
	mutex_unlock(&p->mu);
	return n ? (ssize_t)n : err;
}

ssize_t pipe_give(struct pipe *p, struct list *chain)
{
	ssize_t n;

	mutex_lock(&p->mu);
	n = p->readers ? pipe_give_locked(p, chain) : -EPIPE;
	mutex_unlock(&p->mu);
	return n;
}

ssize_t pipe_give_all(struct pipe *p, struct list *chain)
{
	struct pipe_buf *b;
	ssize_t n = 0;

	mutex_lock(&p->mu);
	if (p->readers == 0)
		n = -EPIPE;
	while (n >= 0 && !list_empty(chain)) {
		b = list_first_entry(chain, struct pipe_buf, node);
		list_move_tail(&b->node, &p->bufs);
		p->nr_bufs++;
		n += b->len;
	}
	if (n > 0)
		wait_wake(&p->wq, PIPE_EV_IN);
	mutex_unlock(&p->mu);
	return n;
}

int pipe_room(struct pipe *p)
{
	int room;

	mutex_lock(&p->mu);
	if (p->readers == 0)
		room = -EPIPE;
	else
		room = p->nr_bufs < p->max_bufs ? (int)(p->max_bufs - p->nr_bufs) : -EAGAIN;
	mutex_unlock(&p->mu);
	return room;
}
