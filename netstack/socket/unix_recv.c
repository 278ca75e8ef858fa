/*
 * netstack/socket/unix_recv.c - messages of AF_UNIX on their way in
 *
 * Model: under the lock a reader claims bytes of a message and takes a reference on it; it copies
 * them out without the lock. If the guest's memory ends, a stream gets the claimed bytes back, a
 * datagram is lost, as in Linux.
 *
 * A stream read joins messages until it comes to one with files, or with other credentials if the
 * receiver looks at these (SO_PASSCRED).
 *
 * Differences: two readers racing on one stream, of which one faults, may see the bytes late.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>

#include "netstack/socket/unix_impl.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"
#include "sentry/mem/uio.h"

static void copy_sender(const struct unix_msg *msg, struct sock_msg *m)
{
	const struct unix_addr *a = atomic_load_explicit(&msg->sender->addr, memory_order_acquire);

	m->namelen = 0;
	if (a == NULL)
		return;
	memcpy(&m->name, &a->name, (size_t)MIN(a->len, (int)sizeof(a->name)));
	m->namelen = a->len;
}

/* ---- claiming ---- */

/* Files of a message that is only peeked at: the collector must not run between the look at the
 * queue and the new references, so its lock is held. */
static int peek_files_locked(const struct unix_msg *msg, struct sock_msg *m)
{
	if (msg->scm.files == NULL)
		return 0;
	m->scm.files = scm_files_copy(msg->scm.files);
	return m->scm.files ? 0 : -ENOMEM;
}

struct claim {
	struct unix_msg *msg; /* referenced */
	uint32_t off, len;
	bool unlinked; /* the reference is the queue's */
	bool stop;     /* nothing may be joined behind it */
};

static bool same_cred(const struct scm *a, const struct scm *b)
{
	if (a->has_cred != b->has_cred)
		return false;
	return !a->has_cred || (a->cred.pid == b->cred.pid && a->cred.uid == b->cred.uid &&
				a->cred.gid == b->cred.gid);
}

/* SO_PEEK_OFF: looks go on where the last one ended, reads take away from before that. */
static void peek_off_move(struct unix_sock *u, int64_t by)
{
	int off = u->sock.opt.peek_off, to;

	do {
		to = (int)MIN(MAX(off + by, (int64_t)0), (int64_t)INT_MAX);
	} while (off >= 0 && !atomic_compare_exchange_weak(&u->sock.opt.peek_off, &off, to));
}

static void peek_off_moved(struct unix_sock *u, const struct sock_msg *m, size_t n)
{
	peek_off_move(u, m->flags & MSG_PEEK ? (int64_t)n : -(int64_t)n);
}

/* The message that byte number skip of the queue lies in; skip becomes the offset in it. */
static struct unix_msg *stream_at_locked(struct unix_sock *u, size_t *skip) REQUIRES(&u->sock.mu)
{
	struct unix_msg *msg;

	list_for_each_entry(msg, &u->queue, node) {
		if (*skip < msg->len)
			return msg;
		*skip -= msg->len;
	}
	return NULL;
}

/* 1: claimed; 0: the queue has nothing (more) for this read; -errno. */
static int stream_claim_locked(struct unix_sock *u, struct sock_msg *m, bool check_creds,
			       struct claim *c) REQUIRES(&u->sock.mu)
{
	bool peek = m->flags & MSG_PEEK;
	int peek_off = u->sock.opt.peek_off;
	size_t skip = !peek ? 0 : peek_off >= 0 ? (size_t)peek_off : (size_t)m->copied;
	struct unix_msg *msg = stream_at_locked(u, &skip);
	int err;

	if (msg == NULL)
		return 0;
	if (check_creds && m->copied && !same_cred(&m->scm, &msg->scm))
		return -ESTALE;
	*c = (struct claim){.msg = msg, .off = msg->off + (uint32_t)skip};
	c->len = (uint32_t)MIN((size_t)msg->len - skip, m->uio->left);
	c->stop = msg->scm.files != NULL;
	if (m->copied == 0) {
		m->scm.has_cred = msg->scm.has_cred;
		m->scm.cred = msg->scm.cred;
		copy_sender(msg, m);
	}
	if (peek) {
		err = m->scm.files ? 0 : peek_files_locked(msg, m);
		if (err < 0)
			return err;
	} else {
		if (msg->scm.files)
			m->scm.files = TAKE_PTR(msg->scm.files);
		msg->off += c->len;
		msg->len -= c->len;
		u->qbytes -= c->len;
		c->unlinked = msg->len == 0;
	}
	if (c->unlinked) {
		list_del(&msg->node);
		u->qlen--;
	} else {
		ref_get(&msg->ref);
	}
	return 1;
}

