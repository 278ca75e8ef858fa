/*
 * netstack/socket/inet.c - Internet sockets on the host's: making, names, connections, poll(2),
 * closing; see inet.h and inet_impl.h
 *
 * Differences from Linux: SOCK_RAW is refused as without CAP_NET_RAW; close(2) never lingers.
 *
 * Sources: net/ipv4/af_inet.c, net/ipv6/af_inet6.c for the order of errors.
 */
#include "netstack/socket/inet.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fs/vfs/landlock.h"
#include "netstack/socket/inet_impl.h"
#include "netstack/socket/inet_table.h"
#include "sentry/base/hostcall.h"
#include "sentry/base/mem.h"
#include "sentry/cred.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

#define WATCH_IN ((uint32_t)(EPOLLIN | EPOLLPRI | EPOLLRDHUP))
#define FIRST_FREE_PORT 1024 /* of a host that has not set another */
#define PROTOCOL_MAX 263     /* IPPROTO_MAX */

static const struct socket_ops inet_stream_ops, inet_dgram_ops;

/* ---- readiness ---- */

static void set_watch_locked(struct inet_sock *i, uint32_t events) REQUIRES(&i->sock.mu)
{
	int err = i->watched ? event_change(&i->src, events | EPOLLET)
			     : event_watch(&i->src, events | EPOLLET);

	if (err == 0) {
		if (!i->watched) /* inet_release() reads it without the lock, when nobody arms */
			i->watched = true;
		atomic_store(&i->armed, events);
	}
}

static void arm(struct socket *s, uint32_t want)
{
	struct inet_sock *i = inet_of(s);

	if (!wait_has_waiters(&s->wq) || (atomic_load(&i->armed) & want) == want)
		return;
	mutex_lock(&s->mu);
	want |= atomic_load(&i->armed);
	if (want != atomic_load(&i->armed))
		set_watch_locked(i, want);
	mutex_unlock(&s->mu);
}

void inet_arm(struct socket *s, uint32_t events)
{
	arm(s, WATCH_IN | (events & POLLOUT ? (uint32_t)EPOLLOUT : 0));
}

/* Datagrams that leave the host's buffer are an edge each. */
static void disarm_output(struct inet_sock *i)
{
	mutex_lock(&i->sock.mu);
	if (atomic_load(&i->armed) & (uint32_t)EPOLLOUT)
		set_watch_locked(i, atomic_load(&i->armed) & ~(uint32_t)EPOLLOUT);
	mutex_unlock(&i->sock.mu);
}

/* Nobody waits. Who comes meanwhile either finds armed = 0 and arms again, or is seen here. */
static void disarm(struct inet_sock *i)
{
	uint32_t old;

	mutex_lock(&i->sock.mu);
	old = atomic_exchange(&i->armed, 0);
	if (wait_has_waiters(&i->sock.wq))
		atomic_store(&i->armed, old);
	else if (old)
		set_watch_locked(i, 0);
	mutex_unlock(&i->sock.mu);
}

static void inet_event(struct event_source *src, uint32_t events)
{
	struct inet_sock *i = container_of(src, struct inet_sock, src);

	if ((events & EPOLLOUT) && !inet_is_stream(&i->sock))
		disarm_output(i);
	if (events & EPOLLIN)
		events |= POLLRDNORM;
	if (events & EPOLLOUT)
		events |= POLLWRNORM;
	wait_wake(&i->sock.wq, events);
	if (!wait_has_waiters(&i->sock.wq))
		disarm(i);
}

static uint32_t inet_poll(struct socket *s)
{
	struct pollfd p = {.fd = inet_fd(s), .events = SOCK_EV_ALL};
	uint32_t host, ready = inet_pair_poll(inet_of(s), &host);

	if (host && host_poll(&p, 1, 0) > 0)
		ready |= (uint32_t)(unsigned short)p.revents & host;
	if (s->err)
		ready |= POLLERR;
	if (host) /* behind the end comes nothing, and to ask now would be one more edge */
		arm(s, (p.revents & POLLRDHUP ? (uint32_t)EPOLLPRI : WATCH_IN) |
			       (ready & POLLOUT ? 0 : (uint32_t)EPOLLOUT));
	return ready;
}

/* ---- making and closing ---- */

static int inet_sock_new(struct kernel *k, const struct inet_kind *kind, int fd,
			 struct inet_sock **ret)
{
	struct inet_sock *i = mem_zalloc(sizeof(*i));

	if (i == NULL)
		return -ENOMEM;
	socket_init(&i->sock, k, kind->type == SOCK_STREAM ? &inet_stream_ops : &inet_dgram_ops,
		    kind->family, kind->type, kind->protocol);
	i->src.fd = fd;
	i->src.fn = inet_event;
	i->src.is_socket = true;
	inet_table_add(i);
	*ret = i;
	return 0;
}

