/*
 * netstack/socket/inet_msg.c - data of Internet sockets: one sendmsg(2) or recvmsg(2) of the host for
 * one of the guest
 *
 * Model: the bytes go through a bounce buffer, as the guest's memory is another process's. A stream
 * takes and gives them in pieces of CHUNK, a datagram in one. Flags and control messages are those of
 * lists. What has to wait is tried again by the caller's loop (syscalls/sys_sockmsg.c), which keeps
 * what was moved in m->copied.
 *
 * Differences from Linux: bytes of a stream that the guest's memory does not take are lost, where
 * Linux leaves them in the queue. MSG_PEEK of a stream sees CHUNK bytes at most. MSG_ZEROCOPY copies.
 *
 * Sources: recv(2), send(2), tcp(7), udp(7).
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fs/vfs/landlock.h"
#include "netstack/socket/inet_impl.h"
#include "sentry/base/hostcall.h"
#include "sentry/base/mem.h"
#include "sentry/mem/uio.h"
#include "sentry/task.h"

#define SMALL 4096
#define CHUNK (128u << 10)
#define DGRAM_MAX 65535u /* what a length field can say */
#define SEND_FLAGS (MSG_OOB | MSG_DONTROUTE | MSG_EOR | MSG_MORE | MSG_CONFIRM | MSG_FASTOPEN)
#define RECV_FLAGS (MSG_OOB | MSG_PEEK | MSG_TRUNC | MSG_ERRQUEUE)
#define RECV_FLAGS_OUT (MSG_TRUNC | MSG_CTRUNC | MSG_EOR | MSG_OOB | MSG_ERRQUEUE)

/* A buffer for want bytes: small if they fit; else *ret_heap, perhaps of less for a stream. */
static void *bounce(size_t want, char *small, char **ret_heap)
{
	if (want <= SMALL)
		return small;
	*ret_heap = mem_alloc(want);
	return *ret_heap;
}

static ssize_t host_send(struct socket *s, const struct sock_msg *m, void *buf, size_t len,
			 int flags, void *control, size_t control_len)
{
	struct iovec iov = {.iov_base = buf, .iov_len = len};
	struct msghdr h = {
		.msg_name = m->namelen ? (void *)(uintptr_t)&m->name : NULL,
		.msg_namelen = (socklen_t)m->namelen,
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control_len ? control : NULL,
		.msg_controllen = control_len,
	};
	ssize_t n = syscall(SYS_sendmsg, inet_fd(s), &h,
			    (long)((flags & SEND_FLAGS) | MSG_DONTWAIT | MSG_NOSIGNAL));

	return n < 0 ? -errno : n;
}

/* Name, control messages and flags of what came are put into m. */
static ssize_t host_recv(struct socket *s, struct sock_msg *m, void *buf, size_t len)
{
	union {
		struct cmsghdr align;
		char buf[INET_CONTROL_MAX];
	} c;
	struct iovec iov = {.iov_base = buf, .iov_len = len};
	struct msghdr h = {
		.msg_name = &m->name,
		.msg_namelen = sizeof(m->name),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = m->wants_control ? &c : NULL,
		.msg_controllen = m->wants_control ? sizeof(c) : 0,
	};
	ssize_t n = syscall(SYS_recvmsg, inet_fd(s), &h,
			    (long)((m->flags & RECV_FLAGS) | MSG_DONTWAIT | MSG_CMSG_CLOEXEC));

	if (n < 0)
		return -errno;
	m->namelen = (int)MIN(h.msg_namelen, (socklen_t)sizeof(m->name));
	m->out_flags |= h.msg_flags & RECV_FLAGS_OUT;
	if (h.msg_controllen && m->wants_control) {
		int err = inet_control_out(&c, h.msg_controllen, m);

		if (err < 0)
			return err;
	}
	return n;
}

/* The end of a send or receive that stopped with err, which the next call gets if this one moved
 * something. */
static ssize_t stop(struct socket *s, struct sock_msg *m, int err)
{
	if (err == -EAGAIN || m->copied == 0)
		return err;
	if (err != -EFAULT)
		s->err = -err;
	return m->copied;
}

/* ---- sending ---- */

static int send_check(struct socket *s, struct task *t, const struct sock_msg *m)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)&m->name;
	int err = 0;

	if (s->err)
		err = socket_take_error(s);
	if (err == 0 && m->namelen && !inet_is_stream(s))
		err = inet_check_addr(s, &m->name, m->namelen);
	/* A connect(2) in other clothes. */
	if (err == 0 && inet_is_stream(s) && (m->flags & MSG_FASTOPEN) && m->namelen) {
		err = inet_check_addr(s, &m->name, m->namelen);
		if (err == 0 && t && t->landlock)
			err = landlock_check_port(t, ntohs(in->sin_port), LL_CONNECT_TCP);
	}
	return err;
}