static int stream_claim(struct unix_sock *u, struct sock_msg *m, bool check_creds, struct claim *c)
{
	struct unix_net *net = unix_net_of(u->sock.kernel);
	bool peek = m->flags & MSG_PEEK;
	int got;

	if (peek)
		mutex_lock(&net->gc_mu);
	mutex_lock(&u->sock.mu);
	got = stream_claim_locked(u, m, check_creds, c);
	mutex_unlock(&u->sock.mu);
	if (peek)
		mutex_unlock(&net->gc_mu);
	return got;
}

/* Gives back what could not be copied out, files included. */
static void stream_unclaim(struct unix_sock *u, struct sock_msg *m, struct claim *c, uint32_t n)
{
	if (m->flags & MSG_PEEK)
		return;
	mutex_lock(&u->sock.mu);
	if (c->msg->off == c->off + c->len && !u->dead) {
		c->msg->off -= n;
		c->msg->len += n;
		u->qbytes += n;
		if (c->unlinked) {
			list_add(&c->msg->node, &u->queue);
			u->qlen++;
			ref_get(&c->msg->ref);
		}
		if (n == c->len && c->stop && c->msg->scm.files == NULL)
			c->msg->scm.files = TAKE_PTR(m->scm.files);
	}
	mutex_unlock(&u->sock.mu);
}

/* ---- streams ---- */

/* One claim, copied out. 1: go on; 0: done with what there is; -ENODATA: the queue is empty. */
static int stream_step(struct unix_sock *u, struct sock_msg *m, bool check_creds)
{
	struct claim c;
	size_t moved;
	int got = stream_claim(u, m, check_creds, &c);

	if (got <= 0)
		return got == -ESTALE ? 0 : got == 0 ? -ENODATA : got;
	moved = uio_write(m->uio, c.msg->data + c.off, c.len);
	if (moved < c.len && moved == 0) {
		stream_unclaim(u, m, &c, c.len);
		unix_msg_put(c.msg);
		return m->copied ? 0 : -EFAULT;
	}
	if (moved < c.len)
		stream_unclaim(u, m, &c, c.len - (uint32_t)moved);
	m->copied += (ssize_t)moved;
	peek_off_moved(u, m, moved);
	if (m->scm.files && m->scm.files->in_flight)
		unix_land(u->sock.kernel, m->scm.files);
	unix_msg_put(c.msg);
	return !c.stop && moved == c.len && m->uio->left;
}

/* Nothing is queued: an error, the end, or a wait. */
static ssize_t stream_empty(struct unix_sock *u, struct sock_msg *m, size_t target)
{
	int err;

	if ((size_t)m->copied >= target || (m->copied && (m->flags & MSG_PEEK)))
		return m->copied;
	err = socket_take_error(&u->sock);
	if (err < 0)
		return err;
	if (!(atomic_load_explicit(&u->shutdown, memory_order_relaxed) & SHUT_BIT_RCV))
		return -EAGAIN;
	if (m->copied == 0)
		m->scm.has_cred = true; /* Linux shows zeroes at the end of a stream */
	return m->copied;
}

