/*
 * syscalls/sys_sockmsg.c - sending and receiving: sendto(2), recvfrom(2), sendmsg(2), recvmsg(2),
 * sendmmsg(2), recvmmsg(2), and read(2), write(2) of sockets
 *
 * Model: each call is a struct sock_call on the heap: the copied-in message, its buffers, and what
 * was moved so far. sock_call_op() is one try; io_wait_loop() repeats it until it has a result, with
 * SO_RCVTIMEO or SO_SNDTIMEO as deadline. The calls for many messages prepare one after the other in
 * the same record.
 *
 * Results: bytes moved before an error, a time-out or a signal count more than these. SIGPIPE comes
 * with EPIPE only if nothing was sent.
 *
 * Sources: net/socket.c for the order of errors.
 */
#include <limits.h>
#include <poll.h>
#include <string.h>

#include "fs/anon/fasync.h"
#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "sentry/signal.h"
#include "syscalls/poll_wait.h"
#include "syscalls/sys_socket.h"

#define FEW_IOV 8
#define CONTROL_MAX 131072u /* net.core.optmem_max */
#define MMSG_MAX 1024u

struct sock_call {
	struct socket *sock; /* the file's */
	struct sock_msg msg;
	struct uio uio;
	struct iovec few[FEW_IOV], *iov;
	int flags; /* as given, with MSG_DONTWAIT of the file */
	bool send, mmsg;
	bool prepared;
	/* results of a receive */
	uaddr_t uname, ulen; /* recvfrom; ulen of recvmsg lies in the header */
	uaddr_t umsg;	     /* struct msghdr, or struct mmsghdr */
	struct scm_out control;
	/* many */
	uint32_t vlen, done;
	int64_t mmsg_deadline;
	uaddr_t utimeout;
};

/* ---- a record's life ---- */

/* Forgets the message, keeps the call. */
static void call_reset(struct sock_call *c)
{
	scm_fini(&c->msg.scm);
	socket_put(TAKE_PTR(c->msg.other));
	mem_free(c->msg.control);
	if (c->iov != c->few)
		mem_free(c->iov);
	c->iov = c->few;
	memset(&c->msg, 0, sizeof(c->msg));
	c->msg.uio = &c->uio;
	c->msg.flags = c->flags;
	c->prepared = false;
}

static void call_free(void *state)
{
	struct sock_call *c = state;

	call_reset(c);
	mem_free(c);
}

static struct sock_call *call_new(struct task *t, struct file *f, struct socket *s, int flags,
				  bool send)
{
	struct sock_call *c = mem_zalloc(sizeof(*c));

	if (c == NULL)
		return NULL;
	c->sock = s;
	c->iov = c->few;
	c->msg.uio = &c->uio;
	/* Errors and urgent data are there or not: nobody waits for them. */
	if (!send && (flags & (MSG_ERRQUEUE | MSG_OOB)))
		flags |= MSG_DONTWAIT;
	c->flags = c->msg.flags = flags | (call_nonblock(t, f) ? MSG_DONTWAIT : 0);
	c->send = send;
	c->mmsg_deadline = TIMER_NEVER;
	return c;
}

/* ---- one message in from the guest ---- */

static int prepare_control(struct task *t, struct sock_call *c, const struct msghdr *h)
{
	char small[256], *_cleanup_free_ heap = NULL, *buf = small;

	if (h->msg_controllen == 0)
		return 0;
	if (h->msg_controllen > CONTROL_MAX)
		return -ENOBUFS;
	if (h->msg_controllen > sizeof(small)) {
		buf = heap = mem_alloc(h->msg_controllen);
		if (buf == NULL)
			return -ENOBUFS;
	}
	if (copy_in(t, buf, (uaddr_t)h->msg_control, h->msg_controllen) < 0)
		return -EFAULT;
	if (c->sock->ops->has_control) {
		c->msg.control = heap ? TAKE_PTR(heap) : mem_memdup(small, h->msg_controllen);
		c->msg.control_len = h->msg_controllen;
		return c->msg.control ? 0 : -ENOBUFS;
	}
	return scm_parse(t, buf, h->msg_controllen, c->sock->family == AF_UNIX, &c->msg.scm);
}

