/*
 * syscalls/sys_signal.c - kill(2), tkill(2), tgkill(2), rt_sigqueueinfo(2), rt_tgsigqueueinfo(2),
 * pidfd_send_signal(2), rt_sigaction(2), and the forwarded mask and frame calls
 *
 * Model: the sentry decides whether the caller may signal the target; then the call goes on
 * natively in the caller, which makes siginfo exact. A group whose members the caller may signal
 * only in part is served target by target by the sentry (sender shown as the kernel).
 *
 * Sources: kernel/signal.c (kill_something_info, do_tkill, do_rt_sigqueueinfo).
 */
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "fs/anon/pidfd.h"
#include "fs/proc/procfs.h"
#include "fs/vfs/file.h"
#include "platform/platform.h"
#include "sentry/session.h"
#include "sentry/signal.h"
#include "syscalls/syscall.h"

static bool valid_signal(int sig)
{
	return sig >= 0 && sig <= 64;
}

/* ---- kill ---- */

static long kill_one(struct task *t, pid_t pid, int sig)
{
	struct process *p = process_by_pid(t->kernel, pid);
	long err;

	if (!p) { /* kill(2) accepts any thread's number */
		struct task *thread = task_by_tid(t->kernel, pid);

		if (!thread)
			return -ESRCH;
		p = process_get(thread->process);
		task_put(thread);
	}
	err = signal_permission(t, p, sig);
	if (err == 0) {
		signal_kick(p, sig ? t : NULL);
		err = SYS_CONTINUE;
	}
	process_put(p);
	return err;
}

struct kill_set {
	unsigned int allowed, denied;
};

static bool in_set(struct task *t, struct process *p, pid_t pgid)
{
	if (p->state == PROCESS_ZOMBIE && pgid == 0)
		return false;
	if (pgid == 0) /* kill(-1): all but init and the caller */
		return p != t->kernel->init && p != t->process && p->pid > 1;
	return p->pgid == pgid;
}

/* Walks the targets of kill(0), kill(-1), kill(-pgid). act: send from here, else only look. */
static struct kill_set kill_walk(struct task *t, pid_t pgid, int sig, bool act, bool kick)
{
	struct kill_set set = {0, 0};
	struct process *p;
	pid_t after = 0;

	while ((p = process_next(t->kernel, after))) {
		after = p->pid;
		if (in_set(t, p, pgid)) {
			if (signal_permission(t, p, sig) < 0) {
				set.denied++;
			} else {
				set.allowed++;
				if (act && sig)
					signal_send_process(p, sig);
				else if (kick && sig)
					signal_kick(p, t);
			}
		}
		process_put(p);
	}
	return set;
}

static long kill_many(struct task *t, pid_t pgid, int sig)
{
	struct kill_set set = kill_walk(t, pgid, sig, false, false);

	if (set.allowed + set.denied == 0)
		return -ESRCH;
	if (set.allowed == 0)
		return -EPERM;
	if (set.denied == 0) {
		kill_walk(t, pgid, sig, false, true);
		return SYS_CONTINUE;
	}
	kill_walk(t, pgid, sig, true, false);
	return 0;
}

long sys_kill(struct task *t, const uint64_t *a)
{
	pid_t pid = (pid_t)a[0];
	int sig = (int)a[1];

	if (pid == INT32_MIN)
		return -ESRCH;
	if (!valid_signal(sig)) /* the target is looked at first */
		return pid > 0 && kill_one(t, pid, 0) == -ESRCH ? -ESRCH : -EINVAL;
	if (pid > 0)
		return kill_one(t, pid, sig);
	if (pid == -1)
		return kill_many(t, 0, sig);
	return kill_many(t, pid == 0 ? t->process->pgid : -pid, sig);
}

/* ---- one thread ---- */

