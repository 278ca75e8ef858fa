/*
 * netstack/socket/unix_connect.c - connections of AF_UNIX: connect(2), listen(2), accept(2),
 * socketpair(2)
 *
 * Model: connect(2) makes the socket that accept(2) will return (the embryo), ties both ends
 * together and puts the embryo on the listener's list: the client may send at once. A listener takes
 * backlog + 1 embryos; then connect waits on the listener's space queue.
 *
 * The default destination of a datagram socket is its peer, too, with a relay: when the peer's queue
 * has room again our own waiters are woken.
 */
#include <errno.h>
#include <poll.h>

#include "netstack/socket/unix_impl.h"
#include "sentry/kernel.h"

/* ---- streams and seqpackets ---- */

/* May u connect to listener now? net->mu is held. */
static int check_connect_locked(struct unix_sock *u, struct unix_sock *listener)
{
	int err = 0;

	mutex_lock(&listener->sock.mu);
	if (listener->dead || listener->state != UNIX_LISTEN || (listener->shutdown & SHUT_BIT_RCV))
		err = -ECONNREFUSED;
	else if (listener->qlen > listener->backlog)
		err = -EAGAIN;
	mutex_unlock(&listener->sock.mu);
	if (err < 0)
		return err;
	mutex_lock(&u->sock.mu);
	if (u->state != UNIX_CLOSE)
		err = u->state == UNIX_ESTABLISHED ? -EISCONN : -EINVAL;
	mutex_unlock(&u->sock.mu);
	return err;
}

/* Cannot fail; net->mu is held. The embryo's first reference goes to the listener. */
static void do_connect_locked(struct unix_sock *u, struct unix_sock *listener, struct unix_sock *e)
{
	mutex_lock(&e->sock.mu);
	e->peer = unix_of(socket_get(&u->sock));
	e->state = UNIX_ESTABLISHED;
	mutex_unlock(&e->sock.mu);
	mutex_lock(&u->sock.mu);
	u->peer = unix_of(socket_get(&e->sock));
	u->state = UNIX_ESTABLISHED;
	mutex_unlock(&u->sock.mu);
	mutex_lock(&listener->sock.mu);
	list_add_tail(&e->embryo_node, &listener->embryos);
	listener->qlen++;
	mutex_unlock(&listener->sock.mu);
	wait_wake(&listener->sock.wq, SOCK_EV_IN);
}

static int connect_to(struct unix_sock *u, struct task *t, struct unix_sock *listener)
{
	struct unix_net *net = unix_net_of(u->sock.kernel);
	struct unix_addr *addr = NULL;
	struct unix_sock *e;
	int err = unix_sock_new(u->sock.kernel, u->sock.type, &e);

	if (err < 0)
		return err;
	if (atomic_load(&listener->addr)) {
		addr = unix_addr_copy(atomic_load(&listener->addr));
		if (addr == NULL)
			err = -ENOMEM;
	}
	atomic_store(&e->addr, addr);
	sock_set_peercred(&e->sock, t);
	mutex_lock(&net->mu);
	if (err == 0)
		err = check_connect_locked(u, listener);
	if (err == 0)
		do_connect_locked(u, listener, e);
	mutex_unlock(&net->mu);
	if (err == 0) {
		sock_copy_peercred(&u->sock, &listener->sock);
		wait_wake(&u->sock.wq, SOCK_EV_ALL);
		return 0;
	}
	unix_release(e, true);
	unix_put(e);
	return err;
}

int unix_stream_connect(struct socket *s, struct task *t, const struct sockaddr_storage *a, int len,
			bool nonblock, struct socket **other)
{
	struct unix_sock *u = unix_of(s), *listener;
	int err;

	(void)nonblock;
	if (*other)
		return connect_to(u, t, unix_of(*other));
	err = unix_check_addr(a, len);
	if (err == 0 && sock_option_on(s, SO_PASSCRED))
		err = unix_autobind(u);
	if (err == 0)
		err = unix_find(t, s->kernel, a, len, s->type, &listener);
	if (err < 0)
		return err;
	*other = &listener->sock;
	return connect_to(u, t, listener);
}

int unix_listen(struct socket *s, struct task *t, int backlog)
{
	struct unix_sock *u = unix_of(s);
	struct unix_net *net = unix_net_of(s->kernel);
	bool more = false;
	int err = 0;

	if (atomic_load(&u->addr) == NULL)
		return -EINVAL;
	mutex_lock(&net->mu);
	mutex_lock(&s->mu);
	if (u->state != UNIX_CLOSE && u->state != UNIX_LISTEN) {
		err = -EINVAL;
	} else {
		more = (uint32_t)backlog > u->backlog;
		u->backlog = (uint32_t)backlog;
		u->state = UNIX_LISTEN;
	}
	mutex_unlock(&s->mu);
	mutex_unlock(&net->mu);
	if (err < 0)
		return err;
	sock_set_peercred(s, t);
	if (more)
		wait_wake(&u->space, SOCK_EV_OUT);
	return 0;
}