/* Header, address, buffers and control of the message at c->umsg, as copy_msghdr_from_user(). */
static int prepare(struct task *t, struct sock_call *c)
{
	struct msghdr h;
	size_t total;
	int namelen, err;

	if (copy_in_obj(t, &h, c->umsg) < 0)
		return -EFAULT;
	namelen = (int)h.msg_namelen;
	if (h.msg_name == NULL)
		namelen = 0;
	if (namelen < 0)
		return -EINVAL;
	c->uname = (uaddr_t)h.msg_name;
	if (c->send && namelen) {
		namelen = MIN(namelen, (int)sizeof(c->msg.name));
		err = sock_addr_in(t, c->uname, namelen, &c->msg.name);
		if (err < 0)
			return err;
		c->msg.namelen = namelen;
	}
	if (h.msg_iovlen > IOV_MAX)
		return -EMSGSIZE;
	err = copy_in_iov(t, (uaddr_t)h.msg_iov, h.msg_iovlen, c->few, FEW_IOV, &c->iov, &total);
	if (err < 0) {
		c->iov = c->few;
		return err;
	}
	uio_init_iov(&c->uio, t, c->iov, h.msg_iovlen, total);
	if (c->send)
		return prepare_control(t, c, &h);
	c->control = (struct scm_out){.control = (uaddr_t)h.msg_control, .left = h.msg_controllen};
	c->msg.wants_control = h.msg_control && h.msg_controllen;
	return 0;
}

/* ---- one message's results ---- */

static long deliver_name(struct task *t, struct sock_call *c)
{
	if (c->uname == 0)
		return 0;
	return sock_addr_out(t, &c->msg.name, c->msg.namelen, c->uname, c->ulen);
}

/* The family's control messages, each as far as there is room. */
static long deliver_control(struct task *t, struct sock_call *c)
{
	size_t at = 0;
	int err = 0;

	while (err == 0 && c->msg.control_len - at >= sizeof(struct cmsghdr)) {
		const struct cmsghdr *h = (void *)((char *)c->msg.control + at);

		err = scm_put(t, &c->control, h->cmsg_level, h->cmsg_type, h + 1,
			      h->cmsg_len - sizeof(*h));
		at += ALIGN_UP(h->cmsg_len, sizeof(size_t));
	}
	return err;
}

/* What recvmsg(2) writes back, n >= 0 bytes having been received. */
static long deliver_msg(struct task *t, struct sock_call *c, long n)
{
	uaddr_t at = c->umsg;
	uint64_t used;
	int flags;
	long err;

	if (c->sock->ops->has_control)
		err = deliver_control(t, c);
	else
		err = scm_deliver(t, &c->control, &c->msg.scm, sock_option_on(c->sock, SO_PASSCRED),
				  c->flags & MSG_CMSG_CLOEXEC);
	c->ulen = at + offsetof(struct msghdr, msg_namelen);
	if (err == 0)
		err = deliver_name(t, c);
	flags = c->msg.out_flags | c->control.flags | (c->flags & MSG_CMSG_CLOEXEC);
	used = c->control.used;
	if (err == 0 && copy_out(t, at + offsetof(struct msghdr, msg_flags), &flags, sizeof(flags)))
		err = -EFAULT;
	if (err == 0 &&
	    copy_out(t, at + offsetof(struct msghdr, msg_controllen), &used, sizeof(used)))
		err = -EFAULT;
	return err < 0 ? err : n;
}

/* n: what the family said, or what a time-out or signal gives. */
static long finish_one(struct task *t, struct sock_call *c, long n)
{
	if (n < 0 && c->msg.copied > 0)
		n = c->msg.copied;
	if (n == -EPIPE && c->send && c->sock->ops->sigpipe && !(c->flags & MSG_NOSIGNAL) &&
	    !task_punts(t))
		signal_send_task(t, SIGPIPE);
	if (n < 0 || c->send)
		return n;
	if (c->umsg)
		return deliver_msg(t, c, n);
	if (c->uname) {
		long err = deliver_name(t, c);

		return err < 0 ? err : n;
	}
	return n;
}

