/*
 * netstack/socket/inet_way.c - the bytes between two sockets of the sandbox, see inet_pair.h
 *
 * Model: a queue is a list of chunks of two sizes. Small messages are appended to the last chunk, larger
 * ones become chunks of their own. Room is reserved before anything is copied in without the lock.
 *
 * Copies: a channel's small bytes are moved under the lock, as they are in memory of ours; up to WAY_WHOLE bytes go
 * through the stack; of more the reader takes several chunks at once, and copies them out
 * without the lock.
 *
 * Differences: bytes that the guest's memory does not take are lost, as with the host's queue.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "netstack/socket/inet_pair_impl.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"
#include "sentry/mem/uio.h"

#define SMALL_CHUNK (16384u - sizeof(struct way_chunk))
#define LARGE_CHUNK (65536u)
#define NR_FREE_SMALL 64
#define NR_FREE_LARGE 16
#define PEEK_MAX (128u << 10)

/* ---- memory ---- */

static struct {
	atomic_size_t used, max; /* bytes of chunks, those in `free` not counted */
	struct mutex mu;
	struct list free[2];
	unsigned int nr_free[2];
} memory = {
	.mu = {.host = PTHREAD_MUTEX_INITIALIZER, .rank = LOCK_INET_CHUNKS},
	.free = {LIST_HEAD_INIT(memory.free[0]), LIST_HEAD_INIT(memory.free[1])},
};

void way_memory_init(struct kernel *k)
{
	uint64_t all = k->memory_limit ? k->memory_limit : k->host_memory;

	memory.max = all ? (size_t)MIN((uint64_t)PAIR_MEMORY, all / 8) : (size_t)PAIR_MEMORY;
}

static struct way_chunk *chunk_new(size_t want)
{
	bool large = want > SMALL_CHUNK;
	uint32_t size = large ? LARGE_CHUNK : (uint32_t)SMALL_CHUNK;
	struct way_chunk *c = NULL;

	if (atomic_fetch_add(&memory.used, size) + size <= memory.max) {
		mutex_lock(&memory.mu);
		if (memory.nr_free[large]) {
			c = list_first_entry(&memory.free[large], struct way_chunk, node);
			list_del(&c->node);
			memory.nr_free[large]--;
		}
		mutex_unlock(&memory.mu);
		if (c == NULL)
			c = mem_alloc(sizeof(*c) + size);
	}
	if (c == NULL) {
		atomic_fetch_sub(&memory.used, size);
		return NULL;
	}
	list_init(&c->node);
	c->size = size;
	c->off = c->len = c->readers = 0;
	c->unlinked = false;
	return c;
}

static void chunk_free(struct way_chunk *c)
{
	bool large = c->size == LARGE_CHUNK;

	atomic_fetch_sub(&memory.used, c->size);
	mutex_lock(&memory.mu);
	if (memory.nr_free[large] < (large ? NR_FREE_LARGE : NR_FREE_SMALL)) {
		list_add(&c->node, &memory.free[large]);
		memory.nr_free[large]++;
		c = NULL;
	}
	mutex_unlock(&memory.mu);
	mem_free(c);
}

/* ---- queues ---- */

static void unlink_chunk_locked(struct way_chunk *c)
{
	list_del(&c->node);
	if (c->readers)
		c->unlinked = true;
	else
		chunk_free(c);
}

void way_purge_locked(struct inet_way *w)
{
	while (!list_empty(&w->chunks))
		unlink_chunk_locked(list_first_entry(&w->chunks, struct way_chunk, node));
	w->used = 0;
}

/* n bytes, that are there, leave the front; to NULL: nobody wants them. */
static void take_locked(struct inet_way *w, unsigned char *to, size_t n)
{
	while (n) {
		struct way_chunk *c = list_first_entry(&w->chunks, struct way_chunk, node);
		uint32_t part = (uint32_t)MIN(n, (size_t)c->len);

		if (to) {
			memcpy(to, c->data + c->off, part);
			to += part;
		}
		n -= part;
		c->off += part;
		c->len -= part;
		w->used -= part;
		if (c->len == 0)
			unlink_chunk_locked(c);
	}
}

static void look_locked(struct inet_way *w, unsigned char *to, size_t n)
{
	struct way_chunk *c;

	list_for_each_entry(c, &w->chunks, node) {
		size_t part = MIN(n, (size_t)c->len);

		memcpy(to, c->data + c->off, part);
		to += part;
		n -= part;
	}
}

