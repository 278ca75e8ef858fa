/*
 * netstack/socket/inet_pair.h - TCP between two sockets of the same sandbox, without the host's help
 *
 * Model: both ends of a connection have their sockets on the host, and keep them: names, options, states and
 * errors are always the host's. But where both ends are this sandbox's, bytes need not go through the
 * host: they go through queues of the sentry's, one for each *way* (what one end sends), and whoever
 * waits for them is woken directly. A struct inet_pair is made when a connection is found to have
 * both ends here, which is looked for when it is accepted and when connect(2) has begun it:
 * whoever comes second finds the other in a table by their names. Only names that no rule of the host
 * leads elsewhere count: loopback, or the same address at both ends. In one network namespace
 * a connection that is established has one peer with its two names exchanged, so a match is the
 * peer; that the other's connection still stands is asked of the host at that moment.
 *
 * States of a way; without a pair all is as in HOST:
 *  HOST   its bytes go over the host's sockets
 *  QUEUE  they go through the queue. The sender goes over from HOST by itself with its first bytes
 *         after the pair was made at a moment when no send of its own is under way in the host; the
 *         bytes that it has sent over the host by then are counted (host_bytes) and are read first: the
 *         receiver counts what it gets from the host, and comes to the queue when it has all of that
 *  ENDED  for good. Whatever the sender does from now on the host does, and it is read when the queue is
 *         empty. So the ends of a connection are not imitated but the host's: half a close is a
 *         shutdown(2) of the host's socket, and the reader finds the end of file there behind the bytes
 *         of the queue; the same for resets, EPIPE, states and times
 *
 * What ends ways: shutdown(2) and connect(2) with AF_UNSPEC, close(2) at either end, and whatever is not
 * offered here: urgent data, MSG_MORE, control messages, time stamps, TCP_INQ, delays, pacing, bound devices
 * (inet_pair_forbid()). A socket that had such a thing before is never paired. close(2) with bytes
 * of the queue unread makes the host's close a reset, as Linux does with unread bytes.
 *
 * Order: the bytes of a way are in the order host_bytes, queue, host again. Who ends a way waits until no
 * receive of the peer's that began before QUEUE is under way in the host, so that none gets bytes, or
 * the end, of the third part before the queue (the host does not let it wait).
 *
 * Sizes: a way takes bytes until it holds what the host would have taken with SO_SNDBUF and SO_RCVBUF as they
 * were set, or WAY_DEFAULT; POLLOUT comes when a third is free. All queues of the sandbox together
 * hold PAIR_MEMORY at most: beyond that ways end, and the host's limits count.
 *
 * Differences from Linux: what is in queues is not counted by the host (packets, TCP_INFO but for its bytes,
 * SO_MEMINFO); TCP_CORK and Nagle's algorithm hold nothing back; rules for packets on lo do not see
 * these bytes. Where the host's connection ends by itself (time-outs with TCP_USER_TIMEOUT, tools of the
 * host's administrator) it is not noticed before something else ends the ways.
 *
 * Locking: pairs.mu (LOCK_ANON) guards the table, `forbidden` and the making of pairs, and is held while the host
 * is asked about the peer, so that it is not closed meanwhile. pair->mu (LOCK_INET_PAIR) guards what is in a
 * pair; nothing is taken inside but the list of free chunks and, for wake-ups, nothing at all: the
 * peer is woken without it. No guest memory is touched under either, except for a channel's.
 */
#ifndef NETSTACK_SOCKET_INET_PAIR_H
#define NETSTACK_SOCKET_INET_PAIR_H

#include <netinet/in.h>
#include <stdatomic.h>

#include "sentry/base/hash.h"
#include "sentry/base/list.h"
#include "sentry/base/lock.h"
#include "sentry/base/ref.h"

struct inet_sock;
struct kernel;
struct sock_msg;

#define WAY_DEFAULT (2u << 20)
#define WAY_MIN 4096u
#define WAY_WHOLE 4096u /* a message that is not larger is taken whole or not at all */
#define PAIR_MEMORY (128u << 20)

enum way_state { WAY_HOST, WAY_QUEUE, WAY_ENDED };

/* A piece of a queue. Appended to and taken from under the lock, but bytes are copied to and from
 * the guest without it: into a chunk before it is in the queue, out of one while it has readers. */