static long try_one(struct task *t, struct sock_call *c)
{
	struct socket *s = c->sock;

	if (c->send)
		return s->ops->sendmsg ? s->ops->sendmsg(s, t, &c->msg) : -EOPNOTSUPP;
	return s->ops->recvmsg ? s->ops->recvmsg(s, t, &c->msg) : -EOPNOTSUPP;
}

/* ---- many messages ---- */

static uaddr_t mmsg_len_at(const struct sock_call *c)
{
	return c->umsg + offsetof(struct mmsghdr, msg_len);
}

/* Books one message; false: the call ends here with *ret. */
static bool mmsg_book(struct task *t, struct sock_call *c, long n, long *ret)
{
	unsigned int len = (unsigned int)n;

	if (n >= 0 && copy_out_obj(t, mmsg_len_at(c), &len) < 0)
		n = -EFAULT;
	if (n < 0) {
		if (c->done && !c->send && n != -EAGAIN)
			c->sock->err = (int)-n; /* for the next call */
		*ret = c->done ? (long)c->done : n;
		return false;
	}
	c->done++;
	*ret = c->done;
	c->umsg += sizeof(struct mmsghdr);
	if (!c->send && (c->flags & MSG_WAITFORONE))
		c->flags |= MSG_DONTWAIT;
	call_reset(c);
	return c->done < c->vlen && clock_now_ns(CLOCK_MONOTONIC) < c->mmsg_deadline;
}

static long mmsg_op(struct task *t, struct sock_call *c)
{
	long n, ret;

	do {
		n = c->prepared ? 0 : prepare(t, c);
		c->prepared = true;
		if (n == 0)
			n = try_one(t, c);
		if (n == -EAGAIN && !(c->flags & MSG_DONTWAIT))
			return n;
		n = finish_one(t, c, n);
	} while (mmsg_book(t, c, n, &ret));
	return ret;
}

/* ---- the loop ---- */

static long call_op(struct task *t, void *state)
{
	struct sock_call *c = state;

	return c->mmsg ? mmsg_op(t, c) : try_one(t, c);
}

static long call_finish(struct task *t, void *state, long n)
{
	struct sock_call *c = state;

	if (!c->mmsg) {
		n = finish_one(t, c, n);
	} else {
		/* A part of a message that went out before a signal or a time-out counts. */
		if (n < 0 && c->send && c->msg.copied > 0)
			(void)mmsg_book(t, c, finish_one(t, c, n), &n);
		if (n < 0 && c->done)
			n = c->done;
		if (c->utimeout && n > 0) {
			struct timespec left = poll_time_left(c->mmsg_deadline);

			if (copy_out_obj(t, c->utimeout, &left) < 0)
				n = -EFAULT;
		}
	}
	fasync_flush();
	return n;
}

static struct wait_queue *call_late_wq(void *state)
{
	struct sock_call *c = state;

	return c->msg.other && c->sock->ops->space ? c->sock->ops->space(c->msg.other) : NULL;
}

/* A channel call must not wait behind a part: the message goes as a whole or not at all. */
static bool might_wait_behind_part(const struct task *t, const struct sock_call *c)
{
	if (likely(!t->in_channel) || !c->send || (c->flags & MSG_DONTWAIT) ||
	    c->uio.left <= SOCK_WHOLE)
		return false;
	return !c->sock->ops->whole || c->uio.left > c->sock->ops->whole(c->sock);
}

/* Takes f and c. */
static long call_run(struct task *t, struct file *f, struct sock_call *c)
{
	int64_t timeo = c->send ? c->sock->opt.sndtimeo_ns : c->sock->opt.rcvtimeo_ns;

	if (might_wait_behind_part(t, c)) {
		call_free(c);
		file_put(f);
		return SYS_CHANNEL_PUNT;
	}
	if (t->shadow)
		timeo = TIMER_NEVER;
	return io_wait_loop(t,
			    &(struct io_wait){
				    .file = f,
				    .events = c->send ? POLLOUT | POLLWRNORM : POLLIN | POLLRDNORM,
				    .events2 = POLLOUT | POLLWRNORM,
				    .late_wq = c->send ? call_late_wq : NULL,
				    .deadline_ns = sock_deadline(timeo),
				    .on_timeout = -EAGAIN,
				    .on_signal = sock_on_signal(timeo),
				    .op = call_op,
				    .finish = call_finish,
				    .drop = call_free,
				    .state = c,
				    .nonblock = (c->flags & MSG_DONTWAIT) || timeo == 0,
			    });
}

