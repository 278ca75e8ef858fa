/*
 * netstack/socket/netlink_impl.h - what the files of AF_NETLINK share with each other only
 *
 * Model: a socket talks to the kernel alone. What it sends is a row of requests, which the family's
 * table answers at once into the socket's queue: with one message, with NLMSG_ERROR, or with a dump.
 * A dump is a question and a count of the messages that were given already; each part is made when
 * the one before is received, from the facts of that moment, by a function that puts all messages one
 * after the other and is not asked to leave out what was given or does not fit: nl_begin() does. So
 * an open dump costs its struct nl_dump and one part, and a socket has one at most (EBUSY).
 *
 * Limits: a request is no longer than the send buffer; answers that lie in the queue are charged to
 * the receive buffer, and what does not fit is lost, which the next receive reports (ENOBUFS).
 *
 * Locking: sock.mu (LOCK_SOCKET) guards queue, dump and groups. Parts are made without locks: the
 * dump is taken out of the socket meanwhile. table.mu (LOCK_ANON, netlink.c) guards the list of all
 * sockets and their port ids; nothing is taken inside.
 */
#ifndef NETSTACK_SOCKET_NETLINK_IMPL_H
#define NETSTACK_SOCKET_NETLINK_IMPL_H

#include <linux/netlink.h>
#include <poll.h>
#include <stdatomic.h>

#include "netstack/socket/netlink.h"
#include "netstack/socket/socket.h"
#include "sentry/base/list.h"

#define NL_PART_MIN 3776u  /* NLMSG_GOODSIZE: what a reader with a buffer of one page can take */
#define NL_PART_MAX 32448u /* a receiver with a larger buffer gets parts up to this */
#define NL_GROUPS 64u

/* What a request asks for, as far as we look at it. */
struct nl_query {
	uint8_t family, protocol;
	uint8_t ext;	       /* sock_diag: attributes wanted */
	bool one;	       /* not a dump: what does not match is an error */
	bool filtered;	       /* told by NLM_F_DUMP_FILTERED */
	int ifindex;	       /* 0: all */
	uint32_t table;	       /* 0: all */
	uint32_t states;       /* sock_diag */
	uint32_t show;	       /* sock_diag, AF_UNIX */
	uint64_t ino;	       /* sock_diag, AF_UNIX, one */
	uint16_t sport, dport; /* sock_diag; 0: any */
	char name[20];	       /* of an interface; "": any */
	uint8_t dst[16];       /* RTM_GETROUTE, one */
	uint8_t dst_len;
};

/* Where messages are put. */
struct nl_out {
	unsigned char *buf;
	size_t len, size;
	uint32_t portid, seq;
	uint16_t flags;	 /* of each message */
	size_t skip;	 /* messages that were given already */
	size_t count;	 /* messages that are complete, with those */
	uint64_t cursor; /* for those who go on behind a place: then skip stays 0 */
	size_t start;	 /* of the message at work */
	bool bad;	 /* it does not fit */
	bool full;	 /* nothing more is taken */
};

typedef int (*nl_fill_fn)(struct kernel *k, const struct nl_query *q, struct nl_out *o);

struct nl_dump {
	nl_fill_fn fill;
	struct nl_query query;
	uint32_t portid, seq;
	size_t given;
	uint64_t cursor;
};

struct nl_msg {
	struct list node;
	struct ref ref; /* the queue's, and readers that copy out */
	uint32_t len, truesize;
	unsigned char data[];
};

struct nl_sock {
	struct socket sock;   /* sock.mu */
	struct list all_node; /* table.mu */
	atomic_uint portid;   /* 0: not bound; set once, under table.mu */
	atomic_uint dst_portid, dst_groups;
	_Atomic uint64_t groups;
	atomic_uint options; /* bits by NETLINK_* */
	struct list queue;
	atomic_uint rmem; /* changed under sock.mu */
	atomic_uint max_recv;
	atomic_bool dumping; /* dump is there or taken out */
	struct nl_dump *dump;
	atomic_uint drops;
};

static inline struct nl_sock *nl_of(struct socket *s)
{
	return container_of(s, struct nl_sock, sock);
}

static inline bool nl_option_on(const struct nl_sock *n, int name)
{
	return atomic_load_explicit(&n->options, memory_order_relaxed) >> name & 1;
}

/* One request, aligned and whole: h->nlmsg_len bytes lie at h. */
struct nl_request {
	struct nl_sock *s;
	struct task *t; /* NULL within the sentry */
	const struct nlmsghdr *h;
};

static inline size_t nl_payload_len(const struct nl_request *rq)
{
	return rq->h->nlmsg_len - NLMSG_HDRLEN;
}

/* 0: done, an acknowledgement if it was asked for; NL_STARTED: a dump, none; -errno: told. */
#define NL_STARTED 1
typedef int (*nl_handler_fn)(const struct nl_request *rq);

/* netlink_msg.c: messages out */
/* Begins a message; false: it is to be left out. */
must_check bool nl_begin(struct nl_out *o, uint16_t type, const void *header, size_t len);
void nl_put(struct nl_out *o, uint16_t type, const void *data, size_t len);
void nl_put_u8(struct nl_out *o, uint16_t type, uint8_t v);
void nl_put_u32(struct nl_out *o, uint16_t type, uint32_t v);
void nl_put_str(struct nl_out *o, uint16_t type, const char *s);
size_t nl_nest(struct nl_out *o, uint16_t type);
void nl_nest_end(struct nl_out *o, size_t at);
void nl_end(struct nl_out *o);

/* netlink_msg.c: requests in */
/* Answers all requests of a message. */
void nl_serve(struct nl_sock *s, struct task *t, const unsigned char *data, size_t len);
/* The next attribute of [*at, end), or NULL. *ret_len: of its value. */
const void *nl_attr_next(const unsigned char **at, const unsigned char *end, uint16_t *ret_type,
			 size_t *ret_len);
must_check int nl_dump_start(const struct nl_request *rq, nl_fill_fn fill,
			     const struct nl_query *q);
/* One answer: none says what it is if there is none. */
must_check int nl_answer(const struct nl_request *rq, nl_fill_fn fill, const struct nl_query *q,
			 int none);
/* The next part of a dump, if there is room. */
void nl_dump_go_on(struct nl_sock *s);

/* netlink.c */
/* Takes over msg; it may be lost. */
void nl_enqueue(struct nl_sock *s, struct nl_msg *msg);
must_check struct nl_msg *nl_msg_new(size_t len);
void nl_msg_put(struct nl_msg *msg);

/* netlink_route.c, netlink_diag.c */
int nl_route_request(const struct nl_request *rq);
int nl_diag_request(const struct nl_request *rq);

/* netlink_fib.c */
int nl_fill_routes(struct kernel *k, const struct nl_query *q, struct nl_out *o);
int nl_fill_rules(struct kernel *k, const struct nl_query *q, struct nl_out *o);
int nl_fill_neighs(struct kernel *k, const struct nl_query *q, struct nl_out *o);

#endif
