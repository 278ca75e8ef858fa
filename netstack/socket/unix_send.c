/*
 * netstack/socket/unix_send.c - messages of AF_UNIX on their way out
 *
 * Model: a stream write becomes messages of bounded size; a datagram is one message. A message is
 * copied in without locks and then put on the receiver's queue in one step, which checks again
 * whether that one still takes it.
 *
 * How much may be under way is decided by the sizes that Linux's socket buffers have (truesize):
 * programs see it as the number of bytes until a non-blocking write gives EAGAIN, and in SIOCOUTQ.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "fs/vfs/file.h"
#include "netstack/socket/unix_impl.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"
#include "sentry/mem/uio.h"
#include "sentry/task.h"

#define BUF_OVERHEAD 256u    /* struct sk_buff */
#define BUF_TAIL 320u	     /* struct skb_shared_info, in the same allocation as linear data */
#define BUF_HEAD_MAX 3776u   /* linear data that fits a page */
#define BUF_DGRAM_MAX 16064u /* linear data of a datagram without pages */
#define BUF_PAGES_MAX (17u * 4096)
#define WHOLE_SNDBUF_MIN 65536 /* smaller ones are filled by what little messages add to them */

/* ---- sizes ---- */

static uint32_t truesize(uint32_t linear, uint32_t paged)
{
	uint32_t head = 512;

	while (head < linear + BUF_TAIL)
		head *= 2;
	return BUF_OVERHEAD + head + paged;
}

static uint32_t stream_truesize(uint32_t size)
{
	uint32_t paged = 0;

	if (size > BUF_HEAD_MAX)
		paged = MIN(size, ALIGN_UP(size - BUF_HEAD_MAX, 4096u));
	return truesize(size - paged, ALIGN_UP(paged, 4096u));
}

static uint32_t dgram_truesize(uint32_t size)
{
	uint32_t paged = 0;

	if (size > BUF_DGRAM_MAX)
		paged = MIN(size, ALIGN_UP(MIN(size - BUF_DGRAM_MAX, BUF_PAGES_MAX), 4096u));
	return truesize(size - paged, paged);
}

/* ---- messages ---- */

void unix_msg_put(struct unix_msg *msg)
{
	struct unix_sock *u = msg->sender;

	if (!ref_put(&msg->ref))
		return;
	if (msg->scm.files)
		unix_land(u->sock.kernel, msg->scm.files);
	scm_fini(&msg->scm);
	atomic_fetch_sub(&u->wmem, msg->truesize);
	if (unix_writable(u))
		wait_wake(&u->sock.wq, SOCK_EV_OUT);
	unix_put(u);
	mem_free(msg);
}

void unix_msgs_free(struct list *msgs)
{
	while (!list_empty(msgs)) {
		struct unix_msg *msg = list_first_entry(msgs, struct unix_msg, node);

		list_del(&msg->node);
		unix_msg_put(msg);
	}
}

/* A message with size bytes from the caller, charged to u. */
static int msg_from_uio(struct unix_sock *u, struct uio *uio, uint32_t size, uint32_t true_size,
			struct unix_msg **ret)
{
	struct unix_msg *msg = mem_alloc(sizeof(*msg) + size);

	if (msg == NULL)
		return -ENOMEM;
	list_init(&msg->node);
	ref_init(&msg->ref, 1);
	msg->sender = unix_of(socket_get(&u->sock));
	memset(&msg->scm, 0, sizeof(msg->scm));
	msg->truesize = true_size;
	msg->off = 0;
	msg->len = size;
	atomic_fetch_add(&u->wmem, true_size);
	if (uio_read(uio, msg->data, size) != size) {
		unix_msg_put(msg);
		return -EFAULT;
	}
	*ret = msg;
	return 0;
}

/* Credentials go along if one of the two wants to see them, files with the first message. */
static int attach(struct unix_sock *u, struct task *t, struct unix_sock *to, struct sock_msg *m,
		  struct unix_msg *msg)
{
	int err;

	msg->scm.has_cred = m->scm.has_cred;
	msg->scm.cred = m->scm.cred;
	if (!m->scm.has_cred && t &&
	    (sock_option_on(&u->sock, SO_PASSCRED) || sock_option_on(&to->sock, SO_PASSCRED) ||
	     __atomic_load_n(&to->sock.file, __ATOMIC_RELAXED) == NULL))
		scm_set_own_cred(&msg->scm, t);
	if (m->scm.files == NULL)
		return 0;
	err = unix_fly(t, u->sock.kernel, m->scm.files);
	if (err == 0)
		msg->scm.files = TAKE_PTR(m->scm.files);
	return err;
}

