/* sentry/aio.c - contexts of asynchronous I/O, see aio.h */
#include "sentry/aio.h"

#include <errno.h>
#include <poll.h>

#include "sentry/base/mem.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

int aio_context_new(struct kernel *k, uint32_t nr, struct aio_context **ret)
{
	uint64_t max = 2 * (uint64_t)MAX(nr, k->nr_cpus * 4);
	struct aio_context *c;

	if (nr == 0 || max > 0x10000000U / sizeof(struct io_event))
		return -EINVAL;
	if (nr > AIO_MAX_NR)
		return -EAGAIN;
	if (atomic_fetch_add(&k->aio_nr, nr) + nr > AIO_MAX_NR) {
		atomic_fetch_sub(&k->aio_nr, nr);
		return -EAGAIN;
	}
	c = mem_zalloc(sizeof(*c));
	if (c)
		c->events = mem_calloc(max, sizeof(*c->events));
	if (!c || !c->events) {
		atomic_fetch_sub(&k->aio_nr, nr);
		mem_free(c);
		return -ENOMEM;
	}
	ref_init(&c->ref, 1);
	c->kernel = k;
	c->nr = nr;
	c->max = (uint32_t)max;
	list_init(&c->node);
	wait_queue_init(&c->wq);
	mutex_init(&c->mu, LOCK_ANON);
	*ret = c;
	return 0;
}

void aio_context_put(struct aio_context *c)
{
	if (!c || !ref_put(&c->ref))
		return;
	atomic_fetch_sub(&c->kernel->aio_nr, c->nr);
	wait_queue_destroy(&c->wq);
	mutex_destroy(&c->mu);
	mem_free(c->events);
	mem_free(c);
}

void aio_context_add(struct process *p, struct aio_context *c, uint64_t id)
{
	bool live;

	c->id = id;
	mutex_lock(&p->mu);
	live = p->state == PROCESS_LIVE; /* else aio_process_end() may have been here */
	if (live)
		list_add_tail(&c->node, &p->aio_contexts);
	mutex_unlock(&p->mu);
	if (!live)
		aio_context_put(c);
}

static struct aio_context *find_locked(struct process *p, uint64_t id)
{
	struct aio_context *c;

	list_for_each_entry(c, &p->aio_contexts, node)
		if (c->id == id)
			return c;
	return NULL;
}

struct aio_context *aio_context_find(struct process *p, uint64_t id)
{
	struct aio_context *c;

	mutex_lock(&p->mu);
	c = find_locked(p, id);
	if (c)
		ref_get(&c->ref);
	mutex_unlock(&p->mu);
	return c;
}

/* Takes the process's reference, whose context is off its list. */
static void kill_context(struct aio_context *c)
{
	mutex_lock(&c->mu);
	c->dead = true;
	mutex_unlock(&c->mu);
	wait_wake(&c->wq, POLLIN);
	aio_context_put(c);
}

bool aio_context_remove(struct process *p, uint64_t id)
{
	struct aio_context *c;

	mutex_lock(&p->mu);
	c = find_locked(p, id);
	if (c)
		list_del(&c->node);
	mutex_unlock(&p->mu);
	if (c)
		kill_context(c);
	return c != NULL;
}

void aio_process_end(struct process *p)
{
	struct aio_context *c;

	do {
		mutex_lock(&p->mu);
		c = list_empty(&p->aio_contexts)
			    ? NULL
			    : container_of(p->aio_contexts.next, struct aio_context, node);
		if (c)
			list_del(&c->node);
		mutex_unlock(&p->mu);
		if (c)
			kill_context(c);
	} while (c);
}

bool aio_reserve(struct aio_context *c)
{
	bool room;

	mutex_lock(&c->mu);
	room = !c->dead && c->count + c->reserved < c->max;
	if (room)
		c->reserved++;
	mutex_unlock(&c->mu);
	return room;
}

void aio_unreserve(struct aio_context *c)
{
	mutex_lock(&c->mu);
	c->reserved--;
	mutex_unlock(&c->mu);
}

void aio_post(struct aio_context *c, const struct io_event *ev)
{
	mutex_lock(&c->mu);
	c->reserved--;
	c->events[(c->head + c->count++) % c->max] = *ev;
	mutex_unlock(&c->mu);
	wait_wake(&c->wq, POLLIN);
}

uint32_t aio_ready(struct aio_context *c)
{
	uint32_t n;

	mutex_lock(&c->mu);
	n = c->dead ? UINT32_MAX : c->count;
	mutex_unlock(&c->mu);
	return n;
}

uint32_t aio_take(struct aio_context *c, struct io_event *buf, uint32_t n)
{
	mutex_lock(&c->mu);
	n = MIN(n, c->count);
	for (uint32_t i = 0; i < n; i++) {
		buf[i] = c->events[c->head];
		c->head = (c->head + 1) % c->max;
	}
	c->count -= n;
	mutex_unlock(&c->mu);
	return n;
}