/* A place for n bytes, at most SMALL_CHUNK, behind the last; NULL: no memory. */
static unsigned char *place_locked(struct inet_way *w, uint32_t n)
{
	struct way_chunk *c = NULL;
	unsigned char *at;

	if (!list_empty(&w->chunks)) {
		c = list_last_entry(&w->chunks, struct way_chunk, node);
		if (c->size - c->off - c->len < n)
			c = NULL;
	}
	if (c == NULL) {
		c = chunk_new(n);
		if (c == NULL)
			return NULL;
		list_add_tail(&c->node, &w->chunks);
	}
	at = c->data + c->off + c->len;
	c->len += n;
	w->used += n;
	w->bytes += n;
	return at;
}

/* ---- sending ---- */

/* Taken back; somebody may wait for this room. */
static void unreserve(struct inet_pair *p, unsigned int nr, size_t n)
{
	struct inet_sock *self = NULL;

	mutex_lock(&p->mu);
	p->way[nr].reserved -= n;
	if (way_has_room_locked(p, nr))
		self = pair_waiter_locked(p, nr);
	mutex_unlock(&p->mu);
	pair_wake(self, SOCK_EV_OUT);
}

/* Puts what was copied in behind the others: small bytes, or a chunk, which is taken. False: the way
 * has ended meanwhile, or there is no memory. */
static bool append(struct inet_pair *p, unsigned int nr, size_t reserved, const void *small,
		   struct way_chunk *c, size_t n)
{
	struct inet_way *w = &p->way[nr];
	struct inet_sock *peer = NULL;
	unsigned char *at = NULL;

	mutex_lock(&p->mu);
	w->reserved -= reserved;
	if (w->state == WAY_QUEUE && c) {
		list_add_tail(&c->node, &w->chunks);
		w->used += n;
		w->bytes += n;
		at = c->data;
	} else if (w->state == WAY_QUEUE) {
		at = place_locked(w, (uint32_t)n);
		if (at)
			memcpy(at, small, n);
	}
	if (at)
		peer = pair_waiter_locked(p, !nr);
	mutex_unlock(&p->mu);
	pair_wake(peer, POLLIN | POLLRDNORM);
	return at != NULL;
}

/* It cannot go through the queue after all. */
static long go_host(struct inet_sock *i, struct inet_pair *p)
{
	pair_end_way(p, i->half.nr);
	atomic_fetch_add(&i->half.sends, 1);
	return WAY_GO_HOST;
}

static long send_small(struct inet_sock *i, struct inet_pair *p, struct sock_msg *m, size_t n)
{
	unsigned char buf[WAY_WHOLE] not_zeroed;
	size_t got = uio_read(m->uio, buf, n);

	if (got == 0) {
		unreserve(p, i->half.nr, n);
		return -EFAULT;
	}
	if (append(p, i->half.nr, n, buf, NULL, got))
		return (long)got;
	uio_revert(m->uio, got);
	return go_host(i, p);
}

static long send_chunk(struct inet_sock *i, struct inet_pair *p, struct sock_msg *m, size_t n)
{
	struct way_chunk *c = chunk_new(n);
	size_t got = c ? uio_read(m->uio, c->data, n) : 0;

	if (got == 0) {
		unreserve(p, i->half.nr, n);
		if (c == NULL)
			return go_host(i, p);
		chunk_free(c);
		return -EFAULT;
	}
	c->len = (uint32_t)got;
	if (append(p, i->half.nr, n, NULL, c, got))
		return (long)got;
	chunk_free(c);
	uio_revert(m->uio, got);
	return go_host(i, p);
}

/* The bytes are in memory of ours: at once. 0: they are not, or there is no memory. */
static size_t send_direct_locked(struct inet_way *w, struct sock_msg *m)
{
	size_t n = m->uio->left;
	const void *from = n <= WAY_WHOLE ? uio_direct(m->uio, false, &n) : NULL;
	unsigned char *at;

	if (from == NULL || n < m->uio->left)
		return 0;
	at = place_locked(w, (uint32_t)n);
	if (at == NULL)
		return 0;
	memcpy(at, from, n);
	uio_moved(m->uio, false, n);
	return n;
}

