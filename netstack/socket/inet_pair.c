/*
 * netstack/socket/inet_pair.c - finding both ends of a connection, and the ways' states; see inet_pair.h
 */
#include "netstack/socket/inet_pair.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "netstack/socket/inet_pair_impl.h"
#include "sentry/base/mem.h"

static struct {
	struct mutex mu;
	struct hash offers; /* by names */
} pairs = {
	.mu = {.host = PTHREAD_MUTEX_INITIALIZER, .rank = LOCK_ANON},
};

void inet_pair_init(struct kernel *k)
{
	hash_init(&pairs.offers);
	way_memory_init(k);
}

/* ---- names ---- */

static bool name_of(const struct sockaddr_storage *a, struct in6_addr *ret, uint16_t *ret_port)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)a;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)a;

	if (a->ss_family == AF_INET) {
		*ret = (struct in6_addr){.s6_addr = {[10] = 0xff, [11] = 0xff}};
		memcpy(&ret->s6_addr[12], &in->sin_addr, 4);
		*ret_port = in->sin_port;
		return true;
	}
	if (a->ss_family != AF_INET6 || in6->sin6_scope_id)
		return false;
	*ret = in6->sin6_addr;
	*ret_port = in6->sin6_port;
	return true;
}

static bool is_loopback(const struct in6_addr *a)
{
	return IN6_IS_ADDR_LOOPBACK(a) || (IN6_IS_ADDR_V4MAPPED(a) && a->s6_addr[12] == 127);
}

/* Bytes between these addresses never leave the machine, and no rule gives them another receiver. */
static bool names_suit(const struct inet_names *n)
{
	bool same = IN6_ARE_ADDR_EQUAL(&n->local, &n->remote);

	if (same && n->local_port == n->remote_port) /* connected to itself */
		return false;
	return same || (is_loopback(&n->local) && is_loopback(&n->remote));
}

static bool ask_name(struct inet_sock *i, long nr, struct sockaddr_storage *ret)
{
	socklen_t len = sizeof(*ret);

	memset(ret, 0, sizeof(*ret));
	return syscall(nr, i->src.fd, ret, &len) == 0;
}

static bool ask_names(struct inet_sock *i, const struct sockaddr_storage *peer,
		      struct inet_names *ret)
{
	struct sockaddr_storage a;

	memset(ret, 0, sizeof(*ret));
	if (peer == NULL) {
		if (!ask_name(i, SYS_getpeername, &a)) {
			atomic_store(&i->half.retry, true);
			return false;
		}
		peer = &a;
	}
	return name_of(peer, &ret->remote, &ret->remote_port) &&
	       (is_loopback(&ret->remote) || inet_host_mode() == INET_HOST) &&
	       ask_name(i, SYS_getsockname, &a) && name_of(&a, &ret->local, &ret->local_port) &&
	       names_suit(ret);
}

static uint64_t names_hash(const struct inet_names *n)
{
	return hash_bytes(n, sizeof(*n));
}

static struct inet_names names_turned(const struct inet_names *n)
{
	struct inet_names t;

	memset(&t, 0, sizeof(t));
	t.local = n->remote;
	t.remote = n->local;
	t.local_port = n->remote_port;
	t.remote_port = n->local_port;
	return t;
}

/* ---- making pairs ---- */

static struct inet_sock *find_locked(const struct inet_names *n) REQUIRES(&pairs.mu)
{
	struct inet_half *h;

	hash_for_each_possible(&pairs.offers, h, node, names_hash(n))
		if (memcmp(&h->names, n, sizeof(*n)) == 0)
			return container_of(h, struct inet_sock, half);
	return NULL;
}

static void withdraw_locked(struct inet_sock *i) REQUIRES(&pairs.mu)
{
	if (hash_linked(&i->half.node))
		hash_del(&pairs.offers, &i->half.node);
}

static struct inet_pair *pair_new(struct inet_sock *a, struct inet_sock *b)
{
	struct inet_pair *p = mem_zalloc(sizeof(*p));

	if (p == NULL)
		return NULL;
	ref_init(&p->ref, 2);
	mutex_init(&p->mu, LOCK_INET_PAIR);
	for (int nr = 0; nr < 2; nr++)
		list_init(&p->way[nr].chunks);
	p->end[0] = a;
	p->end[1] = b;
	return p;
}

static void join_locked(struct inet_sock *i, struct inet_sock *peer) REQUIRES(&pairs.mu)
{
	struct sockaddr_storage a;
	struct inet_pair *p;

	withdraw_locked(peer);
	/* Its connection may be over: then the names are another's. */
	p = ask_name(peer, SYS_getpeername, &a) ? pair_new(peer, i) : NULL;
	if (p == NULL)
		return;
	peer->half.nr = 0;
	i->half.nr = 1;
	atomic_store(&peer->half.pair, p);
	atomic_store(&i->half.pair, p);
}

