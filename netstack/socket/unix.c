/*
 * netstack/socket/unix.c - AF_UNIX sockets: making, closing, shutdown(2), poll(2); see unix_impl.h
 *
 * Differences from Linux: no out-of-band data (MSG_OOB gives EOPNOTSUPP).
 *
 * Sources: unix(7), net/unix/af_unix.c for the order of errors and the poll events.
 */
#include "netstack/socket/unix.h"

#include <errno.h>
#include <linux/net.h>
#include <linux/sockios.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>

#include "netstack/socket/inet.h"
#include "netstack/socket/unix_impl.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/kernel.h"
#include "sentry/mem/usermem.h"

static const struct socket_ops unix_stream_ops, unix_dgram_ops, unix_seqpacket_ops;

/* ---- /proc/net/unix ---- */

static void show_one(struct unix_sock *u, struct strbuf *sb)
{
	const struct unix_addr *a = atomic_load(&u->addr);
	bool listening;
	int state;

	mutex_lock(&u->sock.mu);
	listening = u->state == UNIX_LISTEN;
	state = u->sock.file ? (u->state == UNIX_ESTABLISHED ? SS_CONNECTED : SS_UNCONNECTED)
			     : (u->state == UNIX_ESTABLISHED ? SS_CONNECTING : SS_DISCONNECTING);
	mutex_unlock(&u->sock.mu);
	strbuf_printf(sb, "%016x: %08X %08X %08X %04X %02X %5lu", 0, ref_count(&u->sock.ref) + 1, 0,
		      listening ? 1u << 16 : 0, (unsigned int)u->sock.type, (unsigned int)state,
		      (unsigned long)u->sock.ino);
	if (a && a->len > UNIX_PATH_OFFSET) {
		strbuf_putc(sb, ' ');
		for (int i = 0; i < a->len - UNIX_PATH_OFFSET; i++) {
			char c = a->name.sun_path[i];

			if (c || i == 0 || a->name.sun_path[0] == '\0')
				strbuf_putc(sb, c ? c : '@');
		}
	}
	strbuf_putc(sb, '\n');
}

static void show_all(struct kernel *k, struct strbuf *sb)
{
	struct unix_net *net = unix_net_of(k);
	struct unix_sock *u;

	if (net == NULL)
		return;
	mutex_lock(&net->mu);
	list_for_each_entry(u, &net->all, all_node)
		show_one(u, sb);
	mutex_unlock(&net->mu);
}

/* ---- making ---- */

/* Made with the first socket; afterwards it cannot be NULL. */
struct unix_net *unix_net_of(struct kernel *k)
{
	struct unix_net *net = atomic_load(&k->unix_net), *none = NULL;

	if (likely(net))
		return net;
	net = mem_zalloc(sizeof(*net));
	if (net == NULL)
		return NULL;
	mutex_init(&net->mu, LOCK_UNIX);
	mutex_init(&net->gc_mu, LOCK_UNIX_GC);
	hash_init(&net->by_inode);
	hash_init(&net->by_name);
	list_init(&net->all);
	list_init(&net->flying);
	if (atomic_compare_exchange_strong(&k->unix_net, &none, net)) {
		k->show_unix = show_all;
		return net;
	}
	mem_free(net);
	return none;
}

static bool relay_wake(struct wait_entry *e, uint32_t events)
{
	wait_wake_nested(&container_of(e, struct unix_sock, relay)->sock.wq, events);
	return false;
}

int unix_sock_new(struct kernel *k, int type, struct unix_sock **ret)
{
	struct unix_net *net = unix_net_of(k);
	struct unix_sock *u = net ? mem_zalloc(sizeof(*u)) : NULL;

	if (u == NULL)
		return -ENOMEM;
	socket_init(&u->sock, k,
		    type == SOCK_STREAM	 ? &unix_stream_ops
		    : type == SOCK_DGRAM ? &unix_dgram_ops
					 : &unix_seqpacket_ops,
		    AF_UNIX, type, 0);
	wait_queue_init(&u->space);
	wait_entry_init(&u->relay, relay_wake);
	list_init(&u->queue);
	list_init(&u->embryos);
	list_init(&u->embryo_node);
	list_init(&u->all_node);
	list_init(&u->gc_node);
	list_init(&u->gc_todo);
	mutex_lock(&net->mu);
	list_add_tail(&u->all_node, &net->all);
	u->seq = ++net->next_seq;
	mutex_unlock(&net->mu);
	*ret = u;
	return 0;
}