ssize_t unix_stream_recv(struct socket *s, struct task *t, struct sock_msg *m)
{
	struct unix_sock *u = unix_of(s);
	size_t size = m->uio->left + (size_t)m->copied, target = 1;
	bool check_creds = sock_option_on(s, SO_PASSCRED);
	int go;

	(void)t;
	if (m->flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (u->state != UNIX_ESTABLISHED)
		return -EINVAL;
	if (m->flags & MSG_WAITALL)
		target = size;
	else
		target = MIN((size_t)s->opt.rcvlowat, size);
	do {
		go = stream_step(u, m, check_creds);
	} while (go > 0);
	if (go == -ENODATA)
		return stream_empty(u, m, MAX(target, (size_t)1));
	return go < 0 ? go : m->copied;
}

/* ---- datagrams ---- */

/* The message that a look at that offset of all that is queued sees; off becomes the offset in it. */
static struct unix_msg *dgram_at_locked(struct unix_sock *u, uint32_t *off) REQUIRES(&u->sock.mu)
{
	struct unix_msg *msg;

	list_for_each_entry(msg, &u->queue, node) {
		if (*off < msg->len || (*off == 0 && msg->len == 0))
			return msg;
		*off -= msg->len;
	}
	return NULL;
}

static int dgram_claim_locked(struct unix_sock *u, struct sock_msg *m, struct claim *c)
	REQUIRES(&u->sock.mu)
{
	uint32_t skip = m->flags & MSG_PEEK ? (uint32_t)MAX((int)u->sock.opt.peek_off, 0) : 0;
	struct unix_msg *msg = dgram_at_locked(u, &skip);
	int err;

	if (msg == NULL)
		return 0;
	*c = (struct claim){.msg = msg, .off = msg->off + skip, .len = msg->len - skip};
	if (m->flags & MSG_PEEK) {
		err = peek_files_locked(msg, m);
		if (err < 0)
			return err;
		ref_get(&msg->ref);
	} else {
		m->scm.files = TAKE_PTR(msg->scm.files);
		list_del(&msg->node);
		u->qlen--;
		u->qbytes -= msg->len;
	}
	m->scm.has_cred = msg->scm.has_cred;
	m->scm.cred = msg->scm.cred;
	copy_sender(msg, m);
	return 1;
}

static int dgram_claim(struct unix_sock *u, struct sock_msg *m, struct claim *c)
{
	struct unix_net *net = unix_net_of(u->sock.kernel);
	bool peek = m->flags & MSG_PEEK, had_no_room;
	int got;

	if (peek)
		mutex_lock(&net->gc_mu);
	mutex_lock(&u->sock.mu);
	had_no_room = u->qlen > UNIX_DGRAM_QLEN;
	got = dgram_claim_locked(u, m, c);
	mutex_unlock(&u->sock.mu);
	if (peek)
		mutex_unlock(&net->gc_mu);
	if (got > 0 && !peek && had_no_room)
		wait_wake(&u->space, SOCK_EV_OUT);
	return got;
}

/* A receiver that waits is told the end by shutdown(2); one that does not gets EAGAIN, unless the
 * other end of a seqpacket is gone. */
static ssize_t dgram_empty(struct unix_sock *u, const struct sock_msg *m)
{
	bool end = atomic_load_explicit(&u->shutdown, memory_order_relaxed) & SHUT_BIT_RCV;

	if (end && (!unix_is_dgram(u) || !(m->flags & MSG_DONTWAIT)))
		return 0;
	return -EAGAIN;
}

/* Messages are not stamped on their way: SO_TIMESTAMP and its like say when they were received. */
static void give_stamp(struct socket *s, struct sock_msg *m)
{
	static const int names[] = {SO_TIMESTAMP, SO_TIMESTAMPNS, SO_TIMESTAMP_NEW,
				    SO_TIMESTAMPNS_NEW};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (sock_option_on(s, names[i]))
			m->scm.stamp_type = names[i];
}

ssize_t unix_dgram_recv(struct socket *s, struct task *t, struct sock_msg *m)
{
	struct unix_sock *u = unix_of(s);
	struct claim c = {0};
	size_t want;
	ssize_t n;
	int got;

	(void)t;
	if (m->flags & MSG_OOB)
		return -EOPNOTSUPP;
	got = socket_take_error(s);
	if (got < 0)
		return got;
	got = dgram_claim(u, m, &c);
	if (got <= 0)
		return got < 0 ? got : dgram_empty(u, m);
	if (m->scm.files && m->scm.files->in_flight)
		unix_land(s->kernel, m->scm.files);
	want = MIN(m->uio->left, (size_t)c.len);
	if (want < c.len)
		m->out_flags |= MSG_TRUNC;
	n = m->flags & MSG_TRUNC ? (ssize_t)c.len : (ssize_t)want;
	if (uio_write(m->uio, c.msg->data + c.off, want) != want)
		n = -EFAULT;
	else
		peek_off_moved(u, m, m->flags & MSG_PEEK ? want : c.len);
	give_stamp(s, m);
	unix_msg_put(c.msg);
	return n;
}

ssize_t unix_seqpacket_recv(struct socket *s, struct task *t, struct sock_msg *m)
{
	if (unix_of(s)->state != UNIX_ESTABLISHED)
		return -ENOTCONN;
	return unix_dgram_recv(s, t, m);
}