/* A call over a channel cannot go on after a part (sentry/task.h): it is only made where the host
 * takes a small message whole. */
static bool must_trap(struct socket *s, struct task *t, const struct sock_msg *m)
{
	struct pollfd p = {.fd = inet_fd(s), .events = POLLOUT};
	bool full, host;

	if (!t || !t->in_channel || (m->flags & MSG_DONTWAIT))
		return false;
	if (m->uio->left > SMALL)
		return true;
	full = inet_pair_is_full(inet_of(s), &host);
	return host ? host_poll(&p, 1, 0) < 1 : full;
}

/* By the host, at most CHUNK bytes: 0, -EAGAIN also after a part of it, -errno. Ends what
 * inet_pair_send() has begun. */
static int send_by_host(struct socket *s, struct sock_msg *m, void *control, size_t control_len)
{
	char small[SMALL] not_zeroed, *buf;
	size_t room = sizeof(small), want, got;
	int flags = m->flags;
	ssize_t n;

	buf = bounce_get(MIN(m->uio->left, (size_t)CHUNK), small, &room);
	want = MIN(m->uio->left, room);
	got = uio_read(m->uio, buf, want);
	if (m->uio->left && got == want)
		flags |= MSG_MORE;
	n = got || !want ? host_send(s, m, buf, got, flags, control, control_len) : -EFAULT;
	bounce_put(buf);
	inet_pair_sent(inet_of(s), n);
	if (n < 0) {
		uio_revert(m->uio, got);
		return (int)n;
	}
	m->copied += n;
	if ((size_t)n < got) {
		uio_revert(m->uio, got - (size_t)n);
		return -EAGAIN;
	}
	return got < want ? -EFAULT : 0;
}

static int send_piece(struct socket *s, struct sock_msg *m, void *control, size_t control_len)
{
	long n = inet_pair_send(inet_of(s), m);
	int err;

	if (n != WAY_GO_HOST) {
		m->copied += MAX(n, 0L);
		return (int)MIN(n, 0L);
	}
	err = send_by_host(s, m, control, control_len);
	if (err == -EAGAIN)
		inet_arm(s, POLLOUT);
	return err;
}

ssize_t inet_stream_send(struct socket *s, struct task *t, struct sock_msg *m)
{
	char control[INET_CONTROL_MAX] not_zeroed;
	size_t control_len = 0;
	int err = send_check(s, t, m);

	if (err == 0 && m->control)
		err = inet_control_in(s, m->control, m->control_len, control, &control_len);
	if (err < 0)
		return stop(s, m, err);
	if (must_trap(s, t, m))
		return -EAGAIN;
	if (control_len || (m->flags & (MSG_OOB | MSG_MORE)))
		inet_pair_forbid(inet_of(s), m->flags & MSG_OOB);
	do {
		err = send_piece(s, m, control, control_len);
		/* A connection that MSG_FASTOPEN has begun is waited for as by connect(2). */
		if (err == -EINPROGRESS && !(m->flags & MSG_DONTWAIT)) {
			m->flags &= ~MSG_FASTOPEN;
			m->namelen = 0;
			inet_arm(s, POLLOUT);
			err = -EAGAIN;
		}
	} while (err == 0 && m->uio->left);
	return err < 0 ? stop(s, m, err) : m->copied;
}

ssize_t inet_dgram_send(struct socket *s, struct task *t, struct sock_msg *m)
{
	char small[SMALL], control[INET_CONTROL_MAX], *_cleanup_free_ heap = NULL, *buf;
	size_t control_len = 0, len = m->uio->left;
	int err = len > DGRAM_MAX ? -EMSGSIZE : send_check(s, t, m);
	ssize_t n;

	if (err == 0 && m->control)
		err = inet_control_in(s, m->control, m->control_len, control, &control_len);
	if (err < 0)
		return err;
	buf = bounce(len, small, &heap);
	if (buf == NULL)
		return -ENOBUFS;
	n = (ssize_t)uio_read(m->uio, buf, len);
	if ((size_t)n < len) {
		uio_revert(m->uio, (size_t)n);
		return -EFAULT;
	}
	n = host_send(s, m, buf, len, m->flags, control, control_len);
	if (n < 0)
		uio_revert(m->uio, len);
	if (n == -EAGAIN)
		inet_arm(s, POLLOUT);
	return n;
}

/* ---- receiving ---- */

/* One piece. PIECE_FULL: there may be more; PIECE_SHORT: not now; 0: done; -errno. */
enum { PIECE_FULL = 1, PIECE_SHORT = 2 };