/* ---- read, write, and their vectors ---- */

long io_socket(struct task *t, struct file *f, const struct uio *u, bool write)
{
	struct sock_call *c;

	if (!write && u->left == 0) {
		file_put(f);
		return 0;
	}
	c = call_new(t, f, socket_of_file(f), 0, write);
	if (c && u->nr_iov > FEW_IOV)
		c->iov = mem_memdup(u->iov, u->nr_iov * sizeof(*u->iov));
	else if (c)
		memcpy(c->few, u->iov, u->nr_iov * sizeof(*u->iov));
	if (c == NULL || c->iov == NULL) {
		mem_free(c);
		file_put(f);
		return -ENOMEM;
	}
	c->uio = *u;
	c->uio.iov = c->iov;
	return call_run(t, f, c);
}

/* ---- one try, for io_uring ---- */

ssize_t sock_try(struct task *t, struct file *f, struct uio *u, int flags, bool send)
{
	struct sock_call c = {
		.sock = socket_of_file(f),
		.msg = {.uio = u, .flags = flags | MSG_DONTWAIT},
		.flags = flags,
		.send = send,
	};
	ssize_t n = try_one(t, &c);

	n = finish_one(t, &c, n);
	scm_fini(&c.msg.scm);
	socket_put(c.msg.other);
	mem_free(c.msg.control);
	fasync_flush();
	return n;
}

/* A message into [at, at + len), the header at umsg saying the rest. */
ssize_t sock_recvmsg_try(struct task *t, struct file *f, uaddr_t umsg, uaddr_t at, size_t len,
			 int flags)
{
	struct sock_call c = {.sock = socket_of_file(f), .flags = flags, .umsg = umsg};
	ssize_t n;

	c.iov = c.few;
	c.msg.uio = &c.uio;
	c.msg.flags = flags | MSG_DONTWAIT;
	n = prepare(t, &c);
	if (n == 0) {
		uio_init_user(&c.uio, t, at, len);
		n = finish_one(t, &c, try_one(t, &c));
	}
	call_reset(&c);
	fasync_flush();
	return n;
}

/* Header, sender, control and payload one after the other, as struct io_uring_recvmsg_out says. */
ssize_t sock_recvmsg_packed(struct task *t, struct file *f, uaddr_t at, size_t len,
			    const struct sock_packed *room, int flags, bool *ret_end)
{
	size_t head = sizeof(uint32_t) * 4, before = head + room->namelen + room->controllen;
	struct sock_call c = {.sock = socket_of_file(f), .flags = flags};
	uint32_t out[4];
	ssize_t n;
	int err;

	if (len < before)
		return -EFAULT;
	c.iov = c.few;
	c.msg = (struct sock_msg){.uio = &c.uio, .flags = flags | MSG_DONTWAIT};
	c.msg.wants_control = room->controllen;
	c.control = (struct scm_out){.control = at + head + room->namelen,
				     .left = room->controllen};
	uio_init_user(&c.uio, t, at + before, len - before);
	n = finish_one(t, &c, try_one(t, &c));
	if (n >= 0) {
		if (c.sock->ops->has_control)
			err = deliver_control(t, &c);
		else
			err = scm_deliver(t, &c.control, &c.msg.scm,
					  sock_option_on(c.sock, SO_PASSCRED),
					  flags & MSG_CMSG_CLOEXEC);
		out[0] = (uint32_t)c.msg.namelen;
		out[1] = (uint32_t)c.control.used;
		out[2] = (uint32_t)n;
		out[3] = (uint32_t)(c.msg.out_flags | c.control.flags);
		if (err == 0 && room->namelen && c.msg.namelen &&
		    copy_out(t, at + head, &c.msg.name,
			     MIN(room->namelen, (uint32_t)c.msg.namelen)) < 0)
			err = -EFAULT;
		if (err == 0 && copy_out(t, at, out, sizeof(out)) < 0)
			err = -EFAULT;
		*ret_end = n == 0;
		n = err < 0 ? err : MIN(n, (ssize_t)(len - before)) + (ssize_t)before;
	}
	call_reset(&c);
	fasync_flush();
	return n;
}

