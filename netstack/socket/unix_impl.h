/*
 * netstack/socket/unix_impl.h - what the files of AF_UNIX share with each other only
 *
 * Model: a struct unix_sock has a queue of messages that others sent to it. A message is charged to
 * its sender (wmem) until it is gone, with the size that Linux's buffers would have, so that as much
 * fits in flight as there. Streams and seqpackets are connected to a peer for good; a listener keeps
 * the sockets that accept(2) will return (embryos). Datagram sockets may have a peer as default
 * destination.
 *
 * A socket whose file was closed is dead: it stays as long as somebody refers to it, without queue
 * and name, and refuses what is sent.
 *
 * Names: paths are found by inode, abstract names by (type, name), both in struct unix_net. An
 * address never changes once it is set.
 *
 * Locking, in this order: net->mu (LOCK_UNIX) guards names and all changes of connections: state,
 * peer, shutdown and embryos of any socket change only with it held; net->gc_mu guards what is in
 * flight; sock.mu guards one socket's queue, and its state again, so that the data path needs no
 * other lock. Two sock.mu are never held at once. No lock is held over a guest copy, nor when files
 * or paths are put.
 */
#ifndef NETSTACK_SOCKET_UNIX_IMPL_H
#define NETSTACK_SOCKET_UNIX_IMPL_H

#include <sys/un.h>

#include "fs/vfs/vfs.h"
#include "netstack/socket/socket.h"
#include "sentry/base/hash.h"
#include "sentry/base/list.h"

#define UNIX_DGRAM_QLEN 10 /* net.unix.max_dgram_qlen */
#define UNIX_MSG_FRAG 32768u
#define UNIX_PATH_OFFSET ((int)offsetof(struct sockaddr_un, sun_path))

enum unix_state { UNIX_CLOSE, UNIX_LISTEN, UNIX_ESTABLISHED };

#define SHUT_BIT_RCV 1u
#define SHUT_BIT_SEND 2u
#define SHUT_BIT_BOTH 3u

struct unix_addr {
	int len; /* as getsockname(2) gives it */
	struct sockaddr_un name;
	char nul; /* a path may fill sun_path */
};

struct unix_msg {
	struct list node;
	struct ref ref;		  /* the queue's, and readers that copy out */
	struct unix_sock *sender; /* referenced */
	struct scm scm;
	uint32_t truesize;
	uint32_t off, len; /* what is left, in data */
	unsigned char data[];
};

struct unix_sock {
	struct socket sock; /* sock.mu */
	enum unix_state state;
	atomic_uint shutdown; /* SHUT_BIT_*; looked at without locks, too */
	bool dead;
	struct unix_sock *peer; /* referenced */
	struct list queue;
	uint32_t qlen; /* messages, or embryos of a listener */
	uint64_t qbytes;
	uint32_t backlog;
	struct list embryos, embryo_node;
	struct wait_queue space; /* woken (SOCK_EV_OUT) when there is room in our queue */
	struct wait_entry relay; /* datagrams: on the peer's space, wakes our own queue */
	_Atomic int64_t wmem;
	_Atomic(struct unix_addr *) addr;

	/* net->mu */
	struct hash_node name_node; /* in by_inode or by_name */
	struct path path;	    /* of a path name */
	struct list all_node;
	uint64_t seq; /* grows along net->all */

	/* gc_mu */
	uint32_t in_flight; /* references to our file that lie in messages */
	uint32_t gc_refs;
	bool gc_candidate, gc_live;
	struct list gc_node, gc_todo;
};

struct unix_net {
	struct mutex mu;
	struct hash by_inode, by_name;
	struct list all;
	uint64_t next_seq;
	uint32_t next_auto;
	struct mutex gc_mu;
	struct list flying;	/* sockets with in_flight > 0 */
	atomic_uint nr_flying;	/* references to sockets in flight */
	atomic_uint nr_files;	/* all files in flight */
	bool gc_running;	/* gc_mu */
	atomic_uint gc_skipped; /* closes since the last collection */
};

static inline struct unix_sock *unix_of(struct socket *s)
{
	return container_of(s, struct unix_sock, sock);
}

static inline bool unix_is_dgram(const struct unix_sock *u)
{
	return u->sock.type == SOCK_DGRAM;
}

struct unix_net *unix_net_of(struct kernel *k);

/* unix.c */
must_check int unix_sock_new(struct kernel *k, int type, struct unix_sock **ret);
static inline void unix_put(struct unix_sock *u)
{
	if (u)
		socket_put(&u->sock);
}
/* A new reference to the peer, or NULL. */
struct unix_sock *unix_peer_get(struct unix_sock *u);
bool unix_writable(struct unix_sock *u);
/* The file of u is gone: all but the memory goes. embryo: it was never accepted. */
void unix_release(struct unix_sock *u, bool embryo);

/* unix_name.c */
int unix_bind(struct socket *s, struct task *t, const struct sockaddr_storage *a, int len);
int unix_autobind(struct unix_sock *u);
/* Takes u's name out of the tables; net->mu is held. The path is the caller's to put. */
void unix_unname_locked(struct unix_net *net, struct unix_sock *u, struct path *ret_path);
int unix_getname(struct socket *s, bool peer, struct sockaddr_storage *ret);
int unix_check_addr(const struct sockaddr_storage *a, int len);
/* The socket of that name and type, a new reference: -ECONNREFUSED, -EPROTOTYPE, or the path's. */
must_check int unix_find(struct task *t, struct kernel *k, const struct sockaddr_storage *a,
			 int len, int type, struct unix_sock **ret);
struct unix_addr *unix_addr_copy(const struct unix_addr *a); /* NULL: out of memory */

/* unix_connect.c */
int unix_stream_connect(struct socket *s, struct task *t, const struct sockaddr_storage *a, int len,
			bool nonblock, struct socket **other);
int unix_dgram_connect(struct socket *s, struct task *t, const struct sockaddr_storage *a, int len,
		       bool nonblock, struct socket **other);
int unix_listen(struct socket *s, struct task *t, int backlog);
int unix_accept(struct socket *s, struct socket **ret);
int unix_pair(struct socket *a, struct socket *b, struct task *t);
/* u's default destination becomes to (reference taken over; NULL: none); net->mu is held. *ret_old
 * and the messages in *drop are the caller's to drop without locks. */
void unix_dgram_set_peer_locked(struct unix_sock *u, struct unix_sock *to,
				struct unix_sock **ret_old, struct list *drop);

/* unix_send.c, unix_recv.c */
ssize_t unix_stream_send(struct socket *s, struct task *t, struct sock_msg *m);
ssize_t unix_dgram_send(struct socket *s, struct task *t, struct sock_msg *m);
ssize_t unix_seqpacket_send(struct socket *s, struct task *t, struct sock_msg *m);
size_t unix_whole(struct socket *s);
ssize_t unix_stream_recv(struct socket *s, struct task *t, struct sock_msg *m);
ssize_t unix_dgram_recv(struct socket *s, struct task *t, struct sock_msg *m);
ssize_t unix_seqpacket_recv(struct socket *s, struct task *t, struct sock_msg *m);
void unix_msg_put(struct unix_msg *msg);
void unix_msgs_free(struct list *msgs);

/* unix_gc.c */
must_check int unix_fly(struct task *t, struct kernel *k,
			struct scm_files *files); /* -ETOOMANYREFS */
void unix_land(struct kernel *k, struct scm_files *files);
/* A socket was closed while some are in flight. */
void unix_gc_maybe(struct kernel *k);

#endif
