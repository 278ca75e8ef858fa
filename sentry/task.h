/*
 * sentry/task.h - tasks (guest threads), processes (thread groups), and the tree they form
 *
 * Model: guest threads are host threads; pids, parents, wait, sessions and process groups are the
 * host's in the container's pid namespace. This is the sentry's mirror of that tree, with what only
 * the sentry knows: credentials, fd tables, fs contexts, limits, seccomp filters.
 *
 *  task     one thread. Key: host tid (in the sentry's pid namespace) and a generation; tid is the
 *           number the guest sees. Born when its clone is resolved (task_clone.c), ends at its exit
 *           call, at its group's death (pidfd), or when a sibling's exec commits.
 *  process  a thread group; outlives its tasks as a zombie until its parent reaped it on the host.
 *
 * States of a process: LIVE -> DYING (exit_group seen or pidfd readable; its fds, locks and
 * timers are released) -> ZOMBIE (host: waitable) -> gone. The release is done before the host may
 * tell the parent, where the sentry has a choice (exit_group is continued after it).
 *
 * Ownership: task holds its process, cred, fdtable, fs. References to tasks are counted: whoever
 * found one by number puts it. A task's "own" fields (below) are changed only by its own calls.
 *
 * Locking: kernel->tree_lock for tree links and the tables; process->mu for limits, timers,
 * signal state of the group; task->mu for cred/fdtable/fs pointers as others see them (/proc).
 *
 * What is not here: signal masks, dispositions and pending sets are the host's; signal.h reads
 * them from the host's /proc when the sentry has to know.
 */
#ifndef SENTRY_TASK_H
#define SENTRY_TASK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "fs/vfs/vfs.h"
#include "sentry/base/base.h"
#include "sentry/base/hash.h"
#include "sentry/base/list.h"
#include "sentry/base/lock.h"
#include "sentry/base/ref.h"
#include "fs/vfs/vfs.h"
#include "sentry/cred.h"
#include "sentry/kernel.h"
#include "sentry/park.h"

struct bound;
struct channel;
struct exec_plan;
struct fast_mm;
struct fdtable;
struct file;
struct fs_context;
struct guest_seccomp;
struct key;
struct landlock_domain;
struct mount_ns;
struct pending_clone;
struct posix_timers;
struct session;
struct spawn;
struct task_shadow;
struct window;

#define TASK_COMM_LEN 16
#define NR_RLIMITS 16

/* A trapped call, copied once from the platform. */
struct guest_call {
	int nr;
	uint64_t args[6];
	uint64_t ip;
};

/* The platform's part of a task; opaque to everybody else (platform/platform.h). */
struct plat_thread {
	pid_t host_tid;
	uint64_t cookie;	/* notify: id of the notification being served */
	_Atomic int state;	/* the platform's */
	_Atomic int flags;	/* the platform's; several threads change bits of it */
	int proc_dir_fd;	/* -1, or /proc/<tid> kept open */
	struct list owner_node; /* ptrace: posted answers; notify: senders of continued kills */
	uint64_t kill_number;	/* notify: of the last of them, under their lock */
	atomic_uint kick_seen;	/* process->kick_seq when the call was received, or before */
	bool got_fd;		/* notify: ADDFD was used on the call being served */
	uint64_t saved[8];
	void *priv;
	/* fast path: platform/fastpath/channel.h */
	_Atomic(struct channel *) channel; /* changed under its lock */
	unsigned int traps;		   /* since window_ns */
	int64_t window_ns;
	uint32_t held_slot, clone_slot; /* 1 + number: fast_mm.c */
	uint64_t tls;			/* its thread pointer in the beginning; 0: unknown */
	bool spare_awaits;		/* there was a channel for it when it began */
	bool early;			/* its program is known to make many calls */
	bool new_text;			/* its last call mapped a library: notify/known_sites.h */
	uint32_t all_traps;		/* calls that could have gone over a channel */
	struct channel *exec_channel;	/* its stub is mapping it: notify/exec_channel.h */
	uintptr_t program;		/* 0: not looked up yet; program.c */
	_Atomic(struct bound *) bound;	/* platform/fastpath/share.c */
	_Atomic int64_t bind_after_ns;
	/* notify/spread.c: since its last look */
	struct spread {
		int64_t since_ns, next_ns, ran_ns, waited_ns;
		unsigned int shift, tries;
		bool known;
	} spread;
};