void inet_pair_offer(struct inet_sock *i, const struct sockaddr_storage *peer)
{
	struct inet_names names, turned;
	struct inet_sock *other;

	if (atomic_load(&i->half.pair) || atomic_load(&i->half.forbidden) ||
	    !ask_names(i, peer, &names))
		return;
	turned = names_turned(&names);
	mutex_lock(&pairs.mu);
	if (!atomic_load(&i->half.forbidden) && !hash_linked(&i->half.node) &&
	    !atomic_load(&i->half.pair)) {
		i->half.names = names;
		other = find_locked(&turned);
		if (other)
			join_locked(i, other);
		if (!atomic_load(&i->half.pair))
			hash_add(&pairs.offers, &i->half.node, names_hash(&names));
	}
	mutex_unlock(&pairs.mu);
}

void inet_pair_inherit(struct inet_sock *child, const struct inet_sock *listener)
{
	atomic_store(&child->half.forbidden, atomic_load(&listener->half.forbidden));
	atomic_store(&child->half.sndbuf, atomic_load(&listener->half.sndbuf));
	atomic_store(&child->half.rcvbuf, atomic_load(&listener->half.rcvbuf));
}

/* No pair will be made any more: the one that there is. */
static struct inet_pair *close_offer(struct inet_sock *i)
{
	struct inet_pair *p;

	mutex_lock(&pairs.mu);
	atomic_store(&i->half.forbidden, true);
	withdraw_locked(i);
	p = atomic_load(&i->half.pair);
	mutex_unlock(&pairs.mu);
	return p;
}

/* ---- ends of ways ---- */

void pair_wake(struct inet_sock *peer, uint32_t events)
{
	if (peer == NULL)
		return;
	wait_wake(&peer->sock.wq, events);
	socket_put(&peer->sock);
}

struct inet_sock *pair_waiter_locked(struct inet_pair *p, unsigned int nr)
{
	struct inet_sock *i = p->end[nr];

	if (i == NULL || !wait_has_waiters(&i->sock.wq))
		return NULL;
	socket_get(&i->sock);
	return i;
}

static void wake_end(struct inet_pair *p, unsigned int nr)
{
	struct inet_sock *i;

	mutex_lock(&p->mu);
	i = pair_waiter_locked(p, nr);
	mutex_unlock(&p->mu);
	pair_wake(i, SOCK_EV_IN | SOCK_EV_OUT | POLLRDHUP | POLLERR | POLLHUP);
}

/* See "Order" in inet_pair.h. */
static void end_in_order(struct inet_pair *p, unsigned int nr, bool mark)
{
	struct inet_way *w = &p->way[nr];

	mutex_lock(&p->mu);
	while (w->state == WAY_QUEUE && p->end[!nr] && atomic_load(&p->end[!nr]->half.receives)) {
		mutex_unlock(&p->mu);
		sched_yield();
		mutex_lock(&p->mu);
	}
	w->state = WAY_ENDED;
	w->stop_at_end |= mark;
	mutex_unlock(&p->mu);
}

void pair_end_way(struct inet_pair *p, unsigned int nr)
{
	end_in_order(p, nr, false);
	wake_end(p, !nr);
}

void inet_pair_forbid(struct inet_sock *i, bool mark)
{
	struct inet_pair *p = close_offer(i);

	if (p == NULL)
		return;
	end_in_order(p, i->half.nr, mark);
	end_in_order(p, !i->half.nr, false);
	wake_end(p, 0);
	wake_end(p, 1);
}

void inet_pair_shutdown(struct inet_sock *i, int how)
{
	struct inet_pair *p = close_offer(i);

	if (p == NULL)
		return;
	if (how != SHUT_RD)
		end_in_order(p, i->half.nr, false);
	if (how != SHUT_WR)
		end_in_order(p, !i->half.nr, false);
}

void inet_pair_wake_peer(struct inet_sock *i)
{
	struct inet_pair *p = atomic_load(&i->half.pair);

	if (p == NULL)
		return;
	wake_end(p, 0);
	wake_end(p, 1);
}

bool inet_pair_close(struct inet_sock *i)
{
	struct inet_pair *p = close_offer(i);
	unsigned int nr = i->half.nr;
	bool unread;

	if (p == NULL)
		return false;
	end_in_order(p, nr, false);
	mutex_lock(&p->mu);
	p->end[nr] = NULL;
	p->way[0].state = p->way[1].state = WAY_ENDED;
	unread = p->way[!nr].used > 0;
	way_purge_locked(&p->way[!nr]);
	mutex_unlock(&p->mu);
	return unread;
}

void inet_pair_disconnect(struct inet_sock *i)
{
	(void)inet_pair_close(i);
}