struct way_chunk {
	struct list node;
	uint32_t size, off, len;
	uint32_t readers;
	bool unlinked; /* empty: the last reader frees it */
	unsigned char data[];
};

struct inet_way {
	enum way_state state;
	bool stop_at_end; /* an urgent mark follows: a read does not go on from the queue to the host */
	bool host_reading;   /* somebody reads the rest of host_bytes */
	uint64_t host_bytes; /* sent over the host before QUEUE */
	uint64_t bytes;	     /* through the queue so far */
	size_t used, reserved;
	struct list chunks;
};

struct inet_pair {
	struct ref ref; /* one per end */
	struct mutex mu;
	struct inet_sock *end[2] GUARDED_BY(&mu); /* NULL once closed */
	struct inet_way way[2] GUARDED_BY(&mu);	  /* what that end sends */
};

/* Both names of a connection, as IPv6 addresses. */
struct inet_names {
	struct in6_addr local, remote;
	uint16_t local_port, remote_port;
};

/* In struct inet_sock. */
struct inet_half {
	_Atomic(struct inet_pair *) pair; /* set once */
	unsigned int nr;		  /* which end; before pair */
	/* Host calls under way (receives: begun without a pair, or in HOST), and bytes that went over the
	 * host: also before there is a pair. */
	atomic_uint sends, receives;
	_Atomic uint64_t host_sent, host_received;
	atomic_int sndbuf, rcvbuf; /* as set; 0: not */
	atomic_bool retry;	   /* connect(2) was not done when its names were asked for */
	/* pairs.mu */
	atomic_bool forbidden; /* looked at without, too */
	struct inet_names names;
	struct hash_node node;
};

void inet_pair_init(struct kernel *k);
/* A connection is established, or about to be: looks for the other end. peer: as accept(2) gave it, or
 * NULL: to be asked. */
void inet_pair_offer(struct inet_sock *i, const struct sockaddr_storage *peer);
/* What an accepted socket has of its listener. */
void inet_pair_inherit(struct inet_sock *child, const struct inet_sock *listener);
/* No pair from now on; the ways of one that there is end. mark: the next bytes are urgent. */
void inet_pair_forbid(struct inet_sock *i, bool mark);
/* Before the host's shutdown(2), and after it. */
void inet_pair_shutdown(struct inet_sock *i, int how);
void inet_pair_wake_peer(struct inet_sock *i);
/* Before connect(2) with AF_UNSPEC: what was not read is gone. */
void inet_pair_disconnect(struct inet_sock *i);
/* Before the host's close(2). True: it has to be a reset. */
bool inet_pair_close(struct inet_sock *i);
void inet_pair_free(struct inet_sock *i);
void inet_pair_limits_changed(struct inet_sock *i);

/* What poll(2) shows of queues; *ret_host: what of the host's answer counts besides, 0: it need not be asked. */
uint32_t inet_pair_poll(struct inet_sock *i, uint32_t *ret_host);
/* Bytes to be read in the queue, and whether the host's have to be added. */
size_t inet_pair_unread(struct inet_sock *i, bool *ret_and_host);
void inet_pair_count(struct inet_sock *i, uint64_t *ret_sent, uint64_t *ret_received);

/* One step of a send: bytes, -EAGAIN, -EFAULT, or WAY_GO_HOST; then inet_pair_sent() follows the host's
 * sendmsg(2), with the bytes that it took. */
#define WAY_GO_HOST (-0x10000L)
long inet_pair_send(struct inet_sock *i, struct sock_msg *m);
void inet_pair_sent(struct inet_sock *i, long n);
/* A receive that the host is to make. */
struct way_from_host {
	size_t limit; /* bytes that lie before those of the queue; SIZE_MAX: no matter */
	bool counted; /* in `receives` */
	bool first;   /* it reads host_bytes */
};
/* One step of a receive: bytes, -EAGAIN, -EFAULT, or WAY_GO_HOST with *ret; then inet_pair_received()
 * follows the host's recvmsg(2), with the bytes that have left its queue. */
long inet_pair_recv(struct inet_sock *i, struct sock_msg *m, struct way_from_host *ret);
void inet_pair_received(struct inet_sock *i, long n, const struct way_from_host *from);
/* A receive that has some bytes: may there be more at the other place? */
bool inet_pair_goes_on(struct inet_sock *i, bool from_host);
/* Would a blocking send wait? */
bool inet_pair_is_full(struct inet_sock *i, bool *ret_host);

#endif
