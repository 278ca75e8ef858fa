/*
 * syscalls/sys_socket.c - socket calls that move no data: socket(2), bind(2), connect(2),
 * accept(2), getsockopt(2), ...
 *
 * Model: find the socket, copy in, one op of the family, copy out. accept and connect wait in
 * io_wait_loop() with the socket's time-outs.
 *
 * Sources: net/socket.c for the order of errors.
 */
#include "syscalls/sys_socket.h"

#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>

#include "fs/vfs/file.h"
#include "fs/vfs/landlock.h"
#include "sentry/base/mem.h"

#define TYPE_MASK 0xf

int sock_get_file(struct task *t, int fd, struct file **ret_file, struct socket **ret)
{
	struct file *f = fd_get(t, fd);
	struct socket *s;

	if (f == NULL)
		return -EBADF;
	s = socket_of_file(f);
	if (s == NULL) {
		file_put(f);
		return -ENOTSOCK;
	}
	*ret_file = f;
	*ret = s;
	return 0;
}

int sock_addr_in(struct task *t, uaddr_t addr, int len, struct sockaddr_storage *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (len < 0 || len > (int)sizeof(*ret))
		return -EINVAL;
	return len ? copy_in(t, ret, addr, (size_t)len) : 0;
}

int sock_addr_out(struct task *t, const struct sockaddr_storage *a, int len, uaddr_t addr,
		  uaddr_t ulen)
{
	int room;

	if (copy_in_obj(t, &room, ulen) < 0)
		return -EFAULT;
	room = MIN(room, len);
	if (room < 0)
		return -EINVAL;
	if (room && copy_out(t, addr, a, (size_t)room) < 0)
		return -EFAULT;
	return copy_out_obj(t, ulen, &len);
}

int64_t sock_deadline(int64_t timeo_ns)
{
	return timeo_ns == TIMER_NEVER ? TIMER_NEVER : clock_now_ns(CLOCK_MONOTONIC) + timeo_ns;
}

long sock_on_signal(int64_t timeo_ns)
{
	return timeo_ns == TIMER_NEVER ? -ERESTARTSYS : -EINTR;
}

/* ---- socket, socketpair ---- */

/* *type loses the flags; -EINVAL. */
static int split_type(int *type, int *ret_flags)
{
	int flags = *type & ~TYPE_MASK;

	if (flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK))
		return -EINVAL;
	*ret_flags = flags;
	*type &= TYPE_MASK;
	return 0;
}

/* Puts a file on s and installs it; takes s. */
static int install_socket(struct task *t, struct socket *s, int flags)
{
	struct file *f;
	int err = socket_file_new(t, s, flags & SOCK_NONBLOCK, &f);

	if (err < 0) {
		s->ops->release(s);
		socket_put(s);
		return err;
	}
	return fd_install(t, f, flags & SOCK_CLOEXEC);
}

long sys_socket(struct task *t, const uint64_t *a)
{
	int type = (int)a[1], flags, err = split_type(&type, &flags);
	struct socket *s;

	if (err == 0)
		err = socket_create(t, (int)a[0], type, (int)a[2], &s);
	return err < 0 ? err : install_socket(t, s, flags);
}

static int create_pair(struct task *t, int family, int type, int protocol, struct socket *s[2])
{
	int err = socket_create(t, family, type, protocol, &s[0]);

	/* Also where the family itself is not offered: it never has pairs. */
	if (err == -EAFNOSUPPORT && (family == AF_INET || family == AF_INET6))
		return -EOPNOTSUPP;
	if (err < 0)
		return err;
	err = socket_create(t, family, type, protocol, &s[1]);
	if (err == 0) {
		err = s[0]->ops->pair ? s[0]->ops->pair(s[0], s[1], t) : -EOPNOTSUPP;
		if (err == 0)
			return 0;
		s[1]->ops->release(s[1]);
		socket_put(s[1]);
	}
	s[0]->ops->release(s[0]);
	socket_put(s[0]);
	return err;
}

