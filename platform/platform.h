/*
 * platform/platform.h - the seam between the sentry and the way guests are trapped
 *
 * Model: a platform starts guests, delivers their trapped calls, and carries out the sentry's
 * verdict on each. Between trap and verdict the guest thread is held. Verdicts:
 *   answer      the call returns this value to the guest (or a restart class, see below)
 *   continue    the host kernel runs the call as the guest made it
 *   redirect    the host kernel runs another call instead and its result is the guest's
 *   exec_stub   an execve is redirected to the stub (argv, envp stay the guest's own)
 *
 * Worker threads run ops->worker(), which loops: next event -> task_for_host_tid() -> fill t->call
 * -> task_serve() -> drain the run queue (runq_pop(), task_resume_parked()). Verdict functions may
 * be called from any thread of the sentry, unless the platform has one_owner: then its one worker
 * alone serves and resumes, and others who fill the run queue call kick_workers(). Each trapped call
 * gets exactly one verdict.
 *
 * Restart classes: answer(-ERESTARTSYS and friends) is valid at any time and always right: if the
 * thread has no deliverable signal (any more) the platform makes the call restart by itself.
 *
 * Signals: while a task's call is held and parked, the platform must find out that the host has a
 * deliverable signal for that thread, and call park_wake(t, WAKE_SIGNAL). ptrace sees it by itself
 * (the parked thread waits in a native, interruptible call); notify looks at the thread's state
 * when watch_signals() says that one may have been sent.
 *
 * A dead guest: verdicts on a thread that is gone are ignored (-ESRCH where one is returned).
 *
 * Locking: LOCK_PLATFORM inside; called without sentry locks except where said.
 */
#ifndef PLATFORM_PLATFORM_H
#define PLATFORM_PLATFORM_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "sentry/task.h"

struct kernel;
struct strbuf;
struct stub_plan;

struct platform_boot {
	pid_t init_host_tid; /* guest pid 1, stopped before its first exec (see boot protocol) */
	int listener_fd;     /* notify: taken by pidfd_getfd(), else -1 */
	int release_fd;	     /* ptrace: a byte written here lets init install its filter */
	int door_fd;	     /* ptrace: platform/ptrace/door.h, else -1 */
	bool has_names_dir;  /* notify: SENTRY_NAMES_DIR is there (policy/policy_fds.h) */
	unsigned int nr_workers;
	enum fast_mode fast_path;
};

/* What happens to the affinity of a task's thread: its own call shows it, somebody else's, or it is set. */
enum affinity_use { AFFINITY_OWN_CALL, AFFINITY_SHOWN, AFFINITY_SET };

#define CALL_NATIVE_AGAIN (-0x10005L)

struct platform {
	const char *name;
	bool one_owner; /* nothing but the worker may touch guest threads: ptrace */
	/* 0 if this host allows it, else -errno and a sentence in why (what, how to allow it). */
	int (*probe)(struct strbuf *why);
	int (*init)(struct kernel *k, const struct platform_boot *boot);
	void (*worker)(struct kernel *k, unsigned int index); /* returns at shutdown */
	unsigned int (*nr_workers)(const struct kernel *k);
	/* Wakes all workers so that they notice k->exiting or the run queue. */
	void (*kick_workers)(struct kernel *k);

	void (*answer)(struct task *t, long result);
	void (*continue_call)(struct task *t);
	void (*redirect)(struct task *t, int nr, const uint64_t args[6]);
	/* Optional. The held thread runs this call natively now, with signals held back, and done()
	 * makes the held call's result of it. -ERESTARTNOINTR: the guest makes its call again;
	 * CALL_NATIVE_AGAIN: once more, with the arguments that done() has changed. Then the thread
	 * goes on (as after a verdict). A call that could not be made has the result -EINTR, and done()
	 * is called for it, too. 0; -errno: nothing happened, the call is held. */
	int (*call_native)(struct task *t, int nr, uint64_t args[6],
			   long (*done)(struct task *t, long result, uint64_t args[6]));
	/* Optional: rt_sigaction(2), where the host's action must be another than the guest's. Returns
	 * SYS_CONTINUE or SYS_DONE. */
	long (*sigaction)(struct task *t, const uint64_t *args);
	/* The next trap of the thread is the stub's, or means that exec failed. */
	int (*exec_stub)(struct task *t, const char *path); /* the guest's, copied once */
	/* As answer(), and the thread takes this signal with exactly this siginfo before it returns
	 * to user mode (seccomp's SIGSYS). A blocked or ignored signal becomes SIGKILL. */
	void (*answer_with_signal)(struct task *t, long result, const siginfo_t *info);
	/* Called by park_commit's caller path: the call will be answered later. */
	void (*parked)(struct task *t);

	/* Is the thread's call still there (it was not killed)? For checks before copy-out. */
	bool (*call_valid)(struct task *t);
	bool (*is_signalled)(struct task *t);
	/* Is it stopped by SIGSTOP or its like? NULL: the host's /proc says so. */
	bool (*is_stopped)(struct task *t);
	/* Optional. The host thread's affinity becomes what the guest has set or inherited, if the
	 * platform has put another in its place. Called before it is shown or set. */
	void (*own_affinity)(struct task *t, enum affinity_use use);
	void (*watch_signals)(struct process *p, struct task *in_flight);

	/* Puts a duplicate of host_fd under number at in the guest's host fd table (O_CLOEXEC);
	 * t's call is held. 0 or -errno. */
	int (*install_fd)(struct task *t, int host_fd, int at);

	/* Optional, for fds that go to the stub. The first: under the lowest number that is free in the
	 * guest's host fd table; the number. The second: under number at, which is also the call's answer:
	 * a verdict, however it ends. */
	int (*install_lowest)(struct task *t, int host_fd);
	void (*answer_with_fd)(struct task *t, int host_fd, int at);

	/* Bytes moved (short at an unmapped page) or -errno (-EFAULT, -ESRCH). */
	ssize_t (*read_mem)(struct task *t, const struct iovec *local, size_t nr_local,
			    const struct iovec *remote, size_t nr_remote);
	ssize_t (*write_mem)(struct task *t, const struct iovec *local, size_t nr_local,
			     const struct iovec *remote, size_t nr_remote);

	void (*process_init)(struct process *p); /* each may be NULL */
	void (*process_free)(struct process *p);
	void (*task_added)(struct task *t, struct task *like); /* who has made it */
	void (*task_removed)(struct task *t);

	/* What the fast path (platform/fastpath/) has to know; each may be NULL. */
	/* False: try it again. *tls: the child's thread pointer, or 0; set to 0 if that does not tell it
	 * from t. */
	bool (*clone_starting)(struct task *t, uint64_t flags, uint64_t *tls);
	void (*process_forked)(struct process *child, struct process *from, bool shares_memory);
	void (*exec_committed)(struct task *t);
	/* Between that and the answer with the plan, which may be added to; in the stub's last call. */
	void (*exec_planned)(struct task *t, struct stub_plan *block);
	void (*exec_loaded)(struct task *t);
	/* t's mmap(2) of what is host_fd goes on natively, with these arguments. */
	void (*file_mapping)(struct task *t, const uint64_t *args, int host_fd);
	void (*cred_changed)(struct task *t); /* by itself */
	void (*no_fast_path)(struct task *t); /* from now on every call of t is to be trapped */
};

extern const struct platform platform_notify;
extern const struct platform platform_ptrace __attribute__((weak)); /* may be left out of a build */
const struct platform *platform_by_name(const char *name);	    /* NULL: unknown */
/* auto: the best that the host allows; explains itself into why. */
const struct platform *platform_choose(struct strbuf *why);

#endif
