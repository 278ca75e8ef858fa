/*
 * netstack/socket/socket.h - sockets: what is the same for every family, and the seam below it
 *
 * Model: a struct socket is one end of communication. The file that a guest holds refers to it; other
 * sockets, messages in flight and a listener's queue may, too, so it is refcounted apart from the
 * file. A family (AF_UNIX, ...) registers a create function, which picks the ops by type. Family
 * code embeds struct socket first in its own struct.
 *
 * Ops never sleep: -EAGAIN means that sock->wq will be woken when it is worth another try (or, for
 * sendmsg and connect, the queue that ops->space gives for the socket in *other). Waiting, time-outs,
 * SIGPIPE and partial counts are the syscall layer's (syscalls/sys_sockmsg.c).
 *
 * Options of level SOL_SOCKET are kept here (options.c); a family looks at them where they matter.
 *
 * Locking: sock->mu (LOCK_SOCKET) is the family's for its state; the generic part only guards
 * peer_cred with it. Options are single words, read and written without a lock.
 */
#ifndef NETSTACK_SOCKET_SOCKET_H
#define NETSTACK_SOCKET_SOCKET_H

#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "netstack/socket/scm.h"
#include "sentry/base/base.h"
#include "sentry/base/lock.h"
#include "sentry/base/ref.h"
#include "sentry/timer.h"
#include "sentry/wait.h"

struct cred;
struct file;
struct landlock_domain;
struct kernel;
struct socket;
struct task;
struct uio;

#define SOCK_TYPES 11		      /* types lie below this */
#define SOCK_BUF_DEFAULT 212992	      /* net.core.wmem_default and friends */
#define SOCK_BUF_MAX 212992	      /* net.core.wmem_max; SO_SNDBUF doubles what it is given */
#define SOCK_BUF_FORCE_MAX (64 << 20) /* ours, for SO_SNDBUFFORCE */
#define SOCK_WHOLE 2048 /* any family takes as much whole, even with the smallest SO_SNDBUF */
#define SOCK_WHOLE_MAX (256 << 10) /* others should not wait long for one call over a channel */
#define SOCK_BACKLOG_MAX 4096	   /* net.core.somaxconn */

#define SOCK_EV_IN (POLLIN | POLLRDNORM | POLLRDBAND | POLLPRI)
#define SOCK_EV_OUT (POLLOUT | POLLWRNORM | POLLWRBAND)
#define SOCK_EV_ALL (SOCK_EV_IN | SOCK_EV_OUT | POLLRDHUP | POLLERR | POLLHUP)

/* One send or receive. It lives through all tries of a call. */
struct sock_msg {
	struct uio *uio;
	int flags;	/* MSG_*; MSG_DONTWAIT says that the call does not block */
	int out_flags;	/* receive: MSG_TRUNC, MSG_CTRUNC, MSG_EOR */
	ssize_t copied; /* bytes moved by earlier tries (streams) */
	/* The destination (namelen 0: none), or the sender's address. */
	struct sockaddr_storage name;
	int namelen;
	struct scm scm;	      /* what goes along, or what came */
	struct socket *other; /* destination once found; referenced, dropped with the call */
	/* Families with ops->has_control: a copy of the caller's control messages; when receiving,
	 * those that the family has for the caller. Allocated, dropped with the call. */
	void *control;
	size_t control_len;
	bool wants_control; /* receive: the caller gave room for some */
};

/* Entries may be NULL and then give -EOPNOTSUPP, if nothing else is said. */
struct socket_ops {
	int (*bind)(struct socket *s, struct task *t, const struct sockaddr_storage *a, int len);
	/* *other: see struct sock_msg. -EINPROGRESS, -EALREADY: sock->wq is woken (SOCK_EV_OUT) when
	 * it is done, and another call says how it went. */
	int (*connect)(struct socket *s, struct task *t, const struct sockaddr_storage *a, int len,
		       bool nonblock, struct socket **other);
	int (*listen)(struct socket *s, struct task *t, int backlog);
	int (*accept)(struct socket *s, struct socket **ret); /* a new reference */
	/* The peer of what accept has just returned, as accept(2) gives it. [getname] */
	int (*accept_name)(struct socket *s, struct sockaddr_storage *ret);
	int (*pair)(struct socket *a, struct socket *b, struct task *t);
	/* Returns the length of the address. */
	int (*getname)(struct socket *s, bool peer, struct sockaddr_storage *ret);
	int (*shutdown)(struct socket *s, int how); /* how is valid */
	/* Bytes, -EAGAIN (more may be in m->copied), -errno. recvmsg: 0 bytes is an end or an empty
	 * message. A partial count before an error is the caller's to prefer. */
	ssize_t (*sendmsg)(struct socket *s, struct task *t, struct sock_msg *m);
	ssize_t (*recvmsg)(struct socket *s, struct task *t, struct sock_msg *m);
	/* In a call over a channel (sentry/task.h): how many bytes a sendmsg takes as a whole or, with -EAGAIN,
	 * not at all. [SOCK_WHOLE] */
	size_t (*whole)(struct socket *s);
	/* The queue that wakes (SOCK_EV_OUT) when other has room for what it refused. [none] */
	struct wait_queue *(*space)(struct socket *other);
	uint32_t (*poll)(struct socket *s); /* required */
	long (*ioctl)(struct socket *s, struct task *t, unsigned int cmd,
		      uint64_t arg);		  /* [-ENOTTY] */
	bool (*listening)(struct socket *s);	  /* SO_ACCEPTCONN [no] */
	void (*buffer_changed)(struct socket *s); /* SO_SNDBUF, SO_RCVBUF, SO_PASSCRED [nothing] */
	/* Levels other than SOL_SOCKET; the value was copied in, at most SOCK_OPT_MAX bytes. With
	 * own_sol_socket that level, too: SOCK_OPT_GENERIC leaves an option to options.c. val NULL:
	 * it could not be copied in; what comes before -EFAULT, or that. */
	int (*setsockopt)(struct socket *s, struct task *t, int level, int name, const void *val,
			  int len);
	int (*getsockopt)(struct socket *s, struct task *t, int level, int name, void *val,
			  int *len);
	void (*release)(struct socket *s); /* required: the file is gone (or never came) */
	void (*destroy)(struct socket *s); /* required: the last reference is gone */
	bool sigpipe;			   /* -EPIPE of a send comes with SIGPIPE */
	bool has_control;		   /* see struct sock_msg; else SCM_* only */
	bool own_sol_socket;
};