static int unix_create(struct kernel *k, struct task *t, int type, int protocol,
		       struct socket **ret)
{
	struct unix_sock *u;
	int err;

	(void)t;
	if (protocol && protocol != PF_UNIX)
		return -EPROTONOSUPPORT;
	if (type == SOCK_RAW)
		type = SOCK_DGRAM;
	if (type != SOCK_STREAM && type != SOCK_DGRAM && type != SOCK_SEQPACKET)
		return -ESOCKTNOSUPPORT;
	err = unix_sock_new(k, type, &u);
	if (err < 0)
		return err;
	u->sock.protocol = protocol;
	*ret = &u->sock;
	return 0;
}

const struct socket_family unix_family = {
	.family = AF_UNIX,
	.create = unix_create,
};

static void unix_destroy(struct socket *s)
{
	struct unix_sock *u = unix_of(s);

	ASSERT(u->peer == NULL && list_empty(&u->all_node));
	mem_free(atomic_load(&u->addr));
	wait_queue_destroy(&u->space);
	socket_fini(s);
	mem_free(u);
}

/* ---- closing ---- */

struct unix_sock *unix_peer_get(struct unix_sock *u)
{
	struct unix_sock *peer;

	mutex_lock(&u->sock.mu);
	peer = u->peer;
	if (peer)
		ref_get(&peer->sock.ref);
	mutex_unlock(&u->sock.mu);
	return peer;
}

/* The other end of a connection learns that u is gone; net->mu is held. */
static void peer_gone_locked(struct unix_sock *peer, bool reset)
{
	mutex_lock(&peer->sock.mu);
	peer->shutdown = SHUT_BIT_BOTH;
	if (reset)
		peer->sock.err = ECONNRESET;
	mutex_unlock(&peer->sock.mu);
	wait_wake(&peer->sock.wq, SOCK_EV_ALL);
}

void unix_release(struct unix_sock *u, bool embryo)
{
	struct unix_net *net = unix_net_of(u->sock.kernel);
	struct list msgs = LIST_HEAD_INIT(msgs), embryos = LIST_HEAD_INIT(embryos);
	struct path path = {NULL, NULL};
	struct unix_sock *peer;

	mutex_lock(&net->mu);
	unix_unname_locked(net, u, &path);
	list_del(&u->all_node);
	wait_del(&u->relay);
	mutex_lock(&u->sock.mu);
	u->dead = true;
	u->sock.file = NULL;
	u->state = UNIX_CLOSE;
	u->shutdown = SHUT_BIT_BOTH;
	peer = TAKE_PTR(u->peer);
	list_splice_tail(&u->queue, &msgs);
	list_splice_tail(&u->embryos, &embryos);
	u->qlen = 0;
	u->qbytes = 0;
	mutex_unlock(&u->sock.mu);
	if (peer && !unix_is_dgram(u))
		peer_gone_locked(peer, embryo || !list_empty(&msgs));
	mutex_unlock(&net->mu);
	wait_wake(&u->space, SOCK_EV_ALL);
	while (!list_empty(&embryos)) {
		struct unix_sock *e = list_first_entry(&embryos, struct unix_sock, embryo_node);

		list_del(&e->embryo_node);
		unix_release(e, true);
		unix_put(e);
	}
	unix_msgs_free(&msgs);
	if (path.dentry)
		path_put(&path);
	unix_put(peer);
	if (atomic_load(&net->nr_flying))
		unix_gc_maybe(u->sock.kernel);
}

static void unix_release_file(struct socket *s)
{
	unix_release(unix_of(s), false);
}

/* ---- shutdown, poll, ioctl ---- */

static int unix_shutdown(struct socket *s, int how)
{
	struct unix_sock *u = unix_of(s), *peer;
	struct unix_net *net = unix_net_of(s->kernel);
	unsigned int bits = (unsigned int)how + 1, peer_bits = 0;

	if (bits & SHUT_BIT_RCV)
		peer_bits |= SHUT_BIT_SEND;
	if (bits & SHUT_BIT_SEND)
		peer_bits |= SHUT_BIT_RCV;
	mutex_lock(&net->mu);
	mutex_lock(&s->mu);
	u->shutdown |= bits;
	peer = unix_is_dgram(u) ? NULL : u->peer;
	mutex_unlock(&s->mu);
	if (peer) {
		mutex_lock(&peer->sock.mu);
		peer->shutdown |= peer_bits;
		mutex_unlock(&peer->sock.mu);
		wait_wake(&peer->sock.wq, SOCK_EV_ALL);
	}
	mutex_unlock(&net->mu);
	wait_wake(&s->wq, SOCK_EV_ALL);
	wait_wake(&u->space, SOCK_EV_OUT);
	return 0;
}

