/*
 * sentry/kernel.h - struct kernel: everything of one sandbox hangs off it
 *
 * There is one per sentry process, made by runsc-c/boot.c before the first guest instruction. No
 * mutable globals elsewhere: a function that needs state gets a task (t->kernel) or the kernel.
 */
#ifndef SENTRY_KERNEL_H
#define SENTRY_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "sentry/base/hash.h"
#include "sentry/base/list.h"
#include "sentry/base/lock.h"

struct dcache;
struct fs_type;
struct ipc_ns;
struct key_store;
struct mount;
struct mq_ns;
struct mount_ns;
struct net_view;
struct platform;
struct proc_state;
struct process;
struct spawner;
struct super;
struct guest_seccomp;
struct task;
struct tty;
struct strbuf;
struct tty_core;
struct unix_net;

#define UTS_LEN 65

enum forward_mode { FORWARD_AUDITED, FORWARD_NONE };
/* platform/fastpath/. ALWAYS is for tests: a channel for every thread, as soon as it makes calls. */
enum fast_mode { FAST_AUTO, FAST_OFF, FAST_ALWAYS };

/* host_oom.h */
struct host_oom {
	int sentry; /* what it has */
	int first;  /* what was asked for the first process */
};

struct kernel {
	/* ---- configuration, fixed before the first guest ---- */
	const struct platform *platform;
	enum forward_mode forward;
	unsigned int nr_cpus;  /* that the guest sees */
	uint64_t memory_limit; /* bytes; 0: none */
	uint32_t max_tasks;    /* --pids */
	uint64_t host_nofile;  /* RLIMIT_NOFILE of guests on the host */
	struct host_oom host_oom;
	int64_t boot_monotonic_ns; /* guest's boot: for uptime and start times */
	int64_t boot_realtime_ns;
	bool no_io_uring;
	struct guest_seccomp *seccomp_profile; /* guest_seccomp.h; NULL: none */
	bool strace;
	int strace_fd;
	int host_proc_fd;     /* O_PATH on a /proc of the sentry's (outer) pid namespace */
	int host_self_fd_dir; /* its self/fd */
	int guest_pid_ns; /* the guests' pid namespace, to ask for numbers in it; -1: not to be had */
	int host_dummy_fd; /* an eventfd: can be put under a number, cannot be mapped */
	int status_fd;	   /* pipe to the starter: the exit status goes there */

	/* ---- process tree: task.h ---- */
	struct rwlock tree_lock; /* LOCK_KERNEL_TREE */
	struct hash tasks_by_host_tid;
	struct hash tasks_by_tid;
	struct hash processes_by_pid;
	struct list processes;	    /* all, zombies included, in order of creation */
	struct process *init;	    /* with a spawner NULL until the first process is made */
	struct spawner *spawner;    /* spawn.h; NULL: none, set at boot */
	_Atomic uint32_t nr_tasks;  /* changed under tree_lock */
	uint64_t forks;		    /* for /proc/stat */
	struct mutex clone_mu;	    /* LOCK_CLONE: one binding at a time */
	struct list pending_clones; /* task_clone.c */
	_Atomic uint32_t nr_pending_clones;
	uint64_t next_clone_token;
	uint64_t clone_searches;	 /* for children of those that have ended; tree_lock */
	_Atomic uint32_t aio_nr;	 /* of AIO_MAX_NR: sentry/aio.h */
	_Atomic uint64_t uring_bytes;	 /* of URING_BYTES_MAX: fs/anon/uring.h */
	_Atomic uint32_t uring_requests; /* of URING_REQUESTS_MAX: syscalls/uring.h */
	_Atomic uint64_t next_share_id;	 /* process_share_id() */