long sys_socketpair(struct task *t, const uint64_t *a)
{
	int type = (int)a[1], flags, err = split_type(&type, &flags), fds[2];
	struct socket *s[2];

	if (err < 0)
		return err;
	/* Linux writes the numbers out before it makes the sockets. */
	if (fd_check_room(t) < 0)
		return -EMFILE;
	if (copy_in_obj(t, &fds, a[3]) < 0 || copy_out_obj(t, a[3], &fds) < 0)
		return -EFAULT;
	err = create_pair(t, (int)a[0], type, (int)a[2], s);
	if (err < 0)
		return err;
	fds[0] = install_socket(t, s[0], flags);
	fds[1] = install_socket(t, s[1], flags);
	err = MIN(fds[0], fds[1]);
	if (err >= 0)
		err = copy_out_obj(t, a[3], &fds);
	if (err < 0) {
		if (fds[0] >= 0)
			fd_close(t, fds[0]);
		if (fds[1] >= 0)
			fd_close(t, fds[1]);
	}
	return err < 0 ? err : 0;
}

/* ---- bind, listen, shutdown, names ---- */

/* Landlock's rules for ports. */
static int may_use_port(struct task *t, const struct socket *s, const struct sockaddr_storage *ss,
			uint64_t access)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)ss;

	if (!t->landlock || s->type != SOCK_STREAM ||
	    (s->family != AF_INET && s->family != AF_INET6) ||
	    (ss->ss_family != AF_INET && ss->ss_family != AF_INET6))
		return 0;
	return landlock_check_port(t, ntohs(in->sin_port), access); /* at one place in both */
}

long sys_bind(struct task *t, const uint64_t *a)
{
	struct sockaddr_storage ss;
	struct socket *s;
	struct file *f;
	long err = sock_get_file(t, (int)a[0], &f, &s);

	if (err < 0)
		return err;
	err = sock_addr_in(t, a[1], (int)a[2], &ss);
	if (err == 0)
		err = may_use_port(t, s, &ss, LL_BIND_TCP);
	if (err == 0)
		err = s->ops->bind ? s->ops->bind(s, t, &ss, (int)a[2]) : -EOPNOTSUPP;
	file_put(f);
	return err;
}

long sys_listen(struct task *t, const uint64_t *a)
{
	unsigned int backlog = (unsigned int)a[1];
	struct socket *s;
	struct file *f;
	long err = sock_get_file(t, (int)a[0], &f, &s);

	if (err < 0)
		return err;
	backlog = MIN(backlog, (unsigned int)SOCK_BACKLOG_MAX);
	err = s->ops->listen ? s->ops->listen(s, t, (int)backlog) : -EOPNOTSUPP;
	file_put(f);
	return err;
}

long sys_shutdown(struct task *t, const uint64_t *a)
{
	int how = (int)a[1];
	struct socket *s;
	struct file *f;
	long err = sock_get_file(t, (int)a[0], &f, &s);

	if (err < 0)
		return err;
	if (how < SHUT_RD || how > SHUT_RDWR)
		err = -EINVAL;
	else
		err = s->ops->shutdown ? s->ops->shutdown(s, how) : -EOPNOTSUPP;
	file_put(f);
	return err;
}

static long getname(struct task *t, const uint64_t *a, bool peer)
{
	struct sockaddr_storage ss;
	struct socket *s;
	struct file *f;
	long n = sock_get_file(t, (int)a[0], &f, &s);

	if (n < 0)
		return n;
	n = s->ops->getname ? s->ops->getname(s, peer, &ss) : -EOPNOTSUPP;
	if (n >= 0)
		n = sock_addr_out(t, &ss, (int)n, a[1], a[2]);
	file_put(f);
	return n;
}

long sys_getsockname(struct task *t, const uint64_t *a)
{
	return getname(t, a, false);
}

long sys_getpeername(struct task *t, const uint64_t *a)
{
	return getname(t, a, true);
}

/* ---- connect ---- */

struct connect_call {
	struct socket *sock; /* the file's */
	struct socket *other;
	struct sockaddr_storage addr;
	int len;
	bool nonblock;
	int in_progress; /* what a family said that goes on by itself: -EINPROGRESS, -EALREADY */
};

static void connect_drop(void *state)
{
	struct connect_call *c = state;

	socket_put(c->other);
	mem_free(c);
}

