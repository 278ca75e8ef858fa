/*
 * platform/notify/attach_call.c - a held thread runs one native call and its result comes back here
 *
 * Protocol: as attach.c up to the stop before user mode. There all signals are blocked by
 * PTRACE_SETSIGMASK, so that no handler comes between; the registers are set to the other call, and
 * the thread goes from its syscall entry stop to its exit stop. Then the registers of before come
 * back with the held call's result in rax, or with the held call to be made again, and the mask.
 *
 * Between its stop and the entry stop the thread is in user mode, at the stub's syscall instruction, which
 * another guest thread can change meanwhile. Who does not come to the entry stop with the registers
 * that were set, or not in time, is killed: it must not trap, or another worker would serve a task
 * that is being served here.
 *
 * The call must not sleep: this worker waits for it. Where it is not in the forwarded set (or with
 * --forward=none) it traps; another worker finds PT_REDIRECTED and lets it go on. So one worker at a
 * time may wait here, or a guest could bind all of them: a thread that comes meanwhile makes its call
 * again.
 */
#include "platform/notify/attach_call.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "platform/notify/notify.h"
#include "platform/stub/stub_abi.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/base/log.h"
#include "sentry/signal.h"
#include "sentry/timer.h"

#define STOP_SYSCALL (SIGTRAP | 0x80) /* PTRACE_O_TRACESYSGOOD */
#define QUICK_LOOKS 200
#define PATIENCE_NS 10000000000LL /* a busy machine may leave it without a processor for seconds */