#define SOCK_OPT_MAX 512
#define SOCK_OPT_GENERIC 1

struct sock_options {
	_Atomic uint64_t bits[2]; /* boolean options by number */
	atomic_int sndbuf, rcvbuf, rcvlowat, priority, mark, busy_poll, peek_off, tsflags;
	atomic_int linger_on, linger_time;
	_Atomic int64_t rcvtimeo_ns, sndtimeo_ns; /* TIMER_NEVER: none */
	_Atomic uint64_t max_pacing, cookie;
};

/* Who is on the other side: SO_PEERCRED, SO_PEERGROUPS. */
struct sock_peercred {
	pid_t pid;
	struct cred *cred; /* NULL: nobody */
};

struct socket {
	struct ref ref;
	const struct socket_ops *ops;
	struct kernel *kernel;
	int family, type, protocol;
	struct wait_queue wq;
	struct mutex mu;
	struct file *file; /* borrowed; NULL before accept(2) and after the last close */
	uint64_t ino;	   /* of file */
	struct landlock_domain *landlock; /* the maker's, referenced */
	atomic_int err;			  /* SO_ERROR, positive */
	struct sock_options opt;
	struct sock_peercred peer_cred GUARDED_BY(&mu);
};

struct socket_family {
	int family;
	/* -ESOCKTNOSUPPORT, -EPROTONOSUPPORT, -EPERM, -ENOMEM */
	int (*create)(struct kernel *k, struct task *t, int type, int protocol,
		      struct socket **ret);
};

/* socket(2) without the file: -EAFNOSUPPORT, -EINVAL, or the family's errno. */
must_check int socket_create(struct task *t, int family, int type, int protocol,
			     struct socket **ret);
/* For families. */
void socket_init(struct socket *s, struct kernel *k, const struct socket_ops *ops, int family,
		 int type, int protocol);
void socket_fini(struct socket *s); /* in destroy, before the memory is freed */

static inline struct socket *socket_get(struct socket *s)
{
	ref_get(&s->ref);
	return s;
}
void socket_put(struct socket *s);
/* A file for s, whose reference it takes on success. flags: O_NONBLOCK. */
must_check int socket_file_new(struct task *t, struct socket *s, int flags, struct file **ret);
struct socket *socket_of_file(struct file *f); /* borrowed; NULL: not a socket */

/* The pending error, negative, and clears it; 0: none. */
static inline int socket_take_error(struct socket *s)
{
	if (atomic_load_explicit(&s->err, memory_order_relaxed) == 0)
		return 0;
	return -atomic_exchange(&s->err, 0);
}

/* options.c */
void sock_options_init(struct sock_options *o);
bool sock_option_on(const struct socket *s, int name); /* a boolean option of SOL_SOCKET */
int sock_setsockopt(struct socket *s, struct task *t, int level, int name, const void *val,
		    int len);
/* val has room for SOCK_OPT_MAX bytes; *len: what the caller wants, then what there is. */
int sock_getsockopt(struct socket *s, struct task *t, int level, int name, void *val, int *len);
/* SO_PEERGROUPS can be long: *ret_groups is allocated. -ENODATA: no peer. */
int sock_peer_groups(struct socket *s, uint32_t **ret_groups, uint32_t *ret_n);
void sock_set_peercred(struct socket *s, struct task *t); /* t is the peer; takes s->mu */
void sock_copy_peercred(struct socket *to, struct socket *from);

#endif