/* Index in inet_kinds, or what inet_create() of Linux says. */
static int find_kind(int family, int type, int protocol)
{
	bool type_known = false;

	if (protocol < 0 || protocol >= PROTOCOL_MAX)
		return -EINVAL;
	if (type == SOCK_RAW)
		return protocol ? -EPERM : -EPROTONOSUPPORT;
	for (int i = 0; i < INET_NR_KINDS; i++) {
		const struct inet_kind *k = &inet_kinds[i];

		if (k->family != family || k->type != type)
			continue;
		if (protocol == k->protocol || protocol == 0)
			return i;
		type_known = true;
	}
	return type_known ? -EPROTONOSUPPORT : -ESOCKTNOSUPPORT;
}

static int inet_make(struct kernel *k, struct task *t, int family, int type, int protocol,
		     struct socket **ret)
{
	int kind, fd, err;
	struct inet_sock *i;

	if (inet_host_mode() == INET_OFF)
		return -EAFNOSUPPORT;
	kind = find_kind(family, type, protocol);
	if (kind < 0)
		return kind;
	if (inet_host_mode() == INET_HOST && task_punts(t)) /* the broker is waited for */
		return -EAGAIN;
	if (!inet_host_reserve(k))
		return -ENFILE;
	err = inet_host_new((unsigned int)kind, &fd);
	if (err < 0) {
		inet_host_unreserve(k);
		return err;
	}
	err = inet_sock_new(k, &inet_kinds[kind], fd, &i);
	if (err < 0) {
		close(fd);
		inet_host_unreserve(k);
		return err;
	}
	*ret = &i->sock;
	return 0;
}

static int inet_create(struct kernel *k, struct task *t, int type, int protocol,
		       struct socket **ret)
{
	return inet_make(k, t, AF_INET, type, protocol, ret);
}

static int inet6_create(struct kernel *k, struct task *t, int type, int protocol,
			struct socket **ret)
{
	return inet_make(k, t, AF_INET6, type, protocol, ret);
}

const struct socket_family inet_family = {.family = AF_INET, .create = inet_create};
const struct socket_family inet6_family = {.family = AF_INET6, .create = inet6_create};

static void inet_release(struct socket *s)
{
	struct linger reset = {.l_onoff = 1};
	struct inet_sock *i = inet_of(s);

	inet_table_remove(i);
	if (i->watched)
		event_unwatch(&i->src);
	if (inet_pair_close(i))
		(void)syscall(SYS_setsockopt, i->src.fd, SOL_SOCKET, SO_LINGER, &reset,
			      sizeof(reset));
	close(i->src.fd);
	i->src.fd = -1;
	inet_pair_wake_peer(i);
	inet_host_unreserve(s->kernel);
}

static void inet_destroy(struct socket *s)
{
	struct inet_sock *i = inet_of(s);

	inet_pair_free(i);
	socket_fini(s);
	mem_free(i);
}

/* ---- names ---- */

int inet_check_addr(const struct socket *s, const struct sockaddr_storage *a, int len)
{
	int need = s->family == AF_INET ? (int)sizeof(struct sockaddr_in) : 24;

	if (len < (int)sizeof(a->ss_family))
		return -EINVAL;
	if (a->ss_family == AF_INET || a->ss_family == AF_INET6 || a->ss_family == AF_UNSPEC)
		return 0;
	return len < need ? -EINVAL : -EAFNOSUPPORT;
}

/* At one place in both families. */
static bool is_port_below(const struct socket *s, const struct sockaddr_storage *a, int len,
			  int end)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)a;
	int port = ntohs(in->sin_port);

	return len >= (int)sizeof(*in) && port && port < end && s->protocol != IPPROTO_ICMP &&
	       s->protocol != IPPROTO_ICMPV6;
}

static int inet_bind(struct socket *s, struct task *t, const struct sockaddr_storage *a, int len)
{
	int end = atomic_load(&t->kernel->unprivileged_port_start);
	int err = inet_check_addr(s, a, len);

	if (err == 0 && is_port_below(s, a, len, end) && !task_has_cap(t, CAP_NET_BIND_SERVICE))
		err = -EACCES;
	if (err < 0)
		return err;
	if (syscall(SYS_bind, inet_fd(s), a, (socklen_t)len) == 0)
		return 0;
	if (errno == EACCES && is_port_below(s, a, len, FIRST_FREE_PORT))
		return inet_host_bind_privileged(inet_fd(s), a, len);
	return -errno;
}

static int inet_getname(struct socket *s, bool peer, struct sockaddr_storage *ret)
{
	socklen_t len = sizeof(*ret);
	long r = syscall(peer ? SYS_getpeername : SYS_getsockname, inet_fd(s), ret, &len);

	return r < 0 ? -errno : (int)MIN(len, (socklen_t)sizeof(*ret));
}