#define PROCESS_ENDED 64

enum process_state { PROCESS_LIVE, PROCESS_DYING, PROCESS_ZOMBIE };

struct process {
	struct ref ref;
	struct kernel *kernel;
	pid_t host_pid;
	pid_t pid; /* guest's */
	int pidfd; /* host; -1 until the process is watched */
	struct hash_node by_pid;
	struct list all_node;

	/* tree_lock */
	struct process *parent;
	struct list children, sibling;
	struct list tasks;
	_Atomic uint32_t nr_tasks; /* looked at without, too */
	/* Host numbers of threads that have lost their records, the last ones: the host may still list them. */
	pid_t ended[PROCESS_ENDED];
	uint32_t nr_ended;
	pid_t pgid;
	struct session *session;
	_Atomic(enum process_state) state; /* changed under tree_lock, looked at without, too */
	bool is_subreaper;
	_Atomic int killed_as; /* a signal that SIGKILL stands for; 0: itself */
	bool has_execed;       /* setpgid(2): EACCES for a child that exec'ed */
	bool leader_replaced;  /* by an exec of another thread; set under tree_lock, stays */
	int exit_signal;       /* clone's; SIGCHLD */
	char zombie_comm[TASK_COMM_LEN]; /* the name of the last thread to go, for /proc */
	struct process *vfork_parent;	 /* not yet resumed */
	struct spawn *spawn; /* the request that it was made for: spawn.h; NULL: made by a guest */

	/* mu */
	struct mutex mu;
	struct rlimit64 limits[NR_RLIMITS];
	struct posix_timers *timers; /* itimers and timer_create: sentry/time/ */
	uint64_t umem_arg_start, umem_arg_end, umem_env_start, umem_env_end;
	struct path exe;      /* what /proc/pid/exe shows */
	bool exe_held;	      /* its inode is kept from being written to: task_exec.c */
	_Atomic int dumpable; /* looked at without, too */
	int oom_score_adj;
	struct session *no_tty_in; /* gave up the terminal of this session alone (TIOCNOTTY); only
				    * compared; LOCK_CTTY */
	uint32_t coredump_filter_xor; /* difference from the default 0x33 */
	int64_t start_ns;	      /* monotonic */
	struct list aio_contexts;     /* sentry/aio.h */
	struct key *keyring;	      /* sentry/keys.h, under its lock; NULL: none */
	/* For kcmp(2): equal exactly if shared; io_id is 0 before the first ioprio_set(2). */
	_Atomic uint64_t mm_id, sighand_id, io_id;
	bool no_host_wait;	 /* reserved for parked waits */
	struct fast_mm *fast_mm; /* platform/fastpath/: may be NULL */
	uint32_t fast_slots;	 /* slots that its memory has seen before that */
	atomic_bool own_gs;	 /* the guest has set its %gs */
	/* Faults of the shim's copies (SIGSEGV, SIGBUS): platform/stub/fault.c sees them; it cannot, since the
	 * guest has actions of its own. */
	atomic_bool fault_handlers, own_faults;

	/* Signals: see signal.h and platform/notify/kick.c. */
	struct sighand *sighand; /* mu; NULL: nothing to remember */
	atomic_uint kick_seq;	 /* counts possible signals to the group */
	struct timer kick_timer; /* looks again at threads that were just waking up */
	atomic_uint kick_step;
	atomic_bool waits_in_flight; /* a wait4 went on natively since the last look at children */
	/* The thread whose exec is under way, borrowed: written under tree_lock. */
	_Atomic(struct task *) exec_task;
	/* Guest memory is found by the number of the leader, which an exec of any thread gives to a
	 * new program: mem/usermem.c. */
	atomic_bool exec_going;	   /* the host may be replacing the program */
	atomic_uint mem_users;	   /* copies to or from the leader's memory that are under way */
	atomic_uint attachments;   /* of the platform's, to its threads, that are under way */
	atomic_uint program;	   /* counts execs that were committed */
	struct event_source death; /* pidfd in the event thread */
};