/* 0: reserved *ret_n bytes. */
static long send_begin(struct inet_sock *i, struct inet_pair *p, struct sock_msg *m, size_t *ret_n)
{
	struct inet_way *w = &p->way[i->half.nr];
	size_t limit, left = m->uio->left, n = 0;
	struct inet_sock *peer = NULL;
	long r = 0;

	mutex_lock(&p->mu);
	way_try_queue_locked(p, i, 1);
	limit = way_limit_locked(p, i->half.nr);
	if (w->state != WAY_QUEUE) {
		r = WAY_GO_HOST;
	} else if (w->used + w->reserved >= limit) {
		r = -EAGAIN;
	} else if ((n = send_direct_locked(w, m)) > 0) {
		r = (long)n;
		peer = pair_waiter_locked(p, !i->half.nr);
	} else {
		n = limit - w->used - w->reserved;
		n = MIN(left, MIN(MAX(n, (size_t)WAY_WHOLE), (size_t)LARGE_CHUNK));
		w->reserved += n;
		*ret_n = n;
	}
	if (r != WAY_GO_HOST)
		atomic_fetch_sub(&i->half.sends, 1);
	mutex_unlock(&p->mu);
	pair_wake(peer, POLLIN | POLLRDNORM);
	return r;
}

long inet_pair_send(struct inet_sock *i, struct sock_msg *m)
{
	struct inet_pair *p;
	size_t n = 0;
	long r;

	if (unlikely(atomic_load_explicit(&i->half.retry, memory_order_relaxed)) &&
	    atomic_exchange(&i->half.retry, false))
		inet_pair_offer(i, NULL);
	atomic_fetch_add(&i->half.sends, 1);
	p = atomic_load(&i->half.pair);
	if (p == NULL || m->uio->left == 0)
		return WAY_GO_HOST;
	r = send_begin(i, p, m, &n);
	if (r)
		return r;
	return n <= WAY_WHOLE ? send_small(i, p, m, n) : send_chunk(i, p, m, n);
}

void inet_pair_sent(struct inet_sock *i, long n)
{
	if (n > 0)
		atomic_fetch_add(&i->half.host_sent, (uint64_t)n);
	atomic_fetch_sub(&i->half.sends, 1);
}

/* ---- receiving ---- */

/* After bytes left the way of end nr: its sender, if it may be told that there is room. */
static struct inet_sock *sender_to_wake_locked(struct inet_pair *p, unsigned int nr, bool had_room)
	REQUIRES(&p->mu)
{
	return !had_room && way_has_room_locked(p, nr) ? pair_waiter_locked(p, nr) : NULL;
}

static long peek(struct inet_pair *p, struct inet_way *w, struct sock_msg *m)
{
	unsigned char small[WAY_WHOLE] not_zeroed;
	size_t room = sizeof(small), n;
	unsigned char *buf = bounce_get(MIN(m->uio->left, (size_t)PEEK_MAX), small, &room);

	mutex_lock(&p->mu);
	n = MIN(MIN(room, m->uio->left), w->used);
	look_locked(w, buf, n);
	mutex_unlock(&p->mu);
	if (n == 0) { /* somebody else has taken them */
		bounce_put(buf);
		return -EAGAIN;
	}
	n = uio_write(m->uio, buf, n);
	bounce_put(buf);
	return n ? (long)n : -EFAULT;
}

struct claim {
	struct way_chunk *chunks[UIO_MAX_PIECES];
	struct iovec pieces[UIO_MAX_PIECES];
	size_t nr;
};

static void claim_locked(struct inet_way *w, struct claim *c, size_t want)
{
	for (c->nr = 0; want && c->nr < UIO_MAX_PIECES && w->used; c->nr++) {
		struct way_chunk *ch = list_first_entry(&w->chunks, struct way_chunk, node);
		size_t part = MIN(want, (size_t)ch->len);

		ch->readers++;
		c->chunks[c->nr] = ch;
		c->pieces[c->nr] = (struct iovec){ch->data + ch->off, part};
		want -= part;
		take_locked(w, NULL, part);
	}
}

static void claim_end(struct inet_pair *p, struct claim *c)
{
	mutex_lock(&p->mu);
	for (size_t k = 0; k < c->nr; k++) {
		struct way_chunk *ch = c->chunks[k];

		if (--ch->readers == 0 && ch->unlinked)
			chunk_free(ch);
	}
	mutex_unlock(&p->mu);
}

