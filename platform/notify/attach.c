/*
 * platform/notify/attach.c - short ptrace attachments of held threads, see notify.h
 *
 * Protocol (settled by experiment): SEIZE and INTERRUPT make the held thread leave its sleep in S for
 * the killable one in D; the verdict then lets it go to the ptrace stop before it returns to user
 * mode; there its registers can be changed; DETACH lets it run. The attaching thread itself waits
 * for the stop, so nothing of this outlives the call.
 *
 * Never in a group whose exec has been continued: the exec holds the mutex that SEIZE needs, waits for
 * traced siblings to be reaped, and takes the leader's number without waking who waits for it (the
 * host's de_thread() has exchanged the numbers when it does). So attachments are counted, and the exec
 * goes on natively when there are none.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/notify/notify.h"
#include "platform/stub/stub_abi.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/base/log.h"

/* The exec waits for those who were counted before (task_exec_going()), the others see it. */
static int enter_group(struct attach *a, struct task *t)
{
	struct process *p = t->process;
	struct task *execing;

	atomic_fetch_add(&p->attachments, 1);
	execing = p->exec_task;
	if (execing && execing != t) {
		atomic_fetch_sub(&p->attachments, 1);
		return -EBUSY;
	}
	a->tid = t->plat.host_tid;
	a->process = process_get(p);
	return 0;
}

void attach_gone(struct attach *a)
{
	struct process *p = TAKE_PTR(a->process);

	atomic_fetch_sub(&p->attachments, 1);
	process_put(p);
}

void attach_reap(struct attach *a)
{
	while (waitpid(a->tid, NULL, __WALL) < 0 && errno == EINTR)
		;
	attach_gone(a);
}

void attach_detach(struct attach *a, int sig)
{
	if (ptrace(PTRACE_DETACH, a->tid, 0, sig) < 0)
		attach_reap(a);
	else
		attach_gone(a);
}

int attach_seize(struct attach *a, struct task *t, unsigned int options)
{
	int err = enter_group(a, t);

	if (err < 0)
		return err;
	if (ptrace(PTRACE_SEIZE, a->tid, 0, options) < 0) {
		err = -errno;
		attach_gone(a);
		return err;
	}
	if (ptrace(PTRACE_INTERRUPT, a->tid, 0, 0) < 0) {
		err = -errno;
		handover_give(t);
		attach_detach(a, 0);
		return err;
	}
	return 0;
}

int attach_wait_stop(pid_t tid)
{
	int status;
	pid_t got;

	do
		got = waitpid(tid, &status, __WALL);
	while (got < 0 && errno == EINTR);
	return got == tid && WIFSTOPPED(status) ? WSTOPSIG(status) : -ESRCH;
}

/* To the stop behind the verdict. -ESRCH: it died, and nothing is left to do. */
static int stop(struct attach *a)
{
	int sig = attach_wait_stop(a->tid);

	if (sig < 0)
		attach_gone(a);
	return MIN(sig, 0);
}

int attach_restart(struct task *t, int restart_errno)
{
	struct user_regs_struct regs;
	struct attach a;
	int err = attach_seize(&a, t, 0);

	if (err < 0)
		return err;
	notify_send(t, 0, -restart_errno, 0);
	if (stop(&a) < 0)
		return 0;
	/* What is pending now is delivered next. */
	if (restart_errno == ERESTARTSYS && sigaction_interrupts(t) &&
	    ptrace(PTRACE_GETREGS, a.tid, 0, &regs) == 0) {
		regs.rax = (unsigned long long)-EINTR;
		ptrace(PTRACE_SETREGS, a.tid, 0, &regs);
	}
	handover_give(t);
	attach_detach(&a, 0);
	return 0;
}

void attach_set_call(struct user_regs_struct *regs, int nr, const uint64_t args[6])
{
	regs->rip -= 2; /* back onto the syscall instruction */
	regs->rax = (unsigned long long)nr;
	regs->orig_rax = (unsigned long long)-1; /* no restart logic on the answer */
	regs->rdi = args[0];
	regs->rsi = args[1];
	regs->rdx = args[2];
	regs->r10 = args[3];
	regs->r8 = args[4];
	regs->r9 = args[5];
}

