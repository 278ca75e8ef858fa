/*
 * netstack/socket/inet.h - AF_INET and AF_INET6 by passthrough: ip(7), ipv6(7), tcp(7), udp(7)
 *
 * Model: each socket of a guest is one socket of the host, non-blocking, whose descriptor only the
 * sentry has. The network namespace in which it was made decides what it reaches:
 *  INET_OWN   the sentry's own namespace, which holds nothing but lo (--network=none). The sentry
 *             makes the sockets itself: its seccomp filter allows socket(2) for the kinds of
 *             inet_kind and no others.
 *  INET_HOST  the caller's namespace (--network=host). The sentry is not in it; a broker process is,
 *             which has no other right than to make sockets of these kinds and hands them over.
 *  INET_OFF   none: socket(2) gives EAFNOSUPPORT, and the filter allows none of these calls.
 * A TCP/IP stack of our own will register other families in place of these two, behind the same
 * struct socket_ops.
 *
 * What a guest gives is never passed on as it is: kinds of sockets, options (inet_options.def),
 * control messages (inet_cmsg.c), flags and ioctls each have a list, and what is not on it gets
 * Linux's answer for something unknown. Family and protocol of a socket are fixed when it is made,
 * so no address, whatever is in it, can lead to another family's sockets (of AF_UNIX, say).
 * The host checks ports and devices against the sentry, which has no rights: so the rights of the
 * guest's root over its namespace are checked here, against its credentials.
 *
 * Nothing blocks: the host's sockets are O_NONBLOCK, all messages go with MSG_DONTWAIT, and of
 * SO_LINGER, which makes even a non-blocking close(2) wait, the host only ever sees the time 0.
 *
 * The broker: a sequenced-packet socket pair; the sentry sends a struct broker_request, at most one
 * at a time, and gets a struct broker_reply, with one descriptor if it asked for a socket and error
 * is 0. BROKER_BIND carries the socket to be bound, for ports that the host keeps for root: the
 * broker has CAP_NET_BIND_SERVICE if the caller had it. Anything else on the line, or its end,
 * ends the broker; its end makes socket(2) fail with ENETDOWN.
 */
#ifndef NETSTACK_SOCKET_INET_H
#define NETSTACK_SOCKET_INET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "sentry/base/base.h"

struct kernel;
struct socket_family;
struct task;

enum inet_mode { INET_OFF, INET_OWN, INET_HOST };

/* What may be made: platform/policy/sentry.def and broker.def name the same ones. */
struct inet_kind {
	int family, type, protocol;
};
#define INET_NR_KINDS 8
extern const struct inet_kind inet_kinds[INET_NR_KINDS];
#define INET_HOST_TYPE_FLAGS (SOCK_NONBLOCK | SOCK_CLOEXEC)

enum broker_op { BROKER_SOCKET = 1, BROKER_BIND = 2 };

struct broker_request {
	uint32_t op;
	uint32_t kind;	   /* BROKER_SOCKET: index in inet_kinds */
	uint32_t addr_len; /* BROKER_BIND: 1 to sizeof(addr) */
	struct sockaddr_in6 addr;
};

struct broker_reply {
	int32_t error; /* 0 or a negative errno */
};

extern const struct socket_family inet_family, inet6_family;

/* Before the first guest. broker_fd: our end, with INET_HOST. */
void inet_init(struct kernel *k, enum inet_mode mode, int broker_fd);
/* netdevice(7) on a socket of another family: -ENOTTY if it is something else. */
long inet_device_ioctl(struct task *t, unsigned int cmd, uint64_t arg);
bool inet_in_use(void); /* there are such sockets */

#endif
