/*
 * syscalls/uring_net.c - io_uring's operations on sockets
 *
 * Model: accept, and receiving into one buffer, are tries of their own (sys_socket.h), which the
 * forms with many completions repeat until there is nothing more; the rest are the handlers of the
 * calls, on a shadow, when they have to wait.
 */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>

#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "syscalls/sys_socket.h"
#include "syscalls/uring.h"

/* At most so many completions of one accept or receive before others get their turn. */
#define TURN 32

static long recvmsg_into_buffer(struct task *t, struct uring_req *r);

/* RECVMSG with a provided buffer. */
static const struct uring_op recvmsg_selected = {
	.flags = OP_FILE | OP_PRIO | OP_SELECT,
	.events = POLLIN | POLLRDNORM,
	.issue = recvmsg_into_buffer,
};

/* ---- send, receive ---- */

int uring_msg_prep(struct uring_req *r)
{
	const struct io_uring_sqe *s = &r->sqe;
	bool send = s->opcode == IORING_OP_SEND || s->opcode == IORING_OP_SENDMSG;
	unsigned int known = IORING_RECVSEND_POLL_FIRST | (send ? 0 : IORING_RECV_MULTISHOT);

	if (s->ioprio & ~known)
		return -EINVAL;
	if (s->file_index && s->opcode != IORING_OP_SEND)
		return -EINVAL; /* addr_len of SEND lies there */
	if (!send && s->off)
		return -EINVAL;
	r->many = !send && (s->ioprio & IORING_RECV_MULTISHOT);
	if (r->many && (!(s->flags & IOSQE_BUFFER_SELECT) || (s->msg_flags & MSG_WAITALL)))
		return -EINVAL;
	if (r->many && s->opcode == IORING_OP_RECV && s->len)
		return -EINVAL;
	if (s->opcode == IORING_OP_RECVMSG && (s->flags & IOSQE_BUFFER_SELECT))
		r->op = &recvmsg_selected;
	r->nowait = s->msg_flags & MSG_DONTWAIT;
	return 0;
}

/* One try at the rest of a buffer; with MSG_WAITALL a part is not enough. */
static long try_buffer(struct task *t, struct uring_req *r, uint64_t addr, size_t len, bool send)
{
	int flags = (int)r->sqe.msg_flags & ~MSG_CMSG_CLOEXEC;
	int type = socket_of_file(r->file)->type;
	bool whole = (flags & MSG_WAITALL) && !r->many &&
		     (type == SOCK_STREAM || type == SOCK_SEQPACKET);
	struct uio u;
	ssize_t n;

	if (!user_range_ok(addr, len))
		return -EFAULT;
	uio_init_user(&u, t, addr + r->done, len - r->done);
	n = sock_try(t, r->file, &u, (flags & ~MSG_WAITALL) | MSG_NOSIGNAL, send);
	if (n < 0)
		return n == -EAGAIN || r->done == 0 ? n : (long)r->done;
	r->done += (size_t)n;
	if (whole && n > 0 && r->done < len && !r->nowait) {
		r->failed = true; /* unless the rest comes */
		return -EAGAIN;
	}
	r->failed = whole && r->done < len;
	return (long)r->done;
}

long uring_send(struct task *t, struct uring_req *r)
{
	const struct io_uring_sqe *s = &r->sqe;

	if (!socket_of_file(r->file))
		return -ENOTSOCK;
	if (s->addr2 || ((s->msg_flags & MSG_WAITALL) && !r->nowait))
		return -EAGAIN; /* with an address, or until all is sent: the call */
	return try_buffer(t, r, s->addr, MIN(s->len, (uint32_t)INT_MAX), true);
}

long uring_send_call(struct task *s, struct uring_req *r)
{
	const struct io_uring_sqe *e = &r->sqe;
	const uint64_t args[6] = {
		(uint64_t)FD_FIXED,	     e->addr,  MIN(e->len, (uint32_t)INT_MAX),
		e->msg_flags | MSG_NOSIGNAL, e->addr2, e->addr2 ? e->addr_len : 0};

	return sys_sendto(s, args);
}

