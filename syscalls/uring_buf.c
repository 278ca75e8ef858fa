/*
 * syscalls/uring_buf.c - provided buffers of io_uring: groups from which a request takes one when it has
 * something to put there
 *
 * Model: a group is a list that PROVIDE_BUFFERS fills, or a ring in guest memory
 * (IORING_REGISTER_PBUF_RING) of which the sentry keeps the head. An entry of such a ring is copied once,
 * without the lock; the head moves only if nobody else moved it meanwhile.
 *
 * A request that took a buffer and then has nothing to put there keeps it for its next try, and gives it
 * back at its end; to a ring only if it is the last that was taken there.
 *
 * Bounds: BUFFERS_MAX buffers and GROUPS_MAX groups for each ring.
 */
#include <string.h>

#include "sentry/base/mem.h"
#include "syscalls/uring.h"

#define BUFFERS_MAX 65536u
#define GROUPS_MAX 1024u
#define RING_ENTRIES_MAX 32768u

struct buf {
	uint64_t addr;
	uint32_t len;
	uint16_t id;
};

struct group {
	struct list node; /* ring->groups; everything is under ring->mu */
	uint16_t id;
	struct buf *bufs; /* a circle of max: nr from at on */
	uint32_t at, nr, max;
	uint64_t ring_addr; /* 0: a list */
	uint32_t ring_entries;
	uint16_t head;
};

static struct group *find_locked(struct uring *u, uint16_t id) REQUIRES(&u->mu)
{
	struct group *g;

	list_for_each_entry(g, &u->groups, node)
		if (g->id == id)
			return g;
	return NULL;
}

static struct group *find_or_new_locked(struct uring *u, uint16_t id) REQUIRES(&u->mu)
{
	struct group *g = find_locked(u, id);

	if (g || u->nr_groups >= GROUPS_MAX)
		return g;
	g = uring_alloc(u->kernel, 1, sizeof(*g));
	if (!g)
		return NULL;
	g->id = id;
	list_add_tail(&g->node, &u->groups);
	u->nr_groups++;
	return g;
}

static void free_locked(struct uring *u, struct group *g) REQUIRES(&u->mu)
{
	u->nr_buffers -= g->nr;
	u->nr_groups--;
	list_del(&g->node);
	uring_free(u->kernel, g->bufs, g->max, sizeof(*g->bufs));
	uring_free(u->kernel, g, 1, sizeof(*g));
}

void uring_buf_free_all(struct uring *u)
{
	mutex_lock(&u->mu);
	while (!list_empty(&u->groups))
		free_locked(u, list_first_entry(&u->groups, struct group, node));
	mutex_unlock(&u->mu);
}

/* ---- taking ---- */

static void give(struct uring_req *r, const struct buf *b, uint32_t max, bool from_ring)
{
	r->buf_addr = b->addr;
	r->buf_whole = b->len;
	r->buf_len = max && max < b->len ? max : b->len;
	r->buf_id = b->id;
	r->has_buf = true;
	r->buf_from_ring = from_ring;
}

static int take_from_list_locked(struct uring_req *r, struct group *g, uint32_t max)
	REQUIRES(&r->ring->mu)
{
	struct buf *b = &g->bufs[g->at];

	if (g->nr == 0)
		return -ENOBUFS;
	g->at = (g->at + 1) % g->max;
	g->nr--;
	r->ring->nr_buffers--;
	give(r, b, max, false);
	return 0;
}