/* Bytes of the queue, of which there are some, to the guest. Takes p->mu, gives it back. */
static long read_queue(struct inet_pair *p, unsigned int nr, struct sock_msg *m)
{
	struct inet_way *w = &p->way[nr];
	unsigned char small[WAY_WHOLE] not_zeroed;
	size_t want = MIN(m->uio->left, w->used), n = want;
	bool had_room = way_has_room_locked(p, nr), discard = m->flags & MSG_TRUNC;
	struct inet_sock *sender;
	struct claim c not_zeroed;
	unsigned char *to = NULL;

	c.nr = 0;
	if (!discard)
		to = uio_direct(m->uio, true, &n);
	if (to || discard) {
		take_locked(w, to, n);
	} else if (want <= sizeof(small)) {
		n = want;
		take_locked(w, small, n);
	} else {
		claim_locked(w, &c, want);
	}
	sender = sender_to_wake_locked(p, nr, had_room);
	mutex_unlock(&p->mu);
	if (to) {
		uio_moved(m->uio, true, n);
	} else if (discard) {
		m->uio->left -= n;
		m->uio->done += n;
	} else if (c.nr) {
		n = uio_write_pieces(m->uio, c.pieces, c.nr);
		claim_end(p, &c);
	} else {
		n = uio_write(m->uio, small, n);
	}
	pair_wake(sender, POLLOUT | POLLWRNORM);
	return n ? (long)n : -EFAULT;
}

/* Where the next bytes are: 0: in the queue; -EAGAIN: nowhere; WAY_GO_HOST with *ret. */
static long find_bytes_locked(struct inet_pair *p, struct inet_sock *i, struct way_from_host *ret)
	REQUIRES(&p->mu)
{
	struct inet_way *w = &p->way[!i->half.nr];
	uint64_t had = atomic_load(&i->half.host_received);

	if (w->state == WAY_HOST) {
		ret->counted = true;
		atomic_fetch_add(&i->half.receives, 1);
		return WAY_GO_HOST;
	}
	if (had < w->host_bytes) {
		if (w->host_reading)
			return -EAGAIN;
		w->host_reading = ret->first = true;
		ret->limit = (size_t)MIN(w->host_bytes - had, (uint64_t)SIZE_MAX - 1);
		return WAY_GO_HOST;
	}
	if (w->used)
		return 0;
	return w->state == WAY_ENDED ? WAY_GO_HOST : -EAGAIN;
}

long inet_pair_recv(struct inet_sock *i, struct sock_msg *m, struct way_from_host *ret)
{
	struct inet_pair *p;
	long r;

	*ret = (struct way_from_host){.limit = SIZE_MAX, .counted = true};
	atomic_fetch_add(&i->half.receives, 1);
	p = atomic_load(&i->half.pair);
	if (p == NULL)
		return WAY_GO_HOST;
	atomic_fetch_sub(&i->half.receives, 1);
	ret->counted = false;
	mutex_lock(&p->mu);
	r = find_bytes_locked(p, i, ret);
	if (r == 0 && m->uio->left && !(m->flags & MSG_PEEK))
		return read_queue(p, !i->half.nr, m);
	mutex_unlock(&p->mu);
	return r == 0 && m->uio->left ? peek(p, &p->way[!i->half.nr], m) : r;
}

void inet_pair_received(struct inet_sock *i, long n, const struct way_from_host *from)
{
	struct inet_pair *p = atomic_load(&i->half.pair);
	struct inet_sock *self = NULL;

	if (n > 0)
		atomic_fetch_add(&i->half.host_received, (uint64_t)n);
	if (from->counted)
		atomic_fetch_sub(&i->half.receives, 1);
	if (!from->first)
		return;
	mutex_lock(&p->mu);
	p->way[!i->half.nr].host_reading = false;
	self = pair_waiter_locked(p, i->half.nr);
	mutex_unlock(&p->mu);
	pair_wake(self, POLLIN | POLLRDNORM);
}

bool inet_pair_goes_on(struct inet_sock *i, bool from_host)
{
	struct inet_pair *p = atomic_load(&i->half.pair);
	struct inet_way *w;
	bool on;

	if (p == NULL)
		return false;
	w = &p->way[!i->half.nr];
	mutex_lock(&p->mu);
	on = way_is_synced(w, i) &&
	     (w->used || (!from_host && w->state == WAY_ENDED && !w->stop_at_end));
	mutex_unlock(&p->mu);
	return on;
}
