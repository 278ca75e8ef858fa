/*
 * sentry/task_shadow.h - stand-ins for a thread: requests that go on while it does something else
 *
 * Model: a request of io_uring is a call that its thread does not wait for. It is carried out by the
 * same handlers, with a struct task of its own, the shadow: in no table, known to nobody, without a
 * verdict. What would wait is parked like any call (park.h), which costs memory and no thread. A
 * shadow acts with the credentials, the memory and the names of the thread it is for (like), and has
 * none of its own: it borrows fd table and fs context while it runs, so that a parked one keeps
 * neither open.
 *
 * End: when like ends or executes a program, all its shadows are aborted: the parked ones
 * end with -EINTR, and no copy from or to guest memory succeeds any more (TASK_DEAD), before the
 * host can give the thread's number to something else; copies that are under way are waited for
 * (copying). None is made after that: it is asked for with the number of the program that its request came from.
 *
 * Descriptors: FD_FIXED means the file that the request was given, whatever its number means by now.
 * With catches, the next new descriptor is not installed but put aside.
 *
 * Locking: the list of shadows is under like->mu (LOCK_TASK); everything else is the runner's.
 */
#ifndef SENTRY_TASK_SHADOW_H
#define SENTRY_TASK_SHADOW_H

#include <stdatomic.h>
#include <stdbool.h>

#include "sentry/base/list.h"

struct cred;
struct fdtable;
struct file;
struct fs_context;
struct task;

#define FD_FIXED (-0x10000)

struct task_shadow {
	struct task *task;
	struct task *like;  /* referenced */
	struct list node;   /* in like->shadows */
	struct file *fixed; /* FD_FIXED; borrowed from the request */
	bool catches;
	atomic_uint copying; /* to or from like's memory, by its number: mem/usermem.c */
	struct file *caught;
	void *owner; /* the request */
};

/* NULL: out of memory, or like runs that program no more. One reference. cred NULL: like's. */
struct task *task_shadow_new(struct task *like, unsigned int program, struct cred *cred,
			     void *owner);
/* It will not run again: drops the owner's reference. Without locks. */
void task_shadow_end(struct task *s);
/* For task_put(). */
void task_shadow_free(struct task *s);
/* For the next request of the same thread: with that cred (NULL: like's). */
void task_shadow_reuse(struct task *s, struct cred *cred, void *owner);

/* Around all that a shadow runs. False: like has neither files nor names any more, s must not run. */
struct shadow_run {
	struct fdtable *files;
	struct fs_context *fs;
};
bool task_shadow_enter(struct task *s, struct shadow_run *run);
/* s: NULL if it is parked, and perhaps running elsewhere by now. */
void task_shadow_leave(struct task *s, struct shadow_run *run);

/* All shadows of like end. like is dead, or runs a new program (process->program has changed). */
void task_shadows_abort(struct task *like);

#endif
