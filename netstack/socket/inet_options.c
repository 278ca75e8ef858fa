/*
 * netstack/socket/inet_options.c - options of Internet sockets: socket(7), ip(7), ipv6(7), tcp(7)
 *
 * Model: an option of inet_options.def goes to the host with at most the bytes that the list gives it;
 * the host checks sizes below that and values. One of SOL_SOCKET that is not listed is options.c's;
 * others give ENOPROTOOPT. SO_LINGER is kept by options.c and told to the host only as "off" or "0
 * seconds"; SO_RCVLOWAT is ours, as the host is never asked to wait. SO_SNDBUFFORCE is SO_SNDBUF for
 * who may use it.
 *
 * Differences from Linux: SO_LINGER does not make close(2) wait; limits of buffers are the host's.
 */
#include <errno.h>
#include <linux/capability.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "netstack/socket/inet_impl.h"
#include "sentry/cred.h"
#include "sentry/task.h"

#define GET 1u
#define SET 2u
#define BOTH 3u
#define OPT_TCP_INQ 36
#define OPT_TCP_TX_DELAY 37

struct inet_option {
	uint8_t access, level, name;
	uint16_t max;
};

static const struct inet_option options[] = {
#define INET_OPTION(access, level_name, level, option, name, max) {access, level, name, max},
#include "sentry/abi/inet_options.def"
#undef INET_OPTION
};

static const struct inet_option *find_option(int level, int name, unsigned int access)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (options[i].level == level && options[i].name == name &&
		    (options[i].access & access))
			return &options[i];
	return NULL;
}

/* Levels of another protocol reach nothing on the host, and mean nothing to Linux. */
static bool has_level(const struct socket *s, int level)
{
	switch (level) {
	case SOL_SOCKET:
	case IPPROTO_IP: return true;
	case IPPROTO_IPV6: return s->family == AF_INET6;
	default: return level == s->protocol;
	}
}

static int host_set(struct socket *s, int level, int name, const void *val, int len)
{
	return syscall(SYS_setsockopt, inet_fd(s), (long)level, (long)name, val, (long)len) < 0
		       ? -errno
		       : 0;
}

/* What a connection within the sandbox does not offer (inet_pair.h). */
static bool needs_host(int level, int name)
{
	if (level == IPPROTO_TCP)
		return name == OPT_TCP_INQ || name == OPT_TCP_TX_DELAY;
	if (level != SOL_SOCKET)
		return level == IPPROTO_IP && (name == IP_CHECKSUM || name == IP_MINTTL);
	switch (name) {
	case SO_BINDTODEVICE:
	case SO_BINDTOIFINDEX:
	case SO_TIMESTAMP:
	case SO_TIMESTAMPNS:
	case SO_TIMESTAMPING:
	case SO_TIMESTAMP_NEW:
	case SO_TIMESTAMPNS_NEW:
	case SO_TIMESTAMPING_NEW:
	case SO_PEEK_OFF:
	case SO_MAX_PACING_RATE: return true;
	}
	return false;
}

/* As the host has it then. */
static void note_buffer(struct socket *s, int name)
{
	atomic_int *to = name == SO_SNDBUF ? &inet_of(s)->half.sndbuf : &inet_of(s)->half.rcvbuf;
	socklen_t len = sizeof(int);
	int size = 0;

	if (syscall(SYS_getsockopt, inet_fd(s), (long)SOL_SOCKET, (long)name, &size, &len) == 0) {
		atomic_store(to, MAX(size, 1));
		inet_pair_limits_changed(inet_of(s));
	}
}

static int set_option(struct socket *s, int level, int name, const void *val, int len)
{
	int err;

	if (!inet_is_stream(s))
		return host_set(s, level, name, val, len);
	if (needs_host(level, name))
		inet_pair_forbid(inet_of(s), false);
	err = host_set(s, level, name, val, len);
	if (err == 0 && level == SOL_SOCKET && (name == SO_SNDBUF || name == SO_RCVBUF))
		note_buffer(s, name);
	return err;
}