/* -EAGAIN: somebody else took one meanwhile. */
static int take_from_ring(struct task *t, struct uring_req *r, uint64_t at, uint16_t head,
			  uint32_t entries, uint32_t max)
{
	uint64_t entry = at + (uint64_t)(head & (entries - 1)) * sizeof(struct io_uring_buf);
	struct uring *u = r->ring;
	struct io_uring_buf ub;
	struct group *g;
	uint16_t tail;
	int err = -EAGAIN;

	if (copy_in_obj(t, &tail, at + offsetof(struct io_uring_buf_ring, tail)) < 0)
		return -EFAULT;
	if (tail == head)
		return -ENOBUFS;
	if (copy_in_obj(t, &ub, entry) < 0)
		return -EFAULT;
	mutex_lock(&u->mu);
	g = find_locked(u, r->sqe.buf_group);
	if (g && g->ring_addr == at && g->head == head) {
		g->head++;
		r->buf_head = g->head;
		give(r, &(struct buf){ub.addr, ub.len, ub.bid}, max, true);
		err = 0;
	}
	mutex_unlock(&u->mu);
	return err;
}

int uring_buf_select(struct task *t, struct uring_req *r, uint32_t max)
{
	struct uring *u = r->ring;
	struct group *g;
	int err;

	if (r->has_buf)
		return 0;
	do {
		uint32_t entries = 0;
		uint64_t at = 0;
		uint16_t head = 0;

		mutex_lock(&u->mu);
		g = find_locked(u, r->sqe.buf_group);
		err = -ENOBUFS;
		if (g && g->ring_addr) {
			at = g->ring_addr;
			head = g->head;
			entries = g->ring_entries;
		} else if (g) {
			err = take_from_list_locked(r, g, max);
		}
		mutex_unlock(&u->mu);
		if (entries)
			err = take_from_ring(t, r, at, head, entries, max);
	} while (err == -EAGAIN);
	return err;
}

void uring_buf_put_back(struct uring_req *r)
{
	struct uring *u = r->ring;
	struct group *g;

	if (!r->has_buf)
		return;
	r->has_buf = false;
	mutex_lock(&u->mu);
	g = find_locked(u, r->sqe.buf_group);
	if (g && r->buf_from_ring && g->ring_addr && g->head == r->buf_head) {
		g->head--;
	} else if (g && !r->buf_from_ring && !g->ring_addr && g->nr < g->max) {
		g->at = (g->at + g->max - 1) % g->max;
		g->bufs[g->at] = (struct buf){r->buf_addr, r->buf_whole, r->buf_id};
		g->nr++;
		u->nr_buffers++;
	}
	mutex_unlock(&u->mu);
}

uint32_t uring_buf_used(struct uring_req *r)
{
	r->has_buf = false;
	return IORING_CQE_F_BUFFER | (uint32_t)r->buf_id << IORING_CQE_BUFFER_SHIFT;
}

/* ---- PROVIDE_BUFFERS, REMOVE_BUFFERS ---- */

int uring_buf_prep(struct uring_req *r)
{
	const struct io_uring_sqe *s = &r->sqe;
	uint32_t nr = (uint32_t)s->fd;

	if (nr == 0 || nr > BUFFERS_MAX)
		return s->opcode == IORING_OP_PROVIDE_BUFFERS ? -E2BIG : -EINVAL;
	if (s->opcode != IORING_OP_PROVIDE_BUFFERS)
		return 0;
	if (s->len == 0)
		return -EINVAL;
	if (!user_range_ok(s->addr, (uint64_t)s->len * nr))
		return -EFAULT;
	if (s->off > UINT16_MAX)
		return -E2BIG;
	return s->off + nr > UINT16_MAX + 1u ? -EINVAL : 0;
}

static bool grow(struct kernel *k, struct group *g, uint32_t need)
{
	uint32_t max = MAX(g->max, 16u);
	struct buf *bufs;

	while (max < need)
		max *= 2;
	if (max == g->max)
		return true;
	bufs = uring_alloc(k, max, sizeof(*bufs));
	if (!bufs)
		return false;
	for (uint32_t i = 0; i < g->nr; i++)
		bufs[i] = g->bufs[(g->at + i) % g->max];
	uring_free(k, g->bufs, g->max, sizeof(*g->bufs));
	g->bufs = bufs;
	g->at = 0;
	g->max = max;
	return true;
}

