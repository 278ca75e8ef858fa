/* sentry/signal.c - sending signals and reading the host's signal state, see signal.h */
#include "sentry/signal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fs/vfs/landlock.h"
#include "platform/platform.h"
#include "sentry/hostproc.h"
#include "sentry/process_watch.h"
#include "sentry/task.h"

/* Landlock may keep signals within a domain. */
static bool scoped_away(struct task *t, struct task *target)
{
	struct landlock_domain *theirs;
	bool away;

	if (!t->landlock)
		return false;
	theirs = landlock_of_task(target);
	away = landlock_scoped(t->landlock, theirs, LL_SCOPE_SIGNAL);
	landlock_put(theirs);
	return away;
}

/* kill_ok_by_cred() of kernel/signal.c, and SIGCONT within a session. */
int signal_permission(struct task *t, struct process *p, int sig)
{
	const struct cred *c = t->cred;
	struct task *leader;
	struct cred *tc;
	bool ok;

	if (p == t->process)
		return 0;
	leader = process_any_task(p);
	if (!leader) /* a zombie: it may be signalled, to no effect */
		return 0;
	tc = task_cred_get(leader);
	ok = c->euid == tc->suid || c->euid == tc->uid || c->uid == tc->suid || c->uid == tc->uid ||
	     cred_has_cap(c, CAP_KILL) || (sig == SIGCONT && p->session == t->process->session);
	cred_put(tc);
	ok = ok && !scoped_away(t, leader);
	task_put(leader);
	return ok ? 0 : -EPERM;
}

/* A group that has begun to exit takes no signals, as in Linux: its files and terminal are released
 * before the host knows, and the hang-up that this may cause must not change how it died. */
static bool is_exiting(const struct process *p, int sig)
{
	return p->state != PROCESS_LIVE && sig != SIGKILL;
}

int signal_send_process(struct process *p, int sig)
{
	if (is_exiting(p, sig))
		return 0;
	if (p->pidfd < 0 || syscall(SYS_pidfd_send_signal, p->pidfd, sig, NULL, 0) < 0)
		return p->pidfd < 0 ? -ESRCH : -errno;
	signal_kick(p, NULL);
	return 0;
}

int signal_send_task(struct task *t, int sig)
{
	if (syscall(SYS_tgkill, t->process->host_pid, t->plat.host_tid, sig) < 0)
		return -errno;
	signal_kick(t->process, NULL);
	return 0;
}

int signal_queue_process(struct process *p, int sig, const siginfo_t *info)
{
	siginfo_t copy = *info;

	if (is_exiting(p, sig))
		return 0;
	if (p->pidfd < 0)
		return -ESRCH;
	if (syscall(SYS_pidfd_send_signal, p->pidfd, sig, &copy, 0) < 0)
		return -errno;
	signal_kick(p, NULL);
	return 0;
}

int signal_queue_task(struct task *t, int sig, const siginfo_t *info)
{
	siginfo_t copy = *info;

	if (syscall(SYS_rt_tgsigqueueinfo, t->process->host_pid, t->plat.host_tid, sig, &copy) < 0)
		return -errno;
	signal_kick(t->process, NULL);
	return 0;
}

int signal_send_pgrp(struct kernel *k, pid_t pgid, int sig)
{
	struct process *p = NULL, *next;
	int nr = 0;
	pid_t after = 0;

	while ((next = process_next(k, after))) {
		p = next;
		after = p->pid;
		if (p->pgid == pgid && p->state != PROCESS_ZOMBIE &&
		    signal_send_process(p, sig) == 0)
			nr++;
		process_put(p);
	}
	return nr;
}

void signal_kick(struct process *p, struct task *in_flight)
{
	const struct platform *platform = p->kernel->platform;

	process_wake_signals(p);
	if (platform->watch_signals)
		platform->watch_signals(p, in_flight);
}

static uint64_t hex_field(const char *text, const char *name)
{
	const char *p = strstr(text, name);

	return p ? strtoull(p + strlen(name), NULL, 16) : 0;
}

int signal_state_read(struct task *t, struct signal_state *ret)
{
	char buf[4096];
	ssize_t n = hostproc_read(t->kernel, t->plat.host_tid, "status", buf, sizeof(buf));

	if (n < 0)
		return (int)n;
	ret->pending = hex_field(buf, "\nSigPnd:");
	ret->shared_pending = hex_field(buf, "\nShdPnd:");
	ret->blocked = hex_field(buf, "\nSigBlk:");
	ret->ignored = hex_field(buf, "\nSigIgn:");
	ret->caught = hex_field(buf, "\nSigCgt:");
	return 0;
}

bool signal_is_ignored_or_blocked(struct task *t, int sig)
{
	struct signal_state st;

	if (signal_state_read(t, &st) < 0)
		return false;
	return ((st.blocked | st.ignored) >> (sig - 1)) & 1;
}