/* Undoes attach() for a message that has to be tried again. */
static void detach(struct unix_sock *u, struct sock_msg *m, struct unix_msg *msg)
{
	if (msg->scm.files == NULL)
		return;
	unix_land(u->sock.kernel, msg->scm.files);
	m->scm.files = TAKE_PTR(msg->scm.files);
}

static void enqueue_locked(struct unix_sock *to, struct unix_msg *msg) REQUIRES(&to->sock.mu)
{
	list_add_tail(&msg->node, &to->queue);
	to->qlen++;
	to->qbytes += msg->len;
}

/* May u send at all, now? 0, -EPIPE, -EAGAIN, or the pending error. */
static int check_sender(struct unix_sock *u)
{
	int err = socket_take_error(&u->sock);

	if (err < 0)
		return err;
	if (atomic_load_explicit(&u->shutdown, memory_order_relaxed) & SHUT_BIT_SEND)
		return -EPIPE;
	return atomic_load(&u->wmem) < u->sock.opt.sndbuf ? 0 : -EAGAIN;
}

/* ---- streams ---- */

static uint32_t part_size(const struct unix_sock *u, size_t left)
{
	size_t max = (size_t)MAX(u->sock.opt.sndbuf / 2 - 64, 1);

	return (uint32_t)MIN(MIN(left, (size_t)(BUF_HEAD_MAX + UNIX_MSG_FRAG)), max);
}

/* What is not more always has room at some time, and then is woken for: unix_writable(). */
size_t unix_whole(struct socket *s)
{
	size_t half = (size_t)MAX(s->opt.sndbuf / 2, 0);

	if (s->type != SOCK_STREAM)
		return SOCK_WHOLE_MAX;
	return half < WHOLE_SNDBUF_MIN / 2 ? SOCK_WHOLE : MIN(half, (size_t)SOCK_WHOLE_MAX);
}

/* Would nothing of it have to wait now? */
static bool goes_whole(const struct unix_sock *u, size_t left)
{
	int64_t room = u->sock.opt.sndbuf - atomic_load(&u->wmem);

	while (left > 0 && room > 0) {
		uint32_t size = part_size(u, left);

		room -= stream_truesize(size);
		left -= size;
	}
	return left == 0;
}

/* whole: others may have taken room since goes_whole(). */
static int check_part(struct unix_sock *u, bool whole)
{
	int err = check_sender(u);

	return err == -EAGAIN && whole ? 0 : err;
}

static int send_part(struct unix_sock *u, struct task *t, struct unix_sock *peer,
		     struct sock_msg *m)
{
	uint32_t size = part_size(u, m->uio->left);
	struct unix_msg *msg;
	int err;

	err = msg_from_uio(u, m->uio, size, stream_truesize(size), &msg);
	if (err < 0)
		return err;
	err = attach(u, t, peer, m, msg);
	if (err == 0) {
		mutex_lock(&peer->sock.mu);
		if (peer->dead || (peer->shutdown & SHUT_BIT_RCV))
			err = -EPIPE;
		else
			enqueue_locked(peer, msg);
		mutex_unlock(&peer->sock.mu);
	}
	if (err < 0) {
		unix_msg_put(msg);
		return err;
	}
	wait_wake(&peer->sock.wq, SOCK_EV_IN);
	m->copied += size;
	return 0;
}