/* attach_wait_stop() for a thread in user mode, that may never stop: -ETIMEDOUT. */
static int wait_user_stop(pid_t tid)
{
	const struct timespec pause = {.tv_nsec = 200000};
	int64_t end = clock_now_ns(CLOCK_MONOTONIC) + PATIENCE_NS;

	for (int i = 0;; i++) {
		int status;
		pid_t got = waitpid(tid, &status, __WALL | WNOHANG);

		if (got == tid)
			return WIFSTOPPED(status) ? WSTOPSIG(status) : -ESRCH;
		if (got < 0 && errno != EINTR)
			return -ESRCH;
		if (i < QUICK_LOOKS)
			sched_yield();
		else if (clock_now_ns(CLOCK_MONOTONIC) > end)
			return -ETIMEDOUT;
		else
			clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
}

/* Runs to the next syscall stop. Group stops on the way are passed: they come back after DETACH. There may be
 * many: who stops and continues the process all the time is faster than this worker, so what counts is time. */
static int next_syscall_stop(pid_t tid, int (*wait_stop)(pid_t tid))
{
	int64_t end = clock_now_ns(CLOCK_MONOTONIC) + PATIENCE_NS;

	do {
		int sig;

		if (ptrace(PTRACE_SYSCALL, tid, 0, 0) < 0)
			return -ESRCH;
		sig = wait_stop(tid);
		if (sig < 0 || sig == STOP_SYSCALL)
			return sig < 0 ? sig : 0;
	} while (clock_now_ns(CLOCK_MONOTONIC) < end);
	return -ETIMEDOUT;
}

/* Stops the held thread on its way back to user mode; its notification is answered. */
static int stop_held(struct attached *a)
{
	int err = attach_seize(&a->hold, a->t, PTRACE_O_TRACESYSGOOD);

	if (err < 0)
		return err;
	notify_send(a->t, 0, -ENOSYS, 0);
	if (attach_wait_stop(a->tid) >= 0)
		return 0;
	attach_gone(&a->hold);
	return -ESRCH;
}

/* To the entry stop of call nr, which must be the one that was set. */
static int enter_call(pid_t tid, const struct user_regs_struct *want, int nr)
{
	struct user_regs_struct r;
	int err = next_syscall_stop(tid, wait_user_stop);

	if (err == 0 && ptrace(PTRACE_GETREGS, tid, 0, &r) < 0)
		err = -ESRCH;
	if (err < 0)
		return err;
	return (int)r.orig_rax == nr && r.rip == want->rip + 2 && r.rdi == want->rdi &&
			       r.rsi == want->rsi && r.rdx == want->rdx && r.r10 == want->r10 &&
			       r.r8 == want->r8 && r.r9 == want->r9
		       ? 0
		       : -EIO;
}

/* The native call, between two sets of registers. An error: it did not run, and the thread is gone
 * (-ESRCH) or has to go. */
static int run_call(struct task *t, const struct user_regs_struct *before, int nr,
		    const uint64_t args[6], long *ret)
{
	pid_t tid = t->plat.host_tid;
	struct user_regs_struct regs = *before;
	int err;

	attach_set_call(&regs, nr, args);
	/* Not its own instruction: that may have become a jump since it made its call. */
	regs.rip = notify_stub_entry() + STUB_CALL_OFFSET;
	notify_set_redirected(t, nr, args);
	receive_cover();
	if (ptrace(PTRACE_SETREGS, tid, 0, &regs) < 0)
		return -ESRCH;
	handover_give(t); /* to the worker that gets the trap */
	err = enter_call(tid, &regs, nr);
	if (err == 0)
		err = next_syscall_stop(tid, attach_wait_stop);
	handover_take(t);
	if (err == 0 && ptrace(PTRACE_GETREGS, tid, 0, &regs) < 0)
		err = -ESRCH;
	if (err == 0)
		*ret = (long)regs.rax;
	return err;
}

/* Its end is ours to wait for, as its tracer. */
static void kill_evader(struct task *t, int err)
{
	log_ratelimited(LOG_LEVEL_WARN, "thread %d evades a call: killed (error %d)",
			t->plat.host_tid, -err);
	signal_send_process(t->process, SIGKILL);
	while (attach_wait_stop(t->plat.host_tid) >= 0)
		;
}

void attach_again_later(struct task *t)
{
	task_serve_end(t);
	if (attach_restart(t, ERESTARTNOINTR) < 0)
		notify_send(t, 0, -EINTR, 0);
}

/* The guest makes its call again: there is no worker to spare for it now. done() only tidies up. */
static void again_later(struct task *t, uint64_t args[6],
			long (*done)(struct task *t, long result, uint64_t args[6]))
{
	(void)done(t, -EINTR, args);
	attach_again_later(t);
}

/* ---- an attachment ---- */

static atomic_bool busy;

bool attached_is_busy(void)
{
	return atomic_load(&busy);
}

int attached_begin(struct attached *a, struct task *t)
{
	uint64_t all = ~(uint64_t)0;
	int err;

	if (task_punts(t))
		return -EPERM; /* it is not held */
	if (atomic_exchange(&busy, true))
		return -EAGAIN;
	a->t = t;
	a->tid = t->plat.host_tid;
	a->nr = t->call.nr;
	a->err = 0;
	err = stop_held(a);
	if (err == 0 && ptrace(PTRACE_GETREGS, a->tid, 0, &a->before) == 0 &&
	    ptrace(PTRACE_GETSIGMASK, a->tid, sizeof(a->mask), &a->mask) == 0) {
		ptrace(PTRACE_SETSIGMASK, a->tid, sizeof(all), &all);
		a->after = a->before;
		a->after.orig_rax = (unsigned long long)-1;
		return 0;
	}
	if (err == 0)
		attach_reap(&a->hold);
	if (err == 0 || err == -ESRCH) {
		task_serve_end(t);
		err = ATTACHED_GONE;
	}
	atomic_store(&busy, false);
	return err;
}

long attached_call(struct attached *a, int nr, const uint64_t args[6])
{
	long result;

	if (a->err == 0)
		a->err = run_call(a->t, &a->before, nr, args, &result);
	return a->err == 0 ? result : -EINTR;
}

long attached_run(struct attached *a, int nr, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
		  uint64_t a4, uint64_t a5)
{
	const uint64_t args[6] = {a0, a1, a2, a3, a4, a5};

	return attached_call(a, nr, args);
}

static void attached_end(struct attached *a)
{
	struct task *t = a->t;

	if (a->err == 0) {
		ptrace(PTRACE_SETREGS, a->tid, 0, &a->after);
		ptrace(PTRACE_SETSIGMASK, a->tid, sizeof(a->mask), &a->mask);
		t->plat.flags &= ~PT_REDIRECTED;
		task_serve_end(t); /* it may trap again before DETACH returns */
		handover_give(t);
		attach_detach(&a->hold, 0);
	} else {
		if (a->err != -ESRCH)
			kill_evader(t, a->err);
		attach_reap(&a->hold);
		task_serve_end(t); /* the thread is gone */
	}
	atomic_store(&busy, false);
}

void attached_end_again(struct attached *a)
{
	a->after.rip -= 2;
	a->after.rax = (unsigned long long)a->nr;
	attached_end(a);
}

void attached_end_done(struct attached *a, long result)
{
	a->after.rax = (unsigned long long)result;
	attached_end(a);
}

int attach_call_prepared(struct task *t, int nr, uint64_t args[6],
			 void (*prepare)(struct task *t, uint64_t sp, uint64_t args[6]),
			 long (*done)(struct task *t, long result, uint64_t args[6]))
{
	struct attached a;
	long result;
	int err = attached_begin(&a, t);

	if (err == -EAGAIN) {
		again_later(t, args, done);
		return 0;
	}
	if (err == ATTACHED_GONE)
		(void)done(t, -EINTR, args);
	if (err != 0)
		return MIN(err, 0);
	if (prepare)
		prepare(t, a.before.rsp, args);
	do
		result = done(t, attached_call(&a, nr, args), args);
	while (a.err == 0 && result == CALL_NATIVE_AGAIN);
	if (result == -ERESTARTNOINTR) {
		attached_end_again(&a);
		return 0;
	}
	attached_end_done(&a, result);
	return 0;
}

int attach_call_native(struct task *t, int nr, uint64_t args[6],
		       long (*done)(struct task *t, long result, uint64_t args[6]))
{
	return attach_call_prepared(t, nr, args, NULL, done);
}
