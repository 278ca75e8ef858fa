/*
 * sentry/spawn.h - processes that somebody outside wants in the sandbox: a container's first one, exec
 *
 * Model: the sentry makes no processes once its filter is closed. The spawner does: a process of our
 * stub beside the guests, not one of them. It is born at boot in place of the first guest, outside of
 * the guests' pid namespace, under their filter (so its calls trap), and every child of it is born in
 * that namespace (unshare(2), the first one as number 1). It lives in one call, STUB_SPAWN, that is
 * parked until there is a request:
 *
 *   spawner                     sentry
 *   STUB_SPAWN ---------------> parked; spawn_submit() wakes it. The worker gives the spawner's own
 *                               record the request's credentials, files, directory, limits, looks for
 *                               the program, and hands out a plan (stub_abi.h, as for an init)
 *   clone(CLONE_PARENT) ------> a snapshot of all that is pending, as for any clone (task_clone.c)
 *   STUB_SPAWN(result) -------> the snapshot is bound to the child (or dropped); parked again
 *   child: STUB_SPAWNED ------> host limits, terminal; then setsid, execve as any guest
 *
 * CLONE_PARENT makes the sentry the parent on the host: it alone reaps these processes and knows how
 * they ended. For guests they have parent 0, as the like have on Linux.
 *
 * The spawner has a record like a task's, but no number: it is in no table by guest numbers, guests
 * cannot see or name it. It runs nothing of a guest's. It costs its stack and a few tables.
 *
 * States of a spawn: QUEUED -> READY (directory and program are there) -> CLONED (it has a process) ->
 * RUNNING (its program is loaded) -> ENDED; from each before RUNNING also FAILED, with text. changed()
 * is called after each change but to CLONED, in any thread, without locks.
 * With hold there is HELD after CLONED: the process is there, our stub, parked in STUB_SPAWNED, and goes
 * on, as CLONED, after spawn_release(). So a container's first process is there from create on, and
 * others can be made before start (they need a process 1).
 *
 * The spawner may die at any moment (an OOM kill of the host's; guests cannot reach it), while a worker
 * serves it, and so may its children. So a state only ever changes from one that may become the other,
 * under the lock: who comes second finds that it is too late. The worker has a reference of its own on the
 * request that it works at. spawner_died() fails what has no process yet, and from then on no request is
 * taken off the queue, and none put there; it holds the lock of bindings, so a child is either bound with its
 * request before, or never (task_clone.c), and killed as a stranger.
 *
 * Locking: spawner->mu (LOCK_SPAWN) for the queue, current, the states, the files of a request.
 */
#ifndef SENTRY_SPAWN_H
#define SENTRY_SPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

#include "sentry/task.h"

struct tty;

#define SPAWN_MAX_FILES 203
#define SPAWN_TEXT 700

enum spawn_state {
	SPAWN_QUEUED,
	SPAWN_READY,
	SPAWN_CLONED,
	SPAWN_HELD,
	SPAWN_RUNNING,
	SPAWN_FAILED,
	SPAWN_ENDED,
};

struct spawn {
	struct ref ref;
	struct list node; /* queue */

	/* ---- what: set before spawn_submit() ---- */
	const char **argv, **envp; /* in block */
	const char *program;	   /* the file; NULL: argv[0] */
	const char *cwd;
	void *block; /* mem_free() */
	uint32_t uid, gid;
	const uint32_t *groups;
	uint32_t nr_groups;
	uint64_t cap_bounding, cap_effective, cap_inheritable, cap_permitted, cap_ambient;
	bool no_new_privs, has_umask, has_oom_score_adj;
	bool ctty; /* file 0 is a terminal, and becomes the controlling one */
	bool hold; /* stop at HELD, until spawn_release() */
	bool sched_given,
		sched_reset_on_fork; /* the following; of nice values the host has the word */
	int sched_policy, sched_priority, nice, ioprio;
	uint64_t personality;
	uint32_t umask;
	int oom_score_adj;
	uint32_t limits_given; /* bit per resource */
	struct rlimit64 limits[NR_RLIMITS];
	struct file *files[SPAWN_MAX_FILES]; /* by number; NULL: closed. Taken */
	unsigned int nr_files;
	void (*changed)(struct spawn *s);
	void *priv;

	/* ---- spawner->mu ---- */
	enum spawn_state state;
	int signal;   /* to be sent when there is a process; 0: none */
	bool greeted; /* its child has made STUB_SPAWNED */
	int error;    /* FAILED: negative errno */
	char text[SPAWN_TEXT];
	pid_t pid;		 /* the guest's number */
	int status;		 /* ENDED: wait(2) form */
	struct process *process; /* from CLONED until it is a zombie; a reference */
	struct task *held;	 /* from HELD until it goes on, or is a zombie; a reference */
};

struct spawn *spawn_new(void); /* one reference; NULL: out of memory */
struct spawn *spawn_get(struct spawn *s);
void spawn_put(struct spawn *s);

/* Boot: the record of the spawner, whose first trap is the execve of the stub. All processes start in
 * root; cred is taken, and looks up directories. ret: to give it the limits of processes. */
must_check int spawner_create(struct kernel *k, pid_t host_tid, const struct path *root,
			      struct cred *cred, struct process **ret);

/* Takes a reference of its own. -ESRCH: the spawner, or the container's first process, is gone. */
must_check int spawn_submit(struct kernel *k, struct spawn *s);
/* One that was submitted with hold goes on (any number of calls). */
void spawn_release(struct spawner *sp, struct spawn *s);
/* A consistent copy of what the spawn has come to. */
struct spawn_result {
	enum spawn_state state;
	int error, status;
	pid_t pid;
	char text[SPAWN_TEXT];
};
void spawn_result(struct spawner *sp, struct spawn *s, struct spawn_result *ret);
/* Signals it, now or, if it has no process yet, when it has one: 0 or -errno. */
int spawn_signal(struct spawner *sp, struct spawn *s, int sig);

/* ---- the calls of the spawner and its children: task_exec_stub.c, task_clone.c, task.c ---- */
bool spawn_is_spawner(const struct task *t);
bool process_is_spawner(const struct process *p);
long spawn_stub_spawn(struct task *t); /* STUB_SPAWN */
long spawn_stub_spawned(struct task *t);
long spawn_exec_failed(struct task *t, int err); /* -ENOSYS: t is none of ours */
void spawn_exec_done(struct task *t);		 /* a program is loaded */
/* The request that the spawner's clone, which is just bound, was for; a reference. */
struct spawn *spawn_being_made(struct kernel *k);
void spawn_made(struct spawn *s, struct process *p); /* under the tree lock */
void spawn_ended(struct process *p);		     /* a zombie: is reaped here */
void spawn_reaped(struct process *p, int status);    /* the platform has reaped it */
void spawner_died(struct kernel *k);

#endif