bool unix_writable(struct unix_sock *u)
{
	return atomic_load(&u->wmem) * 4 <= u->sock.opt.sndbuf;
}

/* A datagram socket that is connected cannot send while its peer's queue is full, unless that one
 * talks to it alone. */
static bool peer_has_room(struct unix_sock *u)
{
	struct unix_sock *peer = unix_peer_get(u);
	bool room;

	if (peer == NULL)
		return true;
	mutex_lock(&peer->sock.mu);
	room = peer->dead || peer->peer == u || peer->qlen <= UNIX_DGRAM_QLEN;
	mutex_unlock(&peer->sock.mu);
	unix_put(peer);
	return room;
}

static uint32_t unix_poll(struct socket *s)
{
	struct unix_sock *u = unix_of(s);
	uint32_t mask = s->err ? POLLERR : 0;
	bool writable = unix_writable(u);

	mutex_lock(&s->mu);
	if (u->shutdown == SHUT_BIT_BOTH)
		mask |= POLLHUP;
	if (u->shutdown & SHUT_BIT_RCV)
		mask |= POLLRDHUP | POLLIN | POLLRDNORM;
	if (u->qlen)
		mask |= POLLIN | POLLRDNORM;
	if (!unix_is_dgram(u) && u->state == UNIX_CLOSE)
		mask |= POLLHUP;
	if (u->state == UNIX_LISTEN)
		writable = false;
	mutex_unlock(&s->mu);
	if (writable && unix_is_dgram(u))
		writable = peer_has_room(u);
	return writable ? mask | SOCK_EV_OUT : mask;
}

static struct wait_queue *unix_space(struct socket *other)
{
	return &unix_of(other)->space;
}

static bool unix_listening(struct socket *s)
{
	return unix_of(s)->state == UNIX_LISTEN;
}

static void unix_buffer_changed(struct socket *s)
{
	if (unix_writable(unix_of(s)))
		wait_wake(&s->wq, SOCK_EV_OUT);
}

static int unix_bytes_waiting(struct unix_sock *u, int *ret)
{
	int err = 0;

	mutex_lock(&u->sock.mu);
	if (u->state == UNIX_LISTEN)
		err = -EINVAL;
	else if (!unix_is_dgram(u))
		*ret = (int)u->qbytes;
	else if (list_empty(&u->queue))
		*ret = 0;
	else
		*ret = (int)list_first_entry(&u->queue, struct unix_msg, node)->len;
	mutex_unlock(&u->sock.mu);
	return err;
}

static long unix_ioctl(struct socket *s, struct task *t, unsigned int cmd, uint64_t arg)
{
	struct unix_sock *u = unix_of(s);
	int n, err = 0;

	switch (cmd) {
	case SIOCOUTQ: n = (int)atomic_load(&u->wmem); break;
	case SIOCINQ: err = unix_bytes_waiting(u, &n); break;
	case SIOCATMARK:
		if (s->type != SOCK_STREAM)
			return -EOPNOTSUPP;
		n = 0;
		break;
	default: return inet_device_ioctl(t, cmd, arg);
	}
	return err < 0 ? err : copy_out_obj(t, arg, &n);
}

#define UNIX_COMMON_OPS                                                                            \
	.bind = unix_bind, .pair = unix_pair, .getname = unix_getname, .shutdown = unix_shutdown,  \
	.whole = unix_whole, .space = unix_space, .poll = unix_poll, .ioctl = unix_ioctl,          \
	.listening = unix_listening, .buffer_changed = unix_buffer_changed,                        \
	.release = unix_release_file, .destroy = unix_destroy

static const struct socket_ops unix_stream_ops = {
	UNIX_COMMON_OPS,       .connect = unix_stream_connect, .listen = unix_listen,
	.accept = unix_accept, .sendmsg = unix_stream_send,    .recvmsg = unix_stream_recv,
	.sigpipe = true,
};

static const struct socket_ops unix_dgram_ops = {
	UNIX_COMMON_OPS,
	.connect = unix_dgram_connect,
	.sendmsg = unix_dgram_send,
	.recvmsg = unix_dgram_recv,
};

static const struct socket_ops unix_seqpacket_ops = {
	UNIX_COMMON_OPS,       .connect = unix_stream_connect, .listen = unix_listen,
	.accept = unix_accept, .sendmsg = unix_seqpacket_send, .recvmsg = unix_seqpacket_recv,
};
