/* platform/ptrace/verdict.c - carrying out the sentry's verdicts on held threads, see ptrace.h */
#include "platform/ptrace/ptrace.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/guestmem.h"
#include "platform/stub/stub_abi.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/base/log.h"
#include "sentry/signal.h"

#define BELOW_RED_ZONE 192

static bool is_restart(long result)
{
	return result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK;
}

/* The call is over; the thread goes on. */
static void let_go(struct tracee *tr, int sig)
{
	tracee_call_end(tr);
	tracee_resume(tr, sig);
}

/* ---- at the seccomp stop ---- */

/* The host makes no call for number -1 and leaves rax alone. */
static void skip_call(struct tracee *tr, long result)
{
	struct user_regs_struct regs = tr->regs;

	regs.orig_rax = (unsigned long long)-1;
	regs.rax = (unsigned long long)result;
	tracee_set_regs(tr, &regs);
}

static void redirect_at_entry(struct tracee *tr, int nr, const uint64_t args[6])
{
	struct user_regs_struct regs;

	tracee_reenter_regs(tr, nr, args, &regs);
	regs.rip = tr->regs.rip;
	regs.rax = tr->regs.rax;
	regs.orig_rax = (unsigned long long)nr;
	tracee_set_regs(tr, &regs);
}

static void at_entry(struct tracee *tr, const struct verdict *v)
{
	switch (v->kind) {
	case VERDICT_ANSWER:
		if (is_restart(v->result)) {
			tr->verdict = *v;
			tr->state = TRACEE_COMPLETING;
			skip_call(tr, -EINTR);
			tracee_interrupt(tr);
			tracee_resume(tr, 0);
			return;
		}
		skip_call(tr, v->result);
		let_go(tr, 0);
		return;
	case VERDICT_CONTINUE: let_go(tr, 0); return;
	case VERDICT_REDIRECT:
		redirect_at_entry(tr, v->nr, v->args);
		tr->state = TRACEE_REDIRECTING;
		tracee_resume(tr, 0);
		return;
	case VERDICT_CALL: inject_guest_call(tr, v, true); return;
	}
}

/* ---- at a stop in the host's signal code ---- */

static void set_result(struct tracee *tr, long result)
{
	struct user_regs_struct regs = tr->regs;

	regs.rax = (unsigned long long)result; /* orig_rax is the guest's number: restarts work */
	tracee_set_regs(tr, &regs);
}

/* What the guest's call returns when a signal comes before the one put in its place. */
static long interrupted(const struct verdict *v)
{
	if (v->kind == VERDICT_CONTINUE)
		return -ERESTARTNOINTR;
	return v->kind == VERDICT_REDIRECT && v->nr == SYS_ppoll ? -ERESTARTNOHAND : -ERESTARTSYS;
}

void verdict_cancel(struct tracee *tr)
{
	tracee_unmask(tr);
	set_result(tr, interrupted(&tr->verdict));
	tracee_call_end(tr);
}

static void reenter(struct tracee *tr)
{
	const struct verdict *v = &tr->verdict;
	struct user_regs_struct regs;

	if (v->kind == VERDICT_REDIRECT)
		tracee_reenter_regs(tr, v->nr, v->args, &regs);
	else
		tracee_reenter_regs(tr, tr->task->call.nr, tr->task->call.args, &regs);
	tracee_set_regs(tr, &regs);
	tr->state = TRACEE_REENTERING;
}

void verdict_complete(struct tracee *tr, int sig, bool group_stop)
{
	const struct verdict *v = &tr->verdict;

	if (v->kind != VERDICT_REDIRECT) /* that one may bring a mask of its own */
		tracee_unmask(tr);
	if (v->kind == VERDICT_ANSWER) {
		set_result(tr, v->result);
		tracee_call_end(tr);
	} else if (sig) {
		verdict_cancel(tr);
	} else if (v->kind == VERDICT_CALL) {
		tr->restop = group_stop;
		inject_guest_call(tr, v, false);
		return;
	} else {
		reenter(tr);
	}
	if (group_stop)
		tracee_listen(tr);
	else
		tracee_resume(tr, sig);
}

/* ---- verdicts ---- */

void verdict_give(struct task *t, const struct verdict *v)
{
	struct tracee *tr = t->plat.priv;

	if (!tr)
		return; /* the thread is gone */
	list_del(&tr->held);
	switch (tr->state) {
	case TRACEE_IN_CALL: at_entry(tr, v); return;
	case TRACEE_NATIVE:
		tr->verdict = *v;
		tr->state = TRACEE_COMPLETING;
		tracee_interrupt(tr);
		return;
	case TRACEE_SIGNALLED:
		tr->verdict = *v;
		verdict_complete(tr, tr->stop_signal, tr->group_stop);
		return;
	default: log_err("thread %d: a second verdict, in state %d", tr->tid, (int)tr->state);
	}
}

/* The stub's path goes where nobody looks; only the host reads it. */
int verdict_exec_stub(struct task *t, const char *name)
{
	static const char stub[] = STUB_PATH;
	struct tracee *tr = t->plat.priv;
	uint64_t args[6], path;

	(void)name;
	if (!tr)
		return -ESRCH;
	path = (tr->regs.rsp - BELOW_RED_ZONE) & ~15ULL;
	if (!guestmem_write(tr->tid, stub, path, sizeof(stub)))
		return -EFAULT;
	memcpy(args, t->call.args, sizeof(args));
	if (t->call.nr == SYS_execveat) {
		args[1] = t->call.args[2];
		args[2] = t->call.args[3];
	}
	args[0] = path;
	redirect_at_entry(tr, SYS_execve, args);
	tr->state = TRACEE_EXECING;
	task_exec_going(t); /* no copy of another thread's call may hit the new program */
	tracee_resume(tr, 0);
	return 0;
}

static bool is_deliverable(struct task *t, int sig)
{
	struct signal_state st;
	uint64_t bit = 1ULL << (sig - 1);

	return signal_state_read(t, &st) == 0 && !((st.blocked | st.ignored) & bit);
}

/* The signal is queued while the thread is stopped; its delivery stop is where siginfo is set. */
void verdict_answer_with_signal(struct task *t, long result, const siginfo_t *info)
{
	struct tracee *tr = t->plat.priv;
	struct verdict v = {.kind = VERDICT_ANSWER, .result = result};

	if (!tr)
		return;
	if (!is_deliverable(t, info->si_signo)) {
		signal_send_process(t->process, SIGKILL);
	} else {
		tr->siginfo = *info;
		tr->swap_siginfo = true;
		syscall(SYS_tgkill, t->process->host_pid, tr->tid, info->si_signo);
	}
	verdict_give(t, &v);
}

/* ---- parked calls ---- */

void verdict_parked(struct task *t)
{
	struct tracee *tr = t->plat.priv;

	if (tr && tr->state == TRACEE_IN_CALL && list_empty(&tr->held))
		list_add_tail(&tr->held, &pt.held);
}

static void go_native(struct tracee *tr)
{
	struct user_regs_struct regs = tr->regs;

	regs.orig_rax = SYS_pause;
	tracee_set_regs(tr, &regs);
	tracee_mask(tr, tr->task->wait_mask);
	tr->state = TRACEE_NATIVE;
	tracee_resume(tr, 0);
}

bool verdict_release_held(void)
{
	struct tracee *tr;
	bool any = false;

	while ((tr = list_first_entry_or_null(&pt.held, struct tracee, held))) {
		list_del(&tr->held);
		go_native(tr);
		any = true;
	}
	return any;
}