long uring_buf_provide(struct task *t, struct uring_req *r)
{
	const struct io_uring_sqe *s = &r->sqe;
	uint32_t nr = (uint32_t)s->fd;
	struct uring *u = r->ring;
	struct group *g;
	long err = 0;

	(void)t;
	mutex_lock(&u->mu);
	g = find_or_new_locked(u, s->buf_group);
	if (!g || u->nr_buffers + nr > BUFFERS_MAX || !grow(u->kernel, g, g->nr + nr))
		err = -ENOMEM;
	else if (g->ring_addr)
		err = -EINVAL;
	for (uint32_t i = 0; err == 0 && i < nr; i++) {
		struct buf b = {s->addr + (uint64_t)i * s->len, s->len, (uint16_t)(s->off + i)};

		g->bufs[(g->at + g->nr++) % g->max] = b;
		u->nr_buffers++;
	}
	mutex_unlock(&u->mu);
	return err;
}

long uring_buf_remove(struct task *t, struct uring_req *r)
{
	uint32_t nr = (uint32_t)r->sqe.fd, done = 0;
	struct uring *u = r->ring;
	struct group *g;
	long err = 0;

	(void)t;
	mutex_lock(&u->mu);
	g = find_locked(u, r->sqe.buf_group);
	if (!g)
		err = -ENOENT;
	else if (g->ring_addr)
		err = -EINVAL;
	while (err == 0 && done < nr && g->nr) {
		g->at = (g->at + 1) % g->max;
		g->nr--;
		u->nr_buffers--;
		done++;
	}
	mutex_unlock(&u->mu);
	return err < 0 ? err : (long)done;
}

/* ---- rings ---- */

long uring_buf_register_ring(struct task *t, struct uring *u, uaddr_t arg)
{
	struct io_uring_buf_reg reg;
	struct group *g;
	uint16_t tail;
	long err = 0;

	if (copy_in_obj(t, &reg, arg) < 0)
		return -EFAULT;
	for (size_t i = 0; i < ARRAY_SIZE(reg.resv); i++)
		if (reg.resv[i])
			return -EINVAL;
	if (reg.pad) /* flags of later kernels: memory of ours is not offered */
		return -EINVAL;
	if (!reg.ring_addr)
		return -EFAULT;
	if ((reg.ring_addr & 4095) || reg.ring_entries == 0 ||
	    (reg.ring_entries & (reg.ring_entries - 1)) || reg.ring_entries > RING_ENTRIES_MAX)
		return -EINVAL;
	if (!user_range_ok(reg.ring_addr,
			   (uint64_t)reg.ring_entries * sizeof(struct io_uring_buf)) ||
	    copy_in_obj(t, &tail, reg.ring_addr + offsetof(struct io_uring_buf_ring, tail)) < 0)
		return -EFAULT;
	mutex_lock(&u->mu);
	g = find_locked(u, reg.bgid);
	if (g && (g->ring_addr || g->nr))
		err = -EEXIST;
	else if (!g)
		g = find_or_new_locked(u, reg.bgid);
	if (err == 0 && !g)
		err = -ENOMEM;
	if (err == 0) {
		g->ring_addr = reg.ring_addr;
		g->ring_entries = reg.ring_entries;
		g->head = 0;
	}
	mutex_unlock(&u->mu);
	return err;
}

long uring_buf_unregister_ring(struct task *t, struct uring *u, uaddr_t arg)
{
	struct io_uring_buf_reg reg;
	struct group *g;
	long err = 0;

	if (copy_in_obj(t, &reg, arg) < 0)
		return -EFAULT;
	for (size_t i = 0; i < ARRAY_SIZE(reg.resv); i++)
		if (reg.resv[i])
			return -EINVAL;
	if (reg.pad)
		return -EINVAL;
	mutex_lock(&u->mu);
	g = find_locked(u, reg.bgid);
	if (!g)
		err = -ENOENT;
	else if (!g->ring_addr)
		err = -EINVAL;
	else
		free_locked(u, g);
	mutex_unlock(&u->mu);
	return err;
}
