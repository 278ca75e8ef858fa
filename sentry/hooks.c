/* sentry/hooks.c - who has something to do at the birth and end of tasks and processes, hooks.h */
#include "sentry/hooks.h"

#include "fs/vfs/landlock.h"
#include "platform/platform.h"
#include "sentry/aio.h"
#include "sentry/ctty.h"
#include "sentry/guest_seccomp.h"
#include "sentry/ipc/ipc.h"
#include "sentry/keys.h"
#include "sentry/process_watch.h"
#include "sentry/signal.h"
#include "sentry/task.h"
#include "sentry/task_exec.h"
#include "sentry/time/posix_timers.h"
#include "sentry/trim.h"

void hook_process_init(struct process *p)
{
	if (p->kernel->platform->process_init)
		p->kernel->platform->process_init(p);
}

void hook_task_inherit(struct task *t, const struct task *like)
{
	t->seccomp = guest_seccomp_get(like->seccomp);
	t->landlock = landlock_of_task((struct task *)like);
	keys_task_inherit(t, like);
	if (t->process != like->process)
		process_exe_inherit(t->process, like->process);
	if (t->process != like->process)
		ipc_process_fork(t->process, like->process);
}

void hook_task_added_locked(struct task *t, const struct task *like)
{
	if (t->process == like->process)
		guest_seccomp_follow_locked(t, like);
}

void hook_task_free(struct task *t)
{
	guest_seccomp_put(t->seccomp);
	landlock_put(t->landlock);
	keys_task_free(t);
}

void hook_process_exit(struct process *p)
{
	posix_timers_stop(p);
	aio_process_end(p);
	ipc_process_exit(p);
	ctty_process_exit(p);
	process_exe_release(p);
}

/* prctl(PR_SET_PDEATHSIG) of the children; pidfd pollers. */
void hook_process_dead(struct process *p)
{
	process_wake_dead(p);
}

void hook_process_free(struct process *p)
{
	posix_timers_free(p);
	keys_process_free(p);
	if (p->kernel->platform->process_free)
		p->kernel->platform->process_free(p);
	trim_maybe();
}