/* ---- sendto, recvfrom ---- */

static long transfer_buffer(struct task *t, const uint64_t *a, bool send)
{
	uint64_t len = MIN(a[2], (uint64_t)MAX_RW_COUNT);
	struct sock_call *c;
	struct socket *s;
	struct file *f;
	int err;

	if (!user_range_ok(a[1], len))
		return -EFAULT;
	err = sock_get_file(t, (int)a[0], &f, &s);
	if (err < 0)
		return err;
	c = call_new(t, f, s, (int)a[3] & ~MSG_CMSG_CLOEXEC, send);
	if (c == NULL) {
		file_put(f);
		return -ENOMEM;
	}
	c->few[0] = (struct iovec){.iov_base = (void *)a[1], .iov_len = len};
	uio_init_iov(&c->uio, t, c->iov, 1, len);
	c->uname = a[4];
	c->ulen = a[5];
	if (send && a[4]) {
		err = sock_addr_in(t, a[4], (int)a[5], &c->msg.name);
		c->msg.namelen = (int)a[5];
		if (err < 0) {
			call_free(c);
			file_put(f);
			return err;
		}
	}
	return call_run(t, f, c);
}

long sys_sendto(struct task *t, const uint64_t *a)
{
	return transfer_buffer(t, a, true);
}

long sys_recvfrom(struct task *t, const uint64_t *a)
{
	return transfer_buffer(t, a, false);
}

/* ---- sendmsg, recvmsg ---- */

static long transfer_msg(struct task *t, const uint64_t *a, bool send)
{
	struct sock_call *c;
	struct socket *s;
	struct file *f;
	int err;

	if ((unsigned int)a[2] & 0x80000000u) /* MSG_CMSG_COMPAT */
		return -EINVAL;
	err = sock_get_file(t, (int)a[0], &f, &s);
	if (err < 0)
		return err;
	c = call_new(t, f, s, (int)a[2], send);
	err = c ? 0 : -ENOMEM;
	if (c) {
		c->umsg = a[1];
		err = prepare(t, c);
	}
	if (err < 0) {
		if (c)
			call_free(c);
		file_put(f);
		return err;
	}
	return call_run(t, f, c);
}

long sys_sendmsg(struct task *t, const uint64_t *a)
{
	return transfer_msg(t, a, true);
}

long sys_recvmsg(struct task *t, const uint64_t *a)
{
	return transfer_msg(t, a, false);
}

/* ---- sendmmsg, recvmmsg ---- */

static long transfer_many(struct task *t, const uint64_t *a, bool send, int64_t deadline,
			  uaddr_t utimeout)
{
	struct sock_call *c;
	struct socket *s;
	struct file *f;
	int err = sock_get_file(t, (int)a[0], &f, &s);

	if (err < 0)
		return err;
	err = send ? 0 : socket_take_error(s);
	c = err == 0 && (unsigned int)a[2] ? call_new(t, f, s, (int)a[3], send) : NULL;
	if (c == NULL) {
		file_put(f);
		return err < 0 ? err : (unsigned int)a[2] ? -ENOMEM : 0;
	}
	c->mmsg = true;
	c->umsg = a[1];
	c->vlen = MIN((unsigned int)a[2], MMSG_MAX);
	c->mmsg_deadline = deadline;
	c->utimeout = utimeout;
	return call_run(t, f, c);
}

long sys_sendmmsg(struct task *t, const uint64_t *a)
{
	if ((unsigned int)a[3] & 0x80000000u)
		return -EINVAL;
	return transfer_many(t, a, true, TIMER_NEVER, 0);
}

long sys_recvmmsg(struct task *t, const uint64_t *a)
{
	int64_t deadline = TIMER_NEVER;
	struct timespec ts;
	int err;

	if ((unsigned int)a[3] & 0x80000000u)
		return -EINVAL;
	if (a[4]) {
		if (copy_in_obj(t, &ts, a[4]) < 0)
			return -EFAULT;
		err = poll_deadline(&ts, &deadline);
		if (err < 0)
			return err;
	}
	return transfer_many(t, a, false, deadline, a[4]);
}
