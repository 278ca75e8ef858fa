/*
 * sentry/hooks.h - what other rooms do at the birth and end of tasks and processes
 *
 * Model: task.c must not know timers, ttys or seccomp filters; it calls these at fixed points, and
 * hooks.c lists who has something to do there, in order.
 */
#ifndef SENTRY_HOOKS_H
#define SENTRY_HOOKS_H

struct process;
struct task;

void hook_process_init(struct process *p);
void hook_task_inherit(struct task *t, const struct task *like); /* clone */
/* In the tables by now, so others find it; tree_lock is held for writing. */
void hook_task_added_locked(struct task *t, const struct task *like);
void hook_task_free(struct task *t);
/* Still known to its parent as living: release timers, the controlling terminal, IPC undo. */
void hook_process_exit(struct process *p);
/* It is a zombie now: pdeath signals of its children. */
void hook_process_dead(struct process *p);
void hook_process_free(struct process *p); /* the last reference is gone */

#endif