void inet_pair_free(struct inet_sock *i)
{
	struct inet_pair *p = atomic_load(&i->half.pair);

	if (p == NULL || !ref_put(&p->ref))
		return;
	way_purge_locked(&p->way[0]);
	way_purge_locked(&p->way[1]);
	mutex_destroy(&p->mu);
	mem_free(p);
}

/* ---- what is told about them ---- */

size_t way_limit_locked(const struct inet_pair *p, unsigned int nr)
{
	const struct inet_sock *from = p->end[nr], *to = p->end[!nr];
	size_t out = from ? (size_t)atomic_load(&from->half.sndbuf) : 0;
	size_t in = to ? (size_t)atomic_load(&to->half.rcvbuf) : 0;

	/* Half of a buffer of the host's is for what it keeps with the bytes. */
	return MAX((out ? out : (size_t)WAY_DEFAULT) / 2 + (in ? in : (size_t)WAY_DEFAULT) / 2,
		   (size_t)WAY_MIN);
}

void inet_pair_limits_changed(struct inet_sock *i)
{
	inet_pair_wake_peer(i);
}

bool way_is_synced(const struct inet_way *w, struct inet_sock *reader)
{
	return w->state == WAY_HOST || atomic_load(&reader->half.host_received) >= w->host_bytes;
}

void way_try_queue_locked(struct inet_pair *p, struct inet_sock *i, unsigned int own_sends)
{
	struct inet_way *w = &p->way[i->half.nr];

	if (w->state != WAY_HOST || atomic_load(&i->half.forbidden) ||
	    atomic_load(&i->half.sends) != own_sends)
		return;
	w->host_bytes = atomic_load(&i->half.host_sent);
	w->state = WAY_QUEUE;
}

bool way_has_room_locked(const struct inet_pair *p, unsigned int nr)
{
	const struct inet_way *w = &p->way[nr];

	return w->used + w->reserved <= way_limit_locked(p, nr) / 3 * 2;
}

#define ENDS ((uint32_t)(POLLRDHUP | POLLERR | POLLHUP))

uint32_t inet_pair_poll(struct inet_sock *i, uint32_t *ret_host)
{
	struct inet_pair *p = atomic_load(&i->half.pair);
	unsigned int nr = i->half.nr;
	uint32_t ready = 0, host = 0;
	struct inet_way *in, *out;
	bool synced;

	*ret_host = SOCK_EV_ALL;
	if (p == NULL)
		return 0;
	mutex_lock(&p->mu);
	way_try_queue_locked(p, i, 0);
	in = &p->way[!nr];
	out = &p->way[nr];
	synced = way_is_synced(in, i);
	if (in->used && synced &&
	    (in->state == WAY_ENDED || in->used >= (size_t)MAX(i->sock.opt.rcvlowat, 1) ||
	     !way_has_room_locked(p, !nr)))
		ready |= POLLIN | POLLRDNORM;
	if (in->state != WAY_QUEUE || !synced)
		host |= SOCK_EV_IN | ENDS;
	if (out->state != WAY_QUEUE)
		host |= SOCK_EV_OUT | ENDS;
	else if (way_has_room_locked(p, nr))
		ready |= POLLOUT | POLLWRNORM;
	mutex_unlock(&p->mu);
	*ret_host = host;
	return ready;
}

size_t inet_pair_unread(struct inet_sock *i, bool *ret_and_host)
{
	struct inet_pair *p = atomic_load(&i->half.pair);
	struct inet_way *in;
	size_t n;

	*ret_and_host = true;
	if (p == NULL)
		return 0;
	mutex_lock(&p->mu);
	in = &p->way[!i->half.nr];
	n = in->used;
	*ret_and_host = in->state != WAY_QUEUE || !way_is_synced(in, i);
	mutex_unlock(&p->mu);
	return n;
}

void inet_pair_count(struct inet_sock *i, uint64_t *ret_sent, uint64_t *ret_received)
{
	struct inet_pair *p = atomic_load(&i->half.pair);

	*ret_sent = *ret_received = 0;
	if (p == NULL)
		return;
	mutex_lock(&p->mu);
	*ret_sent = p->way[i->half.nr].bytes;
	*ret_received = p->way[!i->half.nr].bytes;
	mutex_unlock(&p->mu);
}

bool inet_pair_is_full(struct inet_sock *i, bool *ret_host)
{
	struct inet_pair *p = atomic_load(&i->half.pair);
	unsigned int nr = i->half.nr;
	bool full = false;

	*ret_host = true;
	if (p == NULL)
		return false;
	mutex_lock(&p->mu);
	way_try_queue_locked(p, i, 0);
	if (p->way[nr].state == WAY_QUEUE) {
		*ret_host = false;
		full = p->way[nr].used + p->way[nr].reserved >= way_limit_locked(p, nr);
	}
	mutex_unlock(&p->mu);
	return full;
}