/* An interrupted call with a deadline: where restart_syscall(2) goes on. It is recognised by its
 * place and its arguments, as calls that the host serves are restarted by the same number. */
struct restart_block {
	struct guest_call call;
	int64_t deadline_ns; /* monotonic */
};

struct task {
	struct ref ref;
	struct kernel *kernel;
	struct process *process;
	struct plat_thread plat;
	pid_t tid; /* guest's */
	uint64_t generation;
	struct hash_node by_host_tid, by_tid;
	struct list process_node;
	/* TASK_SERVING from trap to verdict (parked calls included), TASK_DEAD once the host thread
	 * is gone or going. Who sets DEAD on a task that is not SERVING, or clears SERVING on one
	 * that is DEAD, releases its files and fs context: exactly one does. */
	atomic_uint life;

	/* own */
	struct guest_call call; /* being served */
	struct park park;
	struct pending_clone *pending_clone; /* continued, not yet resolved */
	uint64_t
		host_slack; /* the thread's timer slack on the host; 0: not known. kernel->clone_mu */
	struct exec_plan *exec_plan;   /* exec under way */
	struct guest_seccomp *seccomp; /* the guest's own filters, interpreted */
	/* The call came over a channel, so its thread is not held: nothing may wait, go on natively or
	 * put fds into the guest. What has to is made again as a trapped call. */
	bool in_channel;
	bool channel_blocked;	/* such a call would have waited */
	uint64_t channel_notes; /* what it leaves where it would wait (sentry/wait.h); 0: nothing */
	bool channel_noted;	/* it has, and they say all that there is to wait for */
	struct window *window;	/* sentry/mem/window.h; NULL: none */
	bool no_new_privs;
	bool in_exec_stub; /* between the stub's first trap and its last */
	uint64_t timerslack_ns, default_timerslack_ns;
	int pdeath_signal;
	uint64_t personality;
	uint64_t robust_list;
	int sched_policy, sched_priority; /* remembered; the host's is always SCHED_OTHER */
	bool sched_reset_on_fork;
	uint64_t dl_runtime, dl_deadline, dl_period; /* of SCHED_DEADLINE, remembered */
	int ioprio;				     /* 0: not set */
	int nice; /* what the guest set; the host follows where it may */
	/* sentry/keys.h, under its lock; NULL: none */
	struct key *thread_keyring, *session_keyring;
	unsigned char reqkey_keyring; /* KEY_REQKEY_DEFL_* */
	struct restart_block restart; /* syscalls/poll.c */
	uint64_t wait_mask; /* signals that the parked call holds back: ppoll(2) and the like */
	/* Stands in for a request that goes on without its thread: task_shadow.h. NULL: a thread. */
	struct task_shadow *shadow;
	void *call_state; /* what a handler keeps between a redirect and its completion */

	/* mu: others look at these */
	struct mutex mu;
	struct cred *cred;
	struct fdtable *files;
	struct fs_context *fs;
	struct mount_ns *mnt_ns;
	struct landlock_domain *landlock; /* fs/vfs/landlock.h; NULL: none */
	char comm[TASK_COMM_LEN];
	struct list shadows; /* task_shadow.h */
};

/* Its call is about to fail with a signal to itself, which must come before the result: true if the
 * call has to be made again, as a trapped one, instead. */
static inline bool task_punts(struct task *t)
{
	if (t->in_channel) {
		t->channel_blocked = true;
		t->channel_notes = 0;
	}
	return t->in_channel;
}

/* A channel call's end where it would have waited. */
static inline long task_channel_would_wait(struct task *t)
{
	t->channel_blocked = true;
	return -EAGAIN;
}