/* Ends what inet_pair_recv() has begun. */
static int recv_by_host(struct socket *s, struct sock_msg *m, const struct way_from_host *from)
{
	char small[SMALL] not_zeroed, *buf;
	size_t room = sizeof(small), want = MIN(m->uio->left, from->limit), moved;
	ssize_t n;

	buf = bounce_get(MIN(want, (size_t)CHUNK), small, &room);
	want = MIN(want, room);
	n = host_recv(s, m, buf, want);
	if (!(m->flags & MSG_OOB))
		inet_pair_received(inet_of(s), m->flags & MSG_PEEK ? 0 : n, from);
	if (n == -EAGAIN)
		inet_arm(s, POLLIN);
	moved = (size_t)MAX(n, (ssize_t)0);
	if (n > 0 && (m->flags & MSG_TRUNC)) { /* thrown away */
		m->uio->left -= MIN(moved, m->uio->left);
		m->uio->done += moved;
	} else if (n > 0) {
		moved = uio_write(m->uio, buf, (size_t)n);
	}
	bounce_put(buf);
	if (n <= 0)
		return (int)n;
	if (moved == 0)
		return -EFAULT;
	m->copied += (ssize_t)moved;
	if (moved < (size_t)n || (m->flags & (MSG_PEEK | MSG_OOB)) || m->uio->left == 0)
		return 0;
	return (size_t)n == want || inet_pair_goes_on(inet_of(s), true) ? PIECE_FULL : PIECE_SHORT;
}

static int recv_piece(struct socket *s, struct sock_msg *m)
{
	struct way_from_host from = {.limit = SIZE_MAX};
	long n = m->flags & MSG_OOB ? WAY_GO_HOST : inet_pair_recv(inet_of(s), m, &from);

	if (n == WAY_GO_HOST)
		return recv_by_host(s, m, &from);
	m->namelen = 0;
	if (n <= 0)
		return (int)n;
	m->copied += n;
	if ((m->flags & MSG_PEEK) || m->uio->left == 0)
		return 0;
	return inet_pair_goes_on(inet_of(s), false) ? PIECE_FULL : PIECE_SHORT;
}

/* How many bytes end the wait. */
static size_t recv_target(const struct socket *s, const struct sock_msg *m)
{
	size_t size = m->uio->left + (size_t)m->copied;

	if (m->flags & MSG_WAITALL)
		return size;
	return MIN(size, (size_t)MAX(s->opt.rcvlowat, 1));
}

/* MSG_PEEK with MSG_WAITALL: is there less than was asked for, and will there be more? */
static bool peek_too_early(struct socket *s, const struct sock_msg *m, size_t target)
{
	struct pollfd p = {.fd = inet_fd(s), .events = POLLRDHUP};
	size_t have;
	bool and_host, end = false;
	int more = 0;

	if (!(m->flags & MSG_PEEK) || target <= 1 || (m->flags & MSG_DONTWAIT) || target > CHUNK)
		return false;
	have = inet_pair_unread(inet_of(s), &and_host);
	if (and_host) {
		if (ioctl(p.fd, FIONREAD, &more) < 0)
			return false;
		end = host_poll(&p, 1, 0) != 0;
		inet_arm(s, POLLIN);
	}
	return have + (size_t)more < target && !end;
}

ssize_t inet_stream_recv(struct socket *s, struct task *t, struct sock_msg *m)
{
	size_t target = recv_target(s, m);
	int go;

	if (m->flags & MSG_ERRQUEUE)
		return inet_dgram_recv(s, t, m);
	if (s->err && m->copied == 0)
		return socket_take_error(s);
	/* A call over a channel cannot go on after a part. */
	if (t && t->in_channel && target > 1 && !(m->flags & MSG_DONTWAIT))
		return -EAGAIN;
	if (peek_too_early(s, m, target))
		return -EAGAIN;
	do {
		go = recv_piece(s, m);
		if (go == -EAGAIN && m->copied && (size_t)m->copied >= target)
			return m->copied;
		if (go < 0)
			return stop(s, m, go);
	} while (go == PIECE_FULL || (go == PIECE_SHORT && (size_t)m->copied < target));
	return m->copied;
}

ssize_t inet_dgram_recv(struct socket *s, struct task *t, struct sock_msg *m)
{
	char small[SMALL], *_cleanup_free_ heap = NULL, *buf;
	size_t room = MIN(m->uio->left, (size_t)DGRAM_MAX + 1), len;
	ssize_t n;

	(void)t;
	if (s->err)
		return socket_take_error(s);
	buf = bounce(room, small, &heap);
	if (buf == NULL)
		return -ENOMEM;
	n = host_recv(s, m, buf, room);
	if (n == -EAGAIN && inet_of(s)->recv_ended && !(m->flags & (MSG_DONTWAIT | MSG_ERRQUEUE)))
		return 0; /* the host's wait would say so; a look at the queue does not */
	if (n == -EAGAIN)
		inet_arm(s, POLLIN);
	if (n <= 0)
		return n;
	len = MIN((size_t)n, room);
	if (uio_write(m->uio, buf, len) < len)
		return -EFAULT;
	return n;
}