/* A stream that has more: the completion says so. */
static uint32_t more_flag(const struct uring_req *r)
{
	const struct socket *s = socket_of_file(r->file);

	return s->type == SOCK_STREAM && (file_poll(r->file) & POLLIN) ? IORING_CQE_F_SOCK_NONEMPTY
								       : 0;
}

static bool is_readable(struct file *f)
{
	return file_poll(f) & (POLLIN | POLLRDNORM | POLLRDHUP | POLLERR | POLLHUP);
}

static long recv_selected(struct task *t, struct uring_req *r)
{
	long n;

	if (!r->has_buf && !is_readable(r->file))
		return -EAGAIN;
	n = uring_buf_select(t, r, r->sqe.len);
	if (n < 0)
		return n;
	r->total = r->buf_len;
	n = try_buffer(t, r, r->buf_addr, r->buf_len, false);
	if (n > 0)
		r->cflags = uring_buf_used(r) | more_flag(r);
	else if (n != -EAGAIN)
		uring_buf_put_back(r);
	return n;
}

long uring_recv(struct task *t, struct uring_req *r)
{
	if (!socket_of_file(r->file))
		return -ENOTSOCK;
	if (!(r->sqe.flags & IOSQE_BUFFER_SELECT))
		return try_buffer(t, r, r->sqe.addr, MIN(r->sqe.len, (uint32_t)INT_MAX), false);
	for (int i = 0;; i++) {
		long n = recv_selected(t, r);

		if (!r->many || n <= 0)
			return n;
		if (!uring_post_more(r, n, r->cflags))
			return n;
		r->cflags = 0;
		r->done = 0;
		if (i == TURN && t->shadow) /* others first; it is still readable */
			park_wake(t, WAKE_READY);
		if (i == TURN)
			return -EAGAIN;
	}
}

long uring_sendmsg(struct task *s, struct uring_req *r)
{
	const uint64_t args[6] = {(uint64_t)FD_FIXED, r->sqe.addr, r->sqe.msg_flags | MSG_NOSIGNAL};

	return sys_sendmsg(s, args);
}

long uring_recvmsg(struct task *s, struct uring_req *r)
{
	const uint64_t args[6] = {(uint64_t)FD_FIXED, r->sqe.addr, r->sqe.msg_flags};

	return sys_recvmsg(s, args);
}

/* What the header says of the lengths, once: the most that a buffer takes, and with many messages how it
 * is divided. */
static int take_header(struct task *t, struct uring_req *r, uint32_t *ret_max)
{
	struct msghdr h;
	struct iovec iov;

	*ret_max = r->left;
	if (r->iov)
		return 0;
	if (copy_in_obj(t, &h, r->sqe.addr) < 0)
		return -EFAULT;
	if (h.msg_iovlen > 1 || (int)h.msg_namelen < 0 || h.msg_controllen > INT_MAX / 2 ||
	    (r->many && (h.msg_namelen > INT_MAX / 4 || h.msg_iovlen > 1)))
		return -EINVAL;
	iov = (struct iovec){.iov_len = 0};
	if (h.msg_iovlen && copy_in_obj(t, &iov, (uaddr_t)h.msg_iov) < 0)
		return -EFAULT;
	r->left = r->many ? 0 : (uint32_t)MIN(iov.iov_len, (size_t)INT_MAX);
	*ret_max = r->left;
	iov.iov_base = (void *)(uintptr_t)h.msg_namelen;
	iov.iov_len = h.msg_controllen;
	r->iov = mem_memdup(&iov, sizeof(iov)); /* the two lengths */
	return r->iov ? 0 : -ENOMEM;
}