/* TASK_IN_CHANNEL comes with SERVING: the call is one of the fast path. */
enum { TASK_SERVING = 1, TASK_DEAD = 2, TASK_IN_CHANNEL = 4 };

static inline bool task_is_dead(const struct task *t)
{
	return atomic_load(&t->life) & TASK_DEAD;
}

static inline const struct cred *task_cred(const struct task *t)
{
	return t->cred;
}
bool task_has_cap(const struct task *t, int cap);
void task_set_cred(struct task *t, struct cred *c); /* takes c */
struct cred *task_cred_get(struct task *t);	    /* of another task; new reference */
struct fdtable *task_files_get(struct task *t);	    /* may be NULL: exiting */
struct fs_context *task_fs_get(struct task *t);	    /* may be NULL */
uint64_t task_rlimit(struct task *t, int resource); /* soft limit */
void task_comm_get(struct task *t, char comm[TASK_COMM_LEN]);
void task_comm_set(struct task *t, const char *name);

struct task *task_get(struct task *t);
void task_put(struct task *t);
/* wait(2)'s status, as the host knows it, of a process that may have been killed in another's stead. */
int process_status(const struct process *p, int status);
struct process *process_get(struct process *p);
void process_put(struct process *p);

/* Look-ups by guest number; new references or NULL. Zombies the host has reaped are not found. */
struct task *task_by_tid(struct kernel *k, pid_t tid);
struct process *process_by_pid(struct kernel *k, pid_t pid);
/* Has a process of that host number begun to exit? Its threads have no tasks any more, and run on
 * until the host stops them. */
bool process_is_ending(struct kernel *k, pid_t host_pid);
struct task *process_any_task(struct process *p); /* its leader if alive; NULL: none left */
/* Iterate without holding locks: the next live-or-zombie process with pid > after; NULL: end. */
struct process *process_next(struct kernel *k, pid_t after);
struct task *process_next_task(struct process *p, pid_t after_tid);
struct process *process_parent(struct process *p); /* new reference; NULL for init */

/* If the host has given this one's number away, its end is made up for. */
bool process_end_stale(struct process *p);
bool task_end_stale(struct task *t);

/* The platform calls these. */
struct task *task_for_host_tid(struct kernel *k, pid_t host_tid);    /* resolves a clone if new */
struct task *task_lookup_host_tid(struct kernel *k, pid_t host_tid); /* does not */
/* A trap of t is to be served, t->call may be written: waits for the end of a channel call of t, which
 * itself waits for nothing. */
void task_serve_begin(struct task *t);
void task_serve(struct task *t); /* t->call is set: dispatch */
/* A call over a channel is to be served: false if t is in the middle of a trapped one, or dead, or was
 * left by an earlier call with something that only its next trap can settle. */
must_check bool task_channel_begin(struct task *t);
/* After that: CHANNEL_SERVED with the result, or the call has to be made again, as a trapped one. Nothing
 * has happened then that the second try would not do as well. CHANNEL_WOULD_WAIT: it may also be made
 * again over the channel when one of the notes that it has left is taken. Ends with task_serve_end(). */
enum channel_outcome { CHANNEL_SERVED, CHANNEL_TRAP, CHANNEL_WOULD_WAIT };
enum channel_outcome task_serve_channel(struct task *t, const struct guest_call *call,
					struct window *w, uint64_t notes, long *ret_result);
void task_resume_parked(struct task *t); /* from the run queue */
void process_died(struct process *p);	 /* the pidfd became readable */
void task_exited(struct task *t);	 /* one thread is gone or going */
/* For task_clone.c and boot: a new record in the tables, with one reference for the caller. Takes
 * the references in *init; process NULL makes a new thread group. NULL: out of memory. */