int unix_accept(struct socket *s, struct socket **ret)
{
	struct unix_sock *u = unix_of(s), *e = NULL;
	struct unix_net *net = unix_net_of(s->kernel);
	int err = 0;

	mutex_lock(&net->mu);
	mutex_lock(&s->mu);
	if (u->state != UNIX_LISTEN) {
		err = -EINVAL;
	} else if (!list_empty(&u->embryos)) {
		e = list_first_entry(&u->embryos, struct unix_sock, embryo_node);
		list_del(&e->embryo_node);
		u->qlen--;
	} else {
		err = u->shutdown & SHUT_BIT_RCV ? -EINVAL : -EAGAIN;
	}
	mutex_unlock(&s->mu);
	mutex_unlock(&net->mu);
	if (err < 0)
		return err;
	wait_wake(&u->space, SOCK_EV_OUT);
	if (sock_option_on(s, SO_PASSCRED))
		atomic_fetch_or(&e->sock.opt.bits[SO_PASSCRED / 64], 1ULL << (SO_PASSCRED % 64));
	*ret = &e->sock;
	return 0;
}

int unix_pair(struct socket *a, struct socket *b, struct task *t)
{
	struct unix_sock *ua = unix_of(a), *ub = unix_of(b);
	struct unix_net *net = unix_net_of(a->kernel);

	sock_set_peercred(a, t);
	sock_set_peercred(b, t);
	mutex_lock(&net->mu);
	mutex_lock(&a->mu);
	ua->peer = unix_of(socket_get(b));
	ua->state = UNIX_ESTABLISHED;
	mutex_unlock(&a->mu);
	mutex_lock(&b->mu);
	ub->peer = unix_of(socket_get(a));
	ub->state = UNIX_ESTABLISHED;
	mutex_unlock(&b->mu);
	mutex_unlock(&net->mu);
	return 0;
}

/* ---- datagrams ---- */

void unix_dgram_set_peer_locked(struct unix_sock *u, struct unix_sock *to,
				struct unix_sock **ret_old, struct list *drop)
{
	struct unix_sock *old;
	bool talked_to_us;

	wait_del(&u->relay);
	mutex_lock(&u->sock.mu);
	old = u->peer;
	u->peer = to;
	u->state = to ? UNIX_ESTABLISHED : UNIX_CLOSE;
	if (old && old != to) {
		list_splice_tail(&u->queue, drop);
		u->qlen = 0;
		u->qbytes = 0;
	}
	mutex_unlock(&u->sock.mu);
	if (to)
		wait_add(&to->space, &u->relay, SOCK_EV_OUT);
	*ret_old = old;
	if (old == NULL || old == to)
		return;
	if (!list_empty(drop))
		wait_wake(&u->space, SOCK_EV_OUT);
	mutex_lock(&old->sock.mu);
	talked_to_us = !old->dead && old->peer == u;
	if (talked_to_us)
		old->sock.err = ECONNRESET;
	mutex_unlock(&old->sock.mu);
	if (talked_to_us)
		wait_wake(&old->sock.wq, SOCK_EV_ALL);
}

static int set_destination(struct unix_sock *u, struct unix_sock *to)
{
	struct unix_net *net = unix_net_of(u->sock.kernel);
	struct list drop = LIST_HEAD_INIT(drop);
	struct unix_sock *old = NULL;
	int err = 0;

	mutex_lock(&net->mu);
	if (to) {
		mutex_lock(&to->sock.mu);
		if (to->dead)
			err = -ECONNREFUSED;
		else if (to->peer && to->peer != u)
			err = -EPERM;
		mutex_unlock(&to->sock.mu);
	}
	if (err == 0)
		unix_dgram_set_peer_locked(u, to, &old, &drop);
	mutex_unlock(&net->mu);
	wait_wake(&u->sock.wq, SOCK_EV_OUT);
	unix_msgs_free(&drop);
	unix_put(old);
	return err;
}

int unix_dgram_connect(struct socket *s, struct task *t, const struct sockaddr_storage *a, int len,
		       bool nonblock, struct socket **other)
{
	struct unix_sock *u = unix_of(s), *to = NULL;
	int err = 0;

	(void)nonblock;
	(void)other;
	if (len < (int)sizeof(a->ss_family))
		return -EINVAL;
	if (a->ss_family == AF_UNSPEC)
		return set_destination(u, NULL);
	err = unix_check_addr(a, len);
	if (err == 0 && sock_option_on(s, SO_PASSCRED))
		err = unix_autobind(u);
	if (err == 0)
		err = unix_find(t, s->kernel, a, len, s->type, &to);
	if (err < 0)
		return err;
	err = set_destination(u, to);
	if (err < 0)
		unix_put(to);
	return err;
}