int attach_redirect(struct task *t, int nr, const uint64_t args[6])
{
	struct user_regs_struct regs;
	struct attach a;
	int err = attach_seize(&a, t, 0);

	if (err < 0)
		return err;
	notify_set_redirected(t, nr, args);
	notify_send(t, 0, -ENOSYS, 0);
	if (stop(&a) < 0)
		return 0;
	if (ptrace(PTRACE_GETREGS, a.tid, 0, &regs) == 0) {
		attach_set_call(&regs, nr, args);
		ptrace(PTRACE_SETREGS, a.tid, 0, &regs);
	}
	handover_give(t);
	attach_detach(&a, 0);
	return 0;
}

static void push_stub_call(struct task *t, int nr, uint64_t arg1, uint64_t arg2)
{
	pid_t tid = t->plat.host_tid;
	struct user_regs_struct regs;
	struct stub_frame frame;
	struct iovec local = {&frame, sizeof(frame)}, remote = {NULL, sizeof(frame)};

	if (ptrace(PTRACE_GETREGS, tid, 0, &regs) < 0)
		return;
	frame = (struct stub_frame){.rsi = regs.rsi, .rdx = regs.rdx, .rip = regs.rip};
	remote.iov_base = (void *)(regs.rsp - STUB_RED_ZONE - sizeof(frame));
	if (process_vm_writev(tid, &local, 1, &remote, 1, 0) == sizeof(frame)) {
		regs.rsp -= STUB_RED_ZONE + sizeof(frame);
		regs.rip = notify_stub_entry() + STUB_CALL_OFFSET;
	} else {
		regs.rip -= 2; /* no stack: the registers will not come back */
	}
	regs.rax = (unsigned long long)nr;
	regs.orig_rax = (unsigned long long)-1;
	regs.rsi = arg1;
	regs.rdx = arg2;
	ptrace(PTRACE_SETREGS, tid, 0, &regs);
}

int attach_stub_call(struct task *t, int nr, uint64_t arg1, uint64_t arg2)
{
	const uint64_t *had = t->call.args;
	const uint64_t args[6] = {had[0], arg1, arg2, had[3], had[4], had[5]};
	struct attach a;
	int err = attach_seize(&a, t, 0);

	if (err < 0)
		return err;
	notify_set_redirected(t, nr, args);
	notify_send(t, 0, -ENOSYS, 0);
	if (stop(&a) < 0)
		return 0;
	push_stub_call(t, nr, arg1, arg2);
	handover_give(t);
	attach_detach(&a, 0);
	return 0;
}

/* The signal is queued while the thread is held and stopped; its delivery stop is the next one, where
 * siginfo can be replaced by any other. */
void attach_answer_with_signal(struct task *t, long result, const siginfo_t *info)
{
	siginfo_t copy = *info;
	struct attach a;

	if (attach_seize(&a, t, 0) < 0) {
		notify_send(t, 0, -EINTR, 0);
		return;
	}
	notify_send(t, result, 0, 0);
	if (stop(&a) < 0)
		return;
	syscall(SYS_tgkill, t->process->host_pid, a.tid, info->si_signo);
	ptrace(PTRACE_CONT, a.tid, 0, 0);
	if (stop(&a) < 0)
		return;
	ptrace(PTRACE_SETSIGINFO, a.tid, 0, &copy);
	handover_give(t);
	attach_detach(&a, copy.si_signo);
}

/* The path of the stub goes below the guest's red zone; its stack pointer is only known when it
 * has stopped. */
int attach_exec(struct task *t)
{
	struct user_regs_struct regs;
	struct attach a;
	uint64_t args[6];
	int err = attach_seize(&a, t, 0);

	if (err < 0)
		return err;
	memcpy(args, t->call.args, sizeof(args));
	if (t->call.nr == SYS_execveat) {
		args[1] = t->call.args[2];
		args[2] = t->call.args[3];
	}
	t->plat.flags |= PT_EXEC_PENDING;
	notify_send(t, 0, -ENOSYS, 0);
	if (stop(&a) < 0)
		return 0;
	if (ptrace(PTRACE_GETREGS, a.tid, 0, &regs) == 0) {
		args[0] = (regs.rsp - 192) & ~15ULL;
		t->plat.saved[SAVED_EXEC_PATH] = args[0];
		attach_set_call(&regs, SYS_execve, args);
		ptrace(PTRACE_SETREGS, a.tid, 0, &regs);
	}
	handover_give(t);
	attach_detach(&a, 0);
	return 0;
}