ssize_t unix_stream_send(struct socket *s, struct task *t, struct sock_msg *m)
{
	struct unix_sock *u = unix_of(s), *peer;
	bool whole = t && t->in_channel && !(m->flags & MSG_DONTWAIT);
	int err = 0;

	if (m->flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (m->namelen)
		return u->state == UNIX_ESTABLISHED ? -EISCONN : -EOPNOTSUPP;
	peer = unix_peer_get(u);
	if (peer == NULL)
		return -ENOTCONN;
	if (atomic_load_explicit(&u->shutdown, memory_order_relaxed) & SHUT_BIT_SEND)
		err = -EPIPE;
	if (err == 0 && whole && !goes_whole(u, m->uio->left)) {
		err = check_sender(u); /* errors come first */
		err = err ? err : -EAGAIN;
	}
	while (err == 0 && m->uio->left) {
		err = check_part(u, whole);
		if (err == 0)
			err = send_part(u, t, peer, m);
	}
	unix_put(peer);
	return err < 0 ? err : m->copied;
}

/* ---- datagrams ---- */

static int find_destination(struct unix_sock *u, struct task *t, struct sock_msg *m)
{
	struct unix_sock *to;
	int err = 0;

	if (m->namelen) {
		err = unix_check_addr(&m->name, m->namelen);
		if (err < 0)
			return err;
	} else {
		to = unix_peer_get(u);
		if (to == NULL)
			return -ENOTCONN;
		m->other = &to->sock;
	}
	if (sock_option_on(&u->sock, SO_PASSCRED) && unix_is_dgram(u))
		err = unix_autobind(u);
	if (err == 0 && m->uio->left > (size_t)MAX(u->sock.opt.sndbuf - 32, 0))
		err = -EMSGSIZE;
	if (err == 0 && m->other == NULL) {
		err = unix_find(t, u->sock.kernel, &m->name, m->namelen, u->sock.type, &to);
		if (err == 0)
			m->other = &to->sock;
	}
	return err;
}

/* Does to take a message of u's? 0, -EPERM, -ECONNREFUSED, -EPIPE, -EAGAIN. */
static int check_receiver_locked(struct unix_sock *u, struct unix_sock *to) REQUIRES(&to->sock.mu)
{
	if (to->peer && to->peer != u)
		return -EPERM;
	if (to->dead)
		return -ECONNREFUSED;
	if (to->shutdown & SHUT_BIT_RCV)
		return -EPIPE;
	return to != u && to->peer != u && to->qlen > UNIX_DGRAM_QLEN ? -EAGAIN : 0;
}

/* The default destination is gone. */
static void forget_dead_peer(struct unix_sock *u, struct unix_sock *dead)
{
	struct unix_net *net = unix_net_of(u->sock.kernel);
	struct list drop = LIST_HEAD_INIT(drop);
	struct unix_sock *old = NULL;

	if (!unix_is_dgram(u))
		return;
	mutex_lock(&net->mu);
	if (u->peer == dead)
		unix_dgram_set_peer_locked(u, NULL, &old, &drop);
	mutex_unlock(&net->mu);
	unix_msgs_free(&drop);
	unix_put(old);
}

/* A look before anything is copied. */
static int check_both(struct unix_sock *u, struct unix_sock *to)
{
	int err = check_sender(u);

	if (err < 0)
		return err;
	mutex_lock(&to->sock.mu);
	err = check_receiver_locked(u, to);
	mutex_unlock(&to->sock.mu);
	return err;
}

static ssize_t send_datagram(struct unix_sock *u, struct task *t, struct unix_sock *to,
			     struct sock_msg *m)
{
	uint32_t size = (uint32_t)m->uio->left;
	struct unix_msg *msg;
	int err = msg_from_uio(u, m->uio, size, dgram_truesize(size), &msg);

	if (err < 0)
		return err;
	err = attach(u, t, to, m, msg);
	if (err == 0) {
		mutex_lock(&to->sock.mu);
		err = check_receiver_locked(u, to);
		if (err == 0)
			enqueue_locked(to, msg);
		mutex_unlock(&to->sock.mu);
	}
	if (err == 0) {
		wait_wake(&to->sock.wq, SOCK_EV_IN);
		return size;
	}
	if (err == -EAGAIN) {
		detach(u, m, msg);
		uio_revert(m->uio, size);
	}
	unix_msg_put(msg);
	return err;
}

ssize_t unix_dgram_send(struct socket *s, struct task *t, struct sock_msg *m)
{
	struct unix_sock *u = unix_of(s), *to;
	ssize_t n = 0;

	if (m->flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (m->other == NULL)
		n = find_destination(u, t, m);
	if (n < 0)
		return n;
	to = unix_of(m->other);
	n = check_both(u, to);
	if (n == 0)
		n = send_datagram(u, t, to, m);
	if (n == -ECONNREFUSED)
		forget_dead_peer(u, to);
	return n;
}

ssize_t unix_seqpacket_send(struct socket *s, struct task *t, struct sock_msg *m)
{
	int err = socket_take_error(s);

	if (err < 0)
		return err;
	if (unix_of(s)->state != UNIX_ESTABLISHED)
		return -ENOTCONN;
	m->namelen = 0;
	return unix_dgram_send(s, t, m);
}