static long connect_op(struct task *t, void *state)
{
	struct connect_call *c = state;
	struct socket *s = c->sock;
	int err = s->ops->connect(s, t, &c->addr, c->len, c->nonblock, &c->other);

	if (c->nonblock || (err != -EINPROGRESS && err != -EALREADY))
		return err;
	if (c->in_progress == 0)
		c->in_progress = err;
	return -EAGAIN;
}

static long connect_finish(struct task *t, void *state, long n)
{
	struct connect_call *c = state;

	(void)t;
	return n == -EAGAIN && c->in_progress ? c->in_progress : n;
}

static struct wait_queue *connect_late_wq(void *state)
{
	struct connect_call *c = state;

	return c->other && c->sock->ops->space ? c->sock->ops->space(c->other) : NULL;
}

static long do_connect(struct task *t, struct file *f, struct socket *s, uaddr_t addr, int len)
{
	int64_t timeo = t->shadow ? TIMER_NEVER : s->opt.sndtimeo_ns;
	struct connect_call *c = mem_zalloc(sizeof(*c));
	int err = c ? 0 : -ENOMEM;

	if (err == 0)
		err = sock_addr_in(t, addr, len, &c->addr);
	if (err == 0)
		err = may_use_port(t, s, &c->addr, LL_CONNECT_TCP);
	if (err == 0 && !s->ops->connect)
		err = -EOPNOTSUPP;
	if (err < 0) {
		mem_free(c);
		file_put(f);
		return err;
	}
	c->sock = s;
	c->len = len;
	c->nonblock = call_nonblock(t, f);
	if (!c->nonblock &&
	    task_punts(t)) { /* a connection once begun would have to be waited for */
		mem_free(c);
		file_put(f);
		return -EAGAIN;
	}
	return io_wait_loop(t, &(struct io_wait){
				       .file = f,
				       .events = POLLOUT | POLLWRNORM,
				       .events2 = POLLOUT | POLLWRNORM,
				       .late_wq = connect_late_wq,
				       .deadline_ns = sock_deadline(timeo),
				       .on_timeout = -EAGAIN,
				       .on_signal = sock_on_signal(timeo),
				       .op = connect_op,
				       .finish = connect_finish,
				       .drop = connect_drop,
				       .state = c,
				       .nonblock = c->nonblock || timeo == 0,
			       });
}

long sys_connect(struct task *t, const uint64_t *a)
{
	struct socket *s;
	struct file *f;
	int err = sock_get_file(t, (int)a[0], &f, &s);

	return err < 0 ? err : do_connect(t, f, s, a[1], (int)a[2]);
}

/* ---- accept ---- */

struct accept_call {
	struct socket *sock;
	uaddr_t addr, ulen;
	int flags;
};

/* The peer's address goes out before the number is handed out. */
static long accepted(struct task *t, const struct accept_call *c, struct socket *s)
{
	struct sockaddr_storage ss;
	struct file *f;
	long err = socket_file_new(t, s, c->flags & SOCK_NONBLOCK, &f);

	if (err < 0) {
		s->ops->release(s);
		socket_put(s);
		return err;
	}
	if (c->addr) {
		int len = s->ops->accept_name ? s->ops->accept_name(s, &ss)
			  : s->ops->getname   ? s->ops->getname(s, true, &ss)
					      : -EOPNOTSUPP;

		err = len < 0 ? -ECONNABORTED : sock_addr_out(t, &ss, len, c->addr, c->ulen);
		if (err < 0) {
			file_put(f);
			return err;
		}
	}
	return fd_install(t, f, c->flags & SOCK_CLOEXEC);
}

static long accept_op(struct task *t, void *state)
{
	struct accept_call *c = state;
	struct socket *s;
	long err = c->sock->ops->accept(c->sock, &s);

	return err < 0 ? err : accepted(t, c, s);
}

long sock_accept_try(struct task *t, struct file *f, uaddr_t addr, uaddr_t ulen, int flags)
{
	struct accept_call c = {.addr = addr, .ulen = ulen, .flags = flags};
	long err;

	c.sock = socket_of_file(f);
	if (!c.sock)
		return -ENOTSOCK;
	err = c.sock->ops->accept ? fd_check_room(t) : -EOPNOTSUPP;
	return err < 0 ? err : accept_op(t, &c);
}