static long kill_thread(struct task *t, pid_t tgid, pid_t tid, int sig)
{
	struct task *target;
	long err;

	if (tid <= 0)
		return -EINVAL;
	target = task_by_tid(t->kernel, tid);
	if (!target || (tgid > 0 && target->process->pid != tgid)) {
		struct process *z = target ? NULL : process_by_pid(t->kernel, tid);

		task_put(target);
		if (!z)
			return -ESRCH;
		process_put(z); /* a zombie leader: the host knows what to say */
		return SYS_CONTINUE;
	}
	err = valid_signal(sig) ? signal_permission(t, target->process, sig) : -EINVAL;
	if (err == 0) {
		signal_kick(target->process, sig ? t : NULL);
		err = SYS_CONTINUE;
	}
	task_put(target);
	return err;
}

long sys_tkill(struct task *t, const uint64_t *a)
{
	return kill_thread(t, 0, (pid_t)a[0], (int)a[1]);
}

long sys_tgkill(struct task *t, const uint64_t *a)
{
	if ((pid_t)a[0] <= 0)
		return -EINVAL;
	return kill_thread(t, (pid_t)a[0], (pid_t)a[1], (int)a[2]);
}

/* The siginfo lies in the caller's memory and may change; the host checks what it reads: a guest
 * cannot claim to be the kernel, and lies about its pid only to processes it may signal. */
long sys_rt_sigqueueinfo(struct task *t, const uint64_t *a)
{
	int sig = (int)a[1];

	if ((pid_t)a[0] <= 0)
		return -ESRCH;
	return valid_signal(sig) ? kill_one(t, (pid_t)a[0], sig) : -EINVAL;
}

long sys_rt_tgsigqueueinfo(struct task *t, const uint64_t *a)
{
	if ((pid_t)a[0] <= 0)
		return -EINVAL;
	return kill_thread(t, (pid_t)a[0], (pid_t)a[1], (int)a[2]);
}

/* The fd is ours, so the signal is sent from here; a siginfo of the caller's goes along as far as
 * the host lets another process forge it. */
long sys_pidfd_send_signal(struct task *t, const uint64_t *a)
{
	int sig = (int)a[1];
	siginfo_t info;
	struct process *p;
	struct file *f;
	long err;

	if ((unsigned int)a[3] != 0)
		return -EINVAL;
	f = fd_get(t, (int)a[0]);
	if (!f)
		return -EBADF;
	p = pidfd_process(f);
	if (!p)
		p = proc_dir_process(f);
	err = p ? 0 : -EBADF;
	if (err == 0 && !valid_signal(sig))
		err = -EINVAL;
	if (err == 0 && a[2]) {
		err = copy_in_obj(t, &info, a[2]);
		if (err == 0 && info.si_signo != sig)
			err = -EINVAL;
		if (err == 0 && p != t->process && (info.si_code >= 0 || info.si_code == SI_TKILL))
			err = -EPERM;
	}
	if (err == 0)
		err = signal_permission(t, p, sig);
	if (err == 0 && process_forget_if_reaped(p))
		err = -ESRCH;
	if (err == 0 && a[2] && info.si_code < 0 && info.si_code != SI_TKILL)
		err = signal_queue_process(p, sig, &info);
	else if (err == 0)
		err = signal_send_process(p, sig);
	if (p)
		process_put(p);
	file_put(f);
	return err;
}

/* ---- the caller's own state: the host's business ---- */

long sys_rt_sigaction(struct task *t, const uint64_t *a)
{
	const struct platform *platform = t->kernel->platform;

	return platform->sigaction ? platform->sigaction(t, a) : SYS_CONTINUE;
}

long sys_rt_sigprocmask(struct task *t, const uint64_t *a)
{
	(void)t;
	return a[3] == 8 ? SYS_CONTINUE : -EINVAL;
}

long sys_rt_sigpending(struct task *t, const uint64_t *a)
{
	(void)t;
	return a[1] <= 8 ? SYS_CONTINUE : -EINVAL;
}

long sys_rt_sigsuspend(struct task *t, const uint64_t *a)
{
	(void)t;
	return a[1] == 8 ? SYS_CONTINUE : -EINVAL;
}

long sys_rt_sigtimedwait(struct task *t, const uint64_t *a)
{
	(void)t;
	return a[3] == 8 ? SYS_CONTINUE : -EINVAL;
}

long sys_rt_sigreturn(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return SYS_CONTINUE;
}

long sys_sigaltstack(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return SYS_CONTINUE;
}

long sys_pause(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return SYS_CONTINUE;
}