	/* ---- names ---- */
	struct rwlock mounts_lock; /* LOCK_MOUNTS: all mount namespaces */
	struct mount_ns *root_ns;
	struct super *anon_super; /* pipes, eventfds, memfds, ... */
	struct mount *anon_mnt;	  /* its only mount, in no namespace */
	struct mount *memfd_mnt;  /* a tmpfs that nobody sees: memfds, shared memory */
	struct dcache *dcache;	  /* fs/vfs/dentry.c */
	struct list fs_types;
	struct mutex file_locks_mu; /* LOCK_FILE_LOCKS: fs/vfs/locks.c */
	struct mutex handles_mu;    /* LOCK_ANON: fs/vfs/handle.c */
	struct hash handles;	    /* inodes that file handles were asked for, not referenced */
	struct list blocked_locks;  /* who waits for whose POSIX lock: EDEADLK */
	uint64_t host_memory;	    /* bytes of RAM, for tmpfs's default size */
	_Atomic uint32_t nr_memfds; /* host descriptors that tmpfs holds, and how many it may */
	uint32_t max_memfds;
	_Atomic uint32_t nr_tmpfs_maps; /* of them in the sentry's memory */
	_Atomic uint64_t next_dev, next_ino, next_mnt_id;

	/* ---- UTS ---- */
	struct mutex uts_mu; /* LOCK_ANON */
	char hostname[UTS_LEN], domainname[UTS_LEN];

	/* What /proc/PID/uid_map and gid_map say; NULL: that all is as it is. Set at boot. */
	char *uid_map, *gid_map;

	/* ---- ttys ---- */
	struct tty *console;		 /* the host terminal behind standard input, if it is one */
	_Atomic(struct tty_core *) ttys; /* fs/devpts/tty.h; made with the first terminal */
	_Atomic(struct super *) devpts;	 /* the instance that /dev/ptmx opens */

	/* ---- what /proc keeps for the whole kernel ---- */
	_Atomic(struct proc_state *) proc;   /* fs/proc/sysctl.h: values of /proc/sys */
	_Atomic(struct mapnames *) mapnames; /* sentry/mem/mapnames.h */

	/* ---- sockets ---- */
	_Atomic(struct unix_net *) unix_net; /* netstack/socket/unix_impl.h; made with the first */
	void (*show_unix)(struct kernel *k, struct strbuf *sb); /* /proc/net/unix; set with it */
	_Atomic int unprivileged_port_start; /* ports from here on are everybody's */
	const struct net_view *net_view;     /* sentry/net_view.h; NULL: no network was set up */

	_Atomic(struct ipc_ns *) ipc;	  /* sentry/ipc/ipc.h; made at first use */
	_Atomic(struct key_store *) keys; /* sentry/keys.h; made at first use */
	_Atomic(struct mq_ns *) mqueues;  /* sentry/ipc/mqueue.h; made at first use */

	/* ---- the command ---- */
	bool own_init;		      /* pid 1 is our small init (platform/stub/init.c) */
	_Atomic bool command_started; /* a program of the guest's has been loaded */

	/* ---- end ---- */
	_Atomic bool exiting;
	/* wait(2) form, of the main command; SIGKILL until it has told us something else. */
	_Atomic int exit_status;
};

extern struct kernel *the_kernel; /* for logs and crash dumps only */

/* The guest's view of the kernel (uname). We implement the calls of this release. */
#define GUEST_SYSNAME "Linux"
#define GUEST_RELEASE "6.12.0-runsc-c"
#define GUEST_VERSION "#1 SMP PREEMPT_DYNAMIC"
#define GUEST_MACHINE "x86_64"

void kernel_init(struct kernel *k);
/* Ends the sandbox: all guests are killed, the workers return. status: wait(2) form. */
void kernel_shutdown(struct kernel *k, int status);

/* The event thread watches host fds for others: host ttys and pipes, pidfds, the lifeline.
 * fn runs in the event thread with the ready events. One registration per host fd; events may be
 * changed by calling again; EPOLLONESHOT as in epoll. unwatch: fn will not run after it returns
 * (unless called from fn itself). */
struct event_source {
	int fd;
	void (*fn)(struct event_source *src, uint32_t events);
	bool is_socket; /* fn may run in any thread, which holds no locks: event_flush() */
};
int event_watch(struct event_source *src, uint32_t epoll_events);
int event_change(struct event_source *src, uint32_t epoll_events); /* it is watched already */
void event_unwatch(struct event_source *src);
void event_thread_main(struct kernel *k); /* runs until shutdown */
int event_init(struct kernel *k);	  /* before the host's filter closes */
void event_kick(void);			  /* makes the event thread look at the run queue */
/* What has happened on sockets by now has been told when it returns. Without locks; not from fn. */
void event_flush(void);

#endif