static int inet_accept_name(struct socket *s, struct sockaddr_storage *ret)
{
	struct inet_sock *i = inet_of(s);

	*ret = i->first_peer;
	return i->first_peer_len;
}

/* ---- connections ---- */

static int inet_connect(struct socket *s, struct task *t, const struct sockaddr_storage *a, int len,
			bool nonblock, struct socket **other)
{
	int err = inet_check_addr(s, a, len);

	(void)t;
	(void)nonblock;
	(void)other;
	if (err < 0)
		return err;
	err = socket_take_error(s);
	if (err < 0)
		return err;
	if (a->ss_family == AF_UNSPEC)
		inet_pair_disconnect(inet_of(s));
	err = syscall(SYS_connect, inet_fd(s), a, (socklen_t)len) == 0 ? 0 : -errno;
	if (inet_is_stream(s) && (err == 0 || err == -EINPROGRESS)) {
		if (a->ss_family == AF_UNSPEC)
			inet_pair_wake_peer(inet_of(s));
		else
			inet_pair_offer(inet_of(s), NULL);
	}
	if (err == -EINPROGRESS || err == -EALREADY)
		inet_arm(s, POLLOUT);
	return err;
}

static int inet_listen(struct socket *s, struct task *t, int backlog)
{
	(void)t;
	return syscall(SYS_listen, inet_fd(s), backlog) < 0 ? -errno : 0;
}

/* What Linux's child of a listener has of it and the host does not know. */
static void inherit_options(struct sock_options *to, struct sock_options *from)
{
	for (size_t i = 0; i < ARRAY_SIZE(to->bits); i++)
		to->bits[i] = from->bits[i];
	to->rcvtimeo_ns = from->rcvtimeo_ns;
	to->sndtimeo_ns = from->sndtimeo_ns;
	to->linger_on = from->linger_on;
	to->linger_time = from->linger_time;
	to->rcvlowat = from->rcvlowat;
}

static int accept_host(struct inet_sock *i, struct inet_sock **ret)
{
	struct socket *s = &i->sock;
	struct inet_kind kind = {s->family, s->type, s->protocol};
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	long fd = syscall(SYS_accept4, i->src.fd, &peer, &len, (long)INET_HOST_TYPE_FLAGS);
	int err;

	if (fd < 0)
		return -errno;
	err = inet_sock_new(s->kernel, &kind, (int)fd, ret);
	if (err < 0) {
		close((int)fd);
		return err;
	}
	(*ret)->first_peer = peer;
	(*ret)->first_peer_len = (int)MIN(len, (socklen_t)sizeof(peer));
	inherit_options(&(*ret)->sock.opt, &s->opt);
	inet_pair_inherit(*ret, i);
	inet_pair_offer(*ret, &peer);
	return 0;
}

static int inet_accept(struct socket *s, struct socket **ret)
{
	struct inet_sock *child = NULL;
	int err;

	if (!inet_host_reserve(s->kernel))
		return -ENFILE;
	err = accept_host(inet_of(s), &child);
	if (err < 0) {
		inet_host_unreserve(s->kernel);
		if (err == -EAGAIN)
			inet_arm(s, POLLIN);
		return err;
	}
	child->sock.landlock = landlock_get(s->landlock);
	*ret = &child->sock;
	return 0;
}

static int inet_shutdown(struct socket *s, int how)
{
	int err;

	if (how != SHUT_WR)
		inet_of(s)->recv_ended = true;
	inet_pair_shutdown(inet_of(s), how);
	err = syscall(SYS_shutdown, inet_fd(s), how) < 0 ? -errno : 0;
	inet_pair_wake_peer(inet_of(s));
	return err;
}

#define INET_COMMON_OPS                                                                            \
	.bind = inet_bind, .connect = inet_connect, .getname = inet_getname,                       \
	.shutdown = inet_shutdown, .poll = inet_poll, .ioctl = inet_ioctl,                         \
	.setsockopt = inet_setsockopt, .getsockopt = inet_getsockopt, .release = inet_release,     \
	.destroy = inet_destroy, .has_control = true, .own_sol_socket = true

static const struct socket_ops inet_stream_ops = {
	INET_COMMON_OPS,
	.listen = inet_listen,
	.accept = inet_accept,
	.accept_name = inet_accept_name,
	.sendmsg = inet_stream_send,
	.recvmsg = inet_stream_recv,
	.sigpipe = true,
};

static const struct socket_ops inet_dgram_ops = {
	INET_COMMON_OPS,
	.sendmsg = inet_dgram_send,
	.recvmsg = inet_dgram_recv,
};