static long recvmsg_once(struct task *t, struct uring_req *r, bool *ret_end)
{
	struct sock_packed room;
	uint32_t max = 0;
	long n = take_header(t, r, &max);

	if (n < 0)
		return n;
	if (!r->has_buf && !is_readable(r->file))
		return -EAGAIN;
	n = uring_buf_select(t, r, max);
	if (n < 0)
		return n;
	room.namelen = (uint32_t)(uintptr_t)r->iov->iov_base;
	room.controllen = (uint32_t)r->iov->iov_len;
	if (r->many)
		n = sock_recvmsg_packed(t, r->file, r->buf_addr, r->buf_len, &room,
					(int)r->sqe.msg_flags, ret_end);
	else
		n = sock_recvmsg_try(t, r->file, r->sqe.addr, r->buf_addr, r->buf_len,
				     (int)r->sqe.msg_flags);
	if (n > 0)
		r->cflags = uring_buf_used(r) | more_flag(r);
	else if (n != -EAGAIN)
		uring_buf_put_back(r);
	return n;
}

static long recvmsg_into_buffer(struct task *t, struct uring_req *r)
{
	bool end = false;

	if (!socket_of_file(r->file))
		return -ENOTSOCK;
	for (int i = 0;; i++) {
		long n = recvmsg_once(t, r, &end);

		if (!r->many || n < 0 || end || !uring_post_more(r, n, r->cflags))
			return n;
		r->cflags = 0;
		if (i == TURN && t->shadow)
			park_wake(t, WAKE_READY);
		if (i == TURN)
			return -EAGAIN;
	}
}

/* ---- accept ---- */

int uring_accept_prep(struct uring_req *r)
{
	const struct io_uring_sqe *s = &r->sqe;

	if (s->ioprio & ~IORING_ACCEPT_MULTISHOT)
		return -EINVAL;
	r->many = s->ioprio & IORING_ACCEPT_MULTISHOT;
	if (s->accept_flags & ~(unsigned int)(SOCK_CLOEXEC | SOCK_NONBLOCK))
		return -EINVAL;
	if (s->file_index && (s->accept_flags & SOCK_CLOEXEC))
		return -EINVAL;
	if (r->many && s->file_index && s->file_index != IORING_FILE_INDEX_ALLOC)
		return -EINVAL;
	return 0;
}

/* A descriptor, or, for a registered slot, through the shadow's catch. */
static long accept_one(struct task *t, struct uring_req *r)
{
	const struct io_uring_sqe *s = &r->sqe;
	long n;

	if (!s->file_index)
		return sock_accept_try(t, r->file, s->addr, s->addr2, (int)s->accept_flags);
	t->shadow->catches = true;
	n = sock_accept_try(t, r->file, s->addr, s->addr2, (int)s->accept_flags);
	t->shadow->catches = false;
	return n < 0 ? n : uring_install_fixed(r->ring, TAKE_PTR(t->shadow->caught), s->file_index);
}

long uring_accept(struct task *t, struct uring_req *r)
{
	if (r->sqe.file_index && !t->shadow)
		return -EAGAIN; /* on a shadow */
	for (int i = 0;; i++) {
		long n = accept_one(t, r);

		if (!r->many || n < 0)
			return n;
		if (!uring_post_more(r, n, 0))
			return n;
		if (i == TURN && t->shadow)
			park_wake(t, WAKE_READY);
		if (i == TURN)
			return -EAGAIN;
	}
}

/* ---- the rest ---- */

long uring_connect(struct task *s, struct uring_req *r)
{
	const uint64_t args[6] = {(uint64_t)FD_FIXED, r->sqe.addr, r->sqe.off};

	return sys_connect(s, args);
}

long uring_shutdown(struct task *s, struct uring_req *r)
{
	const uint64_t args[6] = {(uint64_t)FD_FIXED, r->sqe.len};

	return sys_shutdown(s, args);
}

int uring_socket_prep(struct uring_req *r)
{
	return r->sqe.file_index && (r->sqe.off & SOCK_CLOEXEC) ? -EINVAL : 0;
}

long uring_socket(struct task *s, struct uring_req *r)
{
	const uint64_t args[6] = {(uint64_t)r->sqe.fd, r->sqe.off, r->sqe.len};
	long n;

	s->shadow->catches = r->sqe.file_index;
	n = sys_socket(s, args);
	s->shadow->catches = false;
	if (n < 0 || !s->shadow->caught)
		return n;
	return uring_install_fixed(r->ring, TAKE_PTR(s->shadow->caught), r->sqe.file_index);
}