static long do_accept(struct task *t, const uint64_t *a, int flags)
{
	struct accept_call *c = NULL;
	struct socket *s;
	struct file *f;
	int err;

	if (flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK))
		return -EINVAL;
	err = sock_get_file(t, (int)a[0], &f, &s);
	if (err < 0)
		return err;
	err = fd_check_room(t);
	if (err == 0 && !s->ops->accept)
		err = -EOPNOTSUPP;
	if (err == 0)
		c = mem_alloc(sizeof(*c));
	if (c == NULL) {
		file_put(f);
		return err < 0 ? err : -ENOMEM;
	}
	*c = (struct accept_call){.sock = s, .addr = a[1], .ulen = a[2], .flags = flags};
	return io_wait_loop(t, &(struct io_wait){
				       .file = f,
				       .events = POLLIN | POLLRDNORM,
				       .deadline_ns = sock_deadline(s->opt.rcvtimeo_ns),
				       .on_timeout = -EAGAIN,
				       .on_signal = sock_on_signal(s->opt.rcvtimeo_ns),
				       .op = accept_op,
				       .drop = mem_free,
				       .state = c,
				       .nonblock = file_nonblock(f) || s->opt.rcvtimeo_ns == 0,
			       });
}

long sys_accept(struct task *t, const uint64_t *a)
{
	return do_accept(t, a, 0);
}

long sys_accept4(struct task *t, const uint64_t *a)
{
	return do_accept(t, a, (int)a[3]);
}

/* ---- options ---- */

long sys_setsockopt(struct task *t, const uint64_t *a)
{
	char val[SOCK_OPT_MAX] = {0};
	int len = (int)a[4];
	struct socket *s;
	struct file *f;
	long err;

	if (len < 0)
		return -EINVAL;
	err = sock_get_file(t, (int)a[0], &f, &s);
	if (err < 0)
		return err;
	if (len && (int)a[1] == SOL_SOCKET && (int)a[2] != SO_BINDTODEVICE &&
	    len < (int)sizeof(int))
		err = -EINVAL;
	else
		err = copy_in(t, val, a[3], MIN((size_t)len, sizeof(val)));
	if (err == 0)
		err = sock_setsockopt(s, t, (int)a[1], (int)a[2], val, len);
	else if ((int)a[1] != SOL_SOCKET)
		err = s->ops->setsockopt ? s->ops->setsockopt(s, t, (int)a[1], (int)a[2], NULL, 0)
					 : -EOPNOTSUPP;
	file_put(f);
	return err;
}

/* SO_PEERGROUPS: as many ids as there are; -ERANGE says how much room they need. */
static long get_peer_groups(struct task *t, struct socket *s, uaddr_t val, uaddr_t ulen, int len)
{
	uint32_t *_cleanup_free_ groups = NULL;
	uint32_t n = 0;
	long err = sock_peer_groups(s, &groups, &n);
	int need;

	if (err < 0)
		return err;
	need = (int)(n * sizeof(*groups));
	if (len < need)
		return copy_out_obj(t, ulen, &need) < 0 ? -EFAULT : -ERANGE;
	if (need && copy_out(t, val, groups, (size_t)need) < 0)
		return -EFAULT;
	return copy_out_obj(t, ulen, &need);
}

static long do_getsockopt(struct task *t, struct socket *s, const uint64_t *a)
{
	char val[SOCK_OPT_MAX] = {0};
	int level = (int)a[1], name = (int)a[2], len;
	long err;

	if (level != SOL_SOCKET && !s->ops->getsockopt)
		return -EOPNOTSUPP;
	if (copy_in_obj(t, &len, a[4]) < 0)
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	if (level == SOL_SOCKET && name == SO_PEERGROUPS)
		return get_peer_groups(t, s, a[3], a[4], len);
	len = MIN(len, (int)sizeof(val));
	err = sock_getsockopt(s, t, level, name, val, &len);
	if (err < 0)
		return err;
	if (len && copy_out(t, a[3], val, (size_t)len) < 0)
		return -EFAULT;
	return copy_out_obj(t, a[4], &len);
}

long sys_getsockopt(struct task *t, const uint64_t *a)
{
	struct socket *s;
	struct file *f;
	long err = sock_get_file(t, (int)a[0], &f, &s);

	if (err < 0)
		return err;
	err = do_getsockopt(t, s, a);
	file_put(f);
	return err;
}
