/*
 * netstack/socket/inet_impl.h - what the files of the Internet sockets share with each other only
 *
 * Readiness: the event thread watches the host's socket, edge-triggered, from the moment that
 * somebody waits; see inet_arm(). States of a watch, all under sock.mu:
 *  not added   nobody has waited yet
 *  armed = M   in the event thread's epoll for the events M; an edge wakes sock.wq
 *  armed = 0   in the epoll for nothing: an edge came and nobody waited for it
 * Waiters register on sock.wq, then try, and the try that would block calls inet_arm(), which makes
 * the host report what is ready by then. So an edge between a try and the sleep is never lost, and
 * traffic that nobody waits for wakes no thread more than once.
 *
 * Errors: the host keeps SO_ERROR. sock.err holds one that came behind a partial count: the next
 * call returns it.
 *
 * Locking: sock.mu (LOCK_SOCKET) is held around epoll_ctl(2) only, never around another host call
 * or a guest copy. The rest of struct inet_sock is fixed or atomic. The line to the broker has a
 * lock of its own (LOCK_ANON), held for one request.
 */
#ifndef NETSTACK_SOCKET_INET_IMPL_H
#define NETSTACK_SOCKET_INET_IMPL_H

#include <poll.h>
#include <stdatomic.h>

#include "netstack/socket/inet.h"
#include "netstack/socket/inet_pair.h"
#include "netstack/socket/socket.h"
#include "sentry/base/list.h"
#include "sentry/kernel.h"

#define INET_CONTROL_MAX 1024 /* control messages of one message, either way */

struct inet_sock {
	struct socket sock;
	struct event_source src; /* the host's socket */
	struct list table_node;	 /* inet_table.h */
	uint64_t seq;
	atomic_uint armed; /* changed under sock.mu */
	bool watched;	   /* sock.mu */
	atomic_bool
		recv_ended; /* by shutdown(2), which counts for unconnected datagram sockets, too */
	struct inet_half half; /* of a connection within the sandbox: inet_pair.h */
	/* The peer's address as accept(2) reported it; before the file exists. */
	struct sockaddr_storage first_peer;
	int first_peer_len;
};

static inline struct inet_sock *inet_of(struct socket *s)
{
	return container_of(s, struct inet_sock, sock);
}

static inline int inet_fd(struct socket *s)
{
	return inet_of(s)->src.fd;
}

static inline bool inet_is_stream(const struct socket *s)
{
	return s->type == SOCK_STREAM;
}

/* A host call found nothing to do: whoever waits on s is told when events (POLLIN or POLLOUT) come. */
void inet_arm(struct socket *s, uint32_t events);
/* -EAFNOSUPPORT for families that the host's code has no business with; -EINVAL for a stump. */
int inet_check_addr(const struct socket *s, const struct sockaddr_storage *a, int len);

/* inet_host.c: the host's sockets */
int inet_host_mode(void);
must_check int inet_host_new(unsigned int kind, int *ret_fd);
/* Binds where only the broker may: -EACCES if nobody may. */
must_check int inet_host_bind_privileged(int fd, const struct sockaddr_storage *a, int len);
/* Room for one more descriptor of the sentry's: false at the limit. put gives it back. */
bool inet_host_reserve(struct kernel *k);
void inet_host_unreserve(struct kernel *k);

/* inet_msg.c */
ssize_t inet_stream_send(struct socket *s, struct task *t, struct sock_msg *m);
ssize_t inet_dgram_send(struct socket *s, struct task *t, struct sock_msg *m);
ssize_t inet_stream_recv(struct socket *s, struct task *t, struct sock_msg *m);
ssize_t inet_dgram_recv(struct socket *s, struct task *t, struct sock_msg *m);

/* inet_cmsg.c */
/* From a guest's copied control buffer to one for the host, of INET_CONTROL_MAX bytes. */
must_check int inet_control_in(const struct socket *s, const void *from, size_t len, void *to,
			       size_t *ret_len);
/* The host's control messages that a guest may see, one after the other as the guest gets them, in
 * m->control. */
must_check int inet_control_out(const void *from, size_t len, struct sock_msg *m);

/* inet_options.c, inet_ioctl.c */
int inet_setsockopt(struct socket *s, struct task *t, int level, int name, const void *val,
		    int len);
int inet_getsockopt(struct socket *s, struct task *t, int level, int name, void *val, int *len);
long inet_ioctl(struct socket *s, struct task *t, unsigned int cmd, uint64_t arg);

#endif