struct task_init {
	struct process *process; /* borrowed */
	struct process *parent;	 /* borrowed; NULL for init */
	pid_t host_tid, host_pid, tid, pid;
	int *pidfd; /* of the new process, taken; NULL, or -1 there: is opened */
	int exit_signal;
	uint64_t clone_flags;
	uint64_t tls;	     /* as in the request */
	struct task *like;   /* comm, personality, flags are inherited from it; may be NULL */
	struct spawn *spawn; /* made for this by the spawner, which is like; taken */
	struct cred *cred;
	struct fdtable *files;
	struct fs_context *fs;
	struct mount_ns *mnt_ns;
};
struct task *task_create(struct kernel *k, struct task_init *init);

uint64_t process_share_id(struct kernel *k); /* a fresh number for mm_id and its like */

/* task_clone.c: fork, vfork, clone, clone3 */
struct clone_request {
	uint64_t flags;
	uint64_t tls; /* CLONE_SETTLS; 0: none, or unknown */
	int exit_signal;
};
int task_clone_prepare(struct task *t, const struct clone_request *req); /* before CONTINUE */
void task_clone_resolve(struct task *t);      /* at the parent's next trap; not of the spawner's */
void task_clone_dropped(struct task *parent); /* the clone has failed */
/* May one of its threads be in a clone that copies its memory? */
bool task_fork_is_pending(struct process *p);
/* Is its table of descriptors used by threads of its process alone, those that are being made included? */
bool task_files_are_own(struct task *t);
/* The threads of p have ended on the host, but for one that has executed a program: clones that they had
 * not finished have a child by now, which gets its record, or never will have. */
void task_clone_makers_ended(struct process *p);

/* task_exec.c: execve(2). Decodes and checks; on success the exec is redirected to the stub. */
long task_exec(struct task *t, int dirfd, const char *path, uaddr_t argv, uaddr_t envp, int flags);
void task_exec_commit(struct task *t); /* the stub's first trap */
void exec_plan_free(struct exec_plan *plan);
void task_exec_failed(struct task *t); /* the host refused the exec: drops the plan */
/* Platforms: the redirected execve is about to go on natively. Returns when no copy is under way
 * that could hit the memory of the new program. */
void task_exec_going(struct task *t);

/* The exec of t has passed its point of no return: t gets its leader's identity (on the host the
 * tid already is the leader's), the records of all siblings end. Called by task_exec_commit(). */
void task_exec_take_leadership(struct task *t);
/* The task that a trap of host_tid right after an exec belongs to: the exec'ing sibling if the
 * group's exec is under way and done on the host, else t itself. New reference. */
struct task *task_exec_owner(struct task *t);
/* Has the host just made the address space of t's process for the stub? (task_exec_stub.c) */
bool task_exec_is_fresh(struct task *t);

/* task_clone.c: the record of a thread that trapped for the first time; new reference or NULL. */
struct task *task_clone_bind(struct kernel *k, pid_t host_tid);

/* Is there a record of that thread, or of the process that it leads, alive or a zombie? */
bool task_clone_known(struct kernel *k, pid_t host_tid);

/* The platform saw that the clone which parent is in made host_tid: binds it, if it is not yet. */
void task_clone_made(struct task *parent, pid_t host_tid);

/* The verdict on t's call was given. */
void task_serve_end(struct task *t);
bool process_is_reaped(struct process *p); /* a zombie: has the host forgotten it? */
bool process_forget_if_reaped(struct process *p);

/* exit */
void process_release_resources(struct process *p); /* fds, timers, locks: before the host's exit */

/* session.c: mirror of sessions and process groups */
struct session {
	struct ref ref;
	pid_t sid;
	/* LOCK_CTTY, fs/devpts/ctty.c */
	struct tty *tty;    /* controlling terminal, referenced, or NULL */
	pid_t old_tty_pgid; /* foreground group when the terminal was hung up, or 0 */
};
struct session *session_get(struct session *s);
void session_put(struct session *s);
bool pgrp_exists(struct kernel *k, pid_t pgid, struct session *in_or_null);
/* No member has a parent in another group of the same session: setpgid(2), tty reads. */
bool pgrp_is_orphaned(struct kernel *k, pid_t pgid);

#endif