static int set_linger(struct socket *s, const void *val, int len)
{
	struct linger l;

	if (len < (int)sizeof(l))
		return -EINVAL;
	memcpy(&l, val, sizeof(l));
	if (l.l_onoff && l.l_linger)
		l = (struct linger){0};
	l.l_onoff = l.l_onoff != 0;
	return host_set(s, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
}

static int set_forced(struct socket *s, struct task *t, int name, const void *val, int len)
{
	if (len < (int)sizeof(int))
		return -EINVAL;
	if (!task_has_cap(t, CAP_NET_ADMIN))
		return -EPERM;
	return set_option(s, SOL_SOCKET, name, val, sizeof(int));
}

int inet_setsockopt(struct socket *s, struct task *t, int level, int name, const void *val, int len)
{
	const struct inet_option *o = has_level(s, level) ? find_option(level, name, SET) : NULL;
	int err;

	if (val == NULL)
		return !has_level(s, level) || (o == NULL && level == IPPROTO_IP) ? -ENOPROTOOPT
										  : -EFAULT;
	if (level == SOL_SOCKET && name == SO_LINGER) {
		err = set_linger(s, val, len);
		return err < 0 ? err : SOCK_OPT_GENERIC;
	}
	if (level == SOL_SOCKET && (name == SO_SNDBUFFORCE || name == SO_RCVBUFFORCE))
		return set_forced(s, t, name == SO_SNDBUFFORCE ? SO_SNDBUF : SO_RCVBUF, val, len);
	if (o == NULL) {
		if (level == SOL_SOCKET && !find_option(level, name, GET))
			return SOCK_OPT_GENERIC;
		/* tcp(7) looks at the size before the name. */
		return level == IPPROTO_TCP && has_level(s, level) && len < (int)sizeof(int)
			       ? -EINVAL
			       : -ENOPROTOOPT;
	}
	return set_option(s, level, name, val, MIN(len, (int)o->max));
}

static void add_at(char *info, size_t len, size_t at, uint64_t n)
{
	uint64_t v;

	if (len < at + sizeof(v))
		return;
	memcpy(&v, info + at, sizeof(v));
	v += n;
	memcpy(info + at, &v, sizeof(v));
}

/* struct tcp_info, whose members keep their places: what did not go over the host. */
static void add_tcp_bytes(struct socket *s, char *info, size_t len)
{
	uint64_t sent, received;

	inet_pair_count(inet_of(s), &sent, &received);
	add_at(info, len, offsetof(struct tcp_info, tcpi_bytes_acked), sent);
	add_at(info, len, offsetof(struct tcp_info, tcpi_bytes_sent), sent);
	add_at(info, len, offsetof(struct tcp_info, tcpi_bytes_received), received);
}

int inet_getsockopt(struct socket *s, struct task *t, int level, int name, void *val, int *len)
{
	const struct inet_option *o = has_level(s, level) ? find_option(level, name, GET) : NULL;
	socklen_t room;

	(void)t;
	if (o == NULL)
		return level == SOL_SOCKET   ? SOCK_OPT_GENERIC
		       : has_level(s, level) ? -ENOPROTOOPT
					     : -EOPNOTSUPP;
	if (level == SOL_SOCKET && name == SO_ERROR && s->err)
		return SOCK_OPT_GENERIC;
	room = (socklen_t)MIN(*len, (int)o->max);
	if (syscall(SYS_getsockopt, inet_fd(s), (long)level, (long)name, val, &room) < 0)
		return -errno;
	*len = (int)MIN(room, (socklen_t)SOCK_OPT_MAX);
	if (level == IPPROTO_TCP && name == TCP_INFO)
		add_tcp_bytes(s, val, (size_t)*len);
	return 0;
}
