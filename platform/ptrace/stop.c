/*
 * platform/ptrace/stop.c - what the stops and deaths of tracees mean, see ptrace.h
 *
 * One function per kind of event; each looks at the tracee's state and leaves it running, listening
 * for SIGCONT, or held.
 */
#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "platform/guestmem.h"
#include "platform/ptrace/ptrace.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/base/log.h"
#include "sentry/hostproc.h"
#include "sentry/process_watch.h"
#include "sentry/signal.h"
#include "sentry/spawn.h"
#include "sentry/task_exec.h"

#define SYSCALL_STOP (SIGTRAP | 0x80) /* PTRACE_O_TRACESYSGOOD */
#define SIGBIT(sig) (1ULL << ((sig)-1))
/* What does nothing by default. */
#define DEFAULT_IGNORED (SIGBIT(SIGCHLD) | SIGBIT(SIGCONT) | SIGBIT(SIGURG) | SIGBIT(SIGWINCH))

/* ---- trapped calls ---- */

/* The end of a leader is its process's, whose records may be gone by then. */
static void note_leader(struct tracee *tr, struct task *t)
{
	if (!tr->leads && tr->tid == t->process->host_pid)
		tr->leads = process_get(t->process);
}

/* A thread's affinity comes from whoever made it: at_clone(). Should its first call come before, from
 * the leader of its process or of its parent. */
static void place_unknown(struct tracee *tr, struct task *t)
{
	struct process *parent = NULL;
	pid_t leader = t->process->host_pid;

	if (leader == tr->tid) {
		parent = process_parent(t->process);
		leader = parent ? parent->host_pid : 0;
	}
	place_born(tr, tracee_find(leader));
	process_put(parent);
}

/* Takes t. */
static void serve_task(struct tracee *tr, struct task *t)
{
	const struct user_regs_struct *r = &tr->regs;

	note_leader(tr, t);
	if (!tr->place.known)
		place_unknown(tr, t);
	place_called(tr);
	t->call = (struct guest_call){
		.nr = (int)r->orig_rax,
		.args = {r->rdi, r->rsi, r->rdx, r->r10, r->r8, r->r9},
		.ip = r->rip,
	};
	tracee_call_begin(tr, t);
	task_serve(t);
	task_put(t);
}

/* A new thread whose parent's event has not come yet, or never will as the parent was killed, waits
 * until it is known whose child it is. */
static void serve(struct tracee *tr)
{
	struct task *t;

	tr->repeat.ip = 0;
	if (tracee_get_regs(tr, &tr->regs) < 0)
		return; /* killed: its exit comes next */
	t = task_lookup_host_tid(pt.k, tr->tid);
	if (t) {
		serve_task(tr, t);
	} else {
		tr->state = TRACEE_UNKNOWN;
		list_add_tail(&tr->held, &pt.unknown);
	}
}

static bool clones_are_pending(void)
{
	bool any;

	rwlock_rdlock(&pt.k->tree_lock);
	any = pt.k->nr_pending_clones > 0;
	rwlock_unlock(&pt.k->tree_lock);
	return any;
}

/* No clone can have made it, and no sibling's exit_group, whose status is to count, is ending it. */
static bool is_nobodys(pid_t tid)
{
	_cleanup_ids_ struct hostproc_ids ids = HOSTPROC_NO_IDS;

	return !clones_are_pending() &&
	       (hostproc_ids(pt.k, tid, &ids) < 0 || !process_is_ending(pt.k, ids.tgid));
}

/* A clone or a death may have made them known. */
static void look_at_unknown(void)
{
	struct list list = LIST_HEAD_INIT(list);
	struct tracee *tr;

	list_splice_tail(&pt.unknown, &list);
	while ((tr = list_first_entry_or_null(&list, struct tracee, held))) {
		struct task *t = task_for_host_tid(pt.k, tr->tid);

		list_del(&tr->held);
		if (t) {
			serve_task(tr, t);
			continue;
		}
		list_add_tail(&tr->held, &pt.unknown);
		if (is_nobodys(tr->tid))
			ptrace(PTRACE_KILL, tr->tid, 0, 0);
	}
}

static void at_seccomp(struct tracee *tr)
{
	switch (tr->state) {
	case TRACEE_RUNNING: serve(tr); return;
	case TRACEE_COMPLETING: {
		/* Its pause(2), or the host's repetition of it: the stop that was asked for follows. */
		struct user_regs_struct regs = tr->regs;

		regs.orig_rax = (unsigned long long)-1;
		tracee_set_regs(tr, &regs);
		break;
	}
	case TRACEE_REENTERING:
		tracee_unmask(tr);
		if (tr->verdict.kind == VERDICT_CONTINUE)
			tracee_call_end(tr);
		else
			tr->state = TRACEE_REDIRECTING;
		break;
	default: break; /* NATIVE: pause(2) again; REDIRECTING: after its entry stop */
	}
	tracee_resume(tr, 0);
}

/* ---- syscall stops: only where tracee_resume() asked for one ---- */

/* A native call in place of the guest's is over: the guest must not see other arguments. */
static void after_other_call(struct tracee *tr)
{
	struct user_regs_struct regs;
	bool execing = tr->state == TRACEE_EXECING;

	if (tracee_get_regs(tr, &regs) == 0) {
		struct user_regs_struct back = tr->regs;

		back.rax = regs.rax;
		tracee_set_regs(tr, &back);
	}
	if (execing)
		task_exec_failed(tr->task);
	tracee_call_end(tr);
}

/* A kill(2) is over: its signal is pending by now. */
static void after_kill(struct tracee *tr)
{
	struct process *p = TAKE_PTR(tr->kicked), *next;
	pid_t after = 0;

	process_wake_signals(p);
	process_put(p);
	while (tr->kicked_many && (next = process_next(pt.k, after))) {
		after = next->pid;
		process_wake_signals(next);
		process_put(next);
	}
	tr->kicked_many = false;
}

static void at_syscall(struct tracee *tr)
{
	switch (tr->state) {
	case TRACEE_REENTERING:
		tracee_unmask(tr);
		tr->state = TRACEE_REDIRECTING;
		break;
	case TRACEE_REDIRECTING:
	case TRACEE_EXECING: after_other_call(tr); break;
	case TRACEE_RUNNING:
		if (tr->kicked)
			after_kill(tr);
		break;
	default: break;
	}
	tracee_resume(tr, 0);
}

/* ---- signals ---- */

/* Would the host interrupt a call for it? Traced threads are stopped for ignored signals, too. */
static bool signal_matters(struct task *t, int sig)
{
	struct signal_state st;

	if (signal_state_read(t, &st) < 0)
		return true;
	if (st.ignored & SIGBIT(sig))
		return false;
	if (st.caught & SIGBIT(sig))
		return true;
	return t->process != pt.k->init && !(DEFAULT_IGNORED & SIGBIT(sig));
}

/* For a traced thread the host queues ignored signals, too. One of them ends rt_sigtimedwait(2), the
 * only native call that the host does not take up again by itself: it is made again. Its time-out
 * then starts anew, as nobody knows when it began; so that ignored signals that keep coming do not
 * make it endless, it times out once that time has passed since the first of them. */
static long repeated_wait(struct tracee *tr, const struct user_regs_struct *regs)
{
	struct wait_repeat *w = &tr->repeat;
	int64_t now = clock_now_ns(CLOCK_MONOTONIC), length;
	struct timespec ts;

	if (!regs->rdx)
		return -ERESTARTNOHAND;
	if (!guestmem_read(tr->tid, &ts, regs->rdx, sizeof(ts)))
		return -EFAULT;
	length = MIN(ts.tv_sec, INT64_C(1) << 32) * INT64_C(1000000000) + ts.tv_nsec;
	if (w->ip != regs->rip || w->sp != regs->rsp || now - w->last_ns > length)
		*w = (struct wait_repeat){.ip = regs->rip, .sp = regs->rsp, .first_ns = now};
	w->last_ns = now;
	return now - w->first_ns >= length ? -EAGAIN : -ERESTARTNOHAND;
}

static void repeat_wait_for_signal(struct tracee *tr, int sig)
{
	struct user_regs_struct regs;
	struct task *t;

	if (tracee_get_regs(tr, &regs) < 0 || regs.orig_rax != SYS_rt_sigtimedwait ||
	    (long)regs.rax != -EINTR)
		return;
	t = task_lookup_host_tid(pt.k, tr->tid);
	if (t && !signal_matters(t, sig)) {
		regs.rax = (unsigned long long)repeated_wait(tr, &regs);
		tracee_set_regs(tr, &regs);
	}
	task_put(t);
}

static void hold_parked(struct tracee *tr, int sig, bool group_stop)
{
	tr->state = TRACEE_SIGNALLED;
	tr->stop_signal = sig;
	tr->group_stop = group_stop;
	park_wake(tr->task, WAKE_SIGNAL);
}

static bool is_fault(struct tracee *tr, int sig)
{
	siginfo_t info;

	if (sig != SIGSEGV && sig != SIGBUS && sig != SIGILL && sig != SIGFPE && sig != SIGTRAP)
		return false;
	return ptrace(PTRACE_GETSIGINFO, tr->tid, 0, &info) == 0 && info.si_code > 0;
}

/* The host spares a process 1 that is traced even its own faults: without a handler it would fault
 * for ever. Untraced it dies of them, and the sandbox with it. */
static bool ends_init(struct tracee *tr, int sig)
{
	struct signal_state st;
	struct task *t;
	bool ends;

	if (!is_fault(tr, sig))
		return false;
	t = task_lookup_host_tid(pt.k, tr->tid);
	ends = t && t->process == pt.k->init && signal_state_read(t, &st) == 0 &&
	       !(st.caught >> (sig - 1) & 1);
	task_put(t);
	return ends;
}

static void at_signal(struct tracee *tr, int sig)
{
	if (ends_init(tr, sig)) {
		kernel_shutdown(pt.k, sig);
		return;
	}
	switch (tr->state) {
	case TRACEE_NATIVE:
		if (!signal_matters(tr->task, sig))
			break; /* the host drops it and sleeps on */
		hold_parked(tr, sig, false);
		return;
	case TRACEE_COMPLETING: verdict_complete(tr, sig, false); return;
	case TRACEE_REENTERING: verdict_cancel(tr); break;
	default:
		if (tr->swap_siginfo && sig == tr->siginfo.si_signo) {
			tr->swap_siginfo = false;
			ptrace(PTRACE_SETSIGINFO, tr->tid, 0, &tr->siginfo);
		}
		if (tr->state == TRACEE_RUNNING)
			repeat_wait_for_signal(tr, sig);
	}
	tracee_resume(tr, sig);
}

/* A group stop, its end, the answer to PTRACE_INTERRUPT, or the first stop of a new thread. */
static void at_event_stop(struct tracee *tr, int sig)
{
	bool group_stop = sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;

	if (tr->state == TRACEE_COMPLETING)
		verdict_complete(tr, 0, group_stop);
	else if (group_stop && tr->state == TRACEE_NATIVE)
		hold_parked(tr, 0, true);
	else if (group_stop)
		tracee_listen(tr);
	else
		tracee_resume(tr, 0);
}

/* ---- clone and exec ---- */

static pid_t event_tid(struct tracee *tr)
{
	unsigned long tid;

	return ptrace(PTRACE_GETEVENTMSG, tr->tid, 0, &tid) < 0 ? 0 : (pid_t)tid;
}

static void at_clone(struct tracee *tr)
{
	pid_t child = event_tid(tr);
	struct task *t = child ? task_lookup_host_tid(pt.k, tr->tid) : NULL;
	struct tracee *child_tr;

	if (t) {
		task_clone_made(t, child);
		task_put(t);
		t = task_lookup_host_tid(pt.k, child);
		child_tr = t ? tracee_get(child) : NULL;
		if (child_tr) {
			place_born(child_tr, tr);
			note_leader(child_tr, t);
		}
		task_put(t);
	}
	tracee_resume(tr, 0);
	look_at_unknown();
}

/* tr is what was known of the leader, whose tid the exec'ing thread has by now. */
static void at_exec(struct tracee *tr)
{
	pid_t former = event_tid(tr);
	struct tracee *execing = former ? tracee_find(former) : NULL;

	if (execing && execing != tr) {
		pid_t tid = tr->tid;

		tracee_free(tr);
		tracee_rename(execing, tid);
		tr = execing;
	}
	if (tr->task && tr->task->exec_plan && !task_exec_is_boot(tr->task))
		task_exec_take_leadership(tr->task);
	tracee_call_end(tr);
	tracee_resume(tr, 0);
}

/* ---- deaths ---- */

/* The host has told the parent just now, and the parent is not served before this returns. */
static void process_gone(struct process *p, int status)
{
	struct process *parent;
	bool known;

	if (p == pt.k->init) { /* the event thread ends the sandbox */
		if (!pt.k->own_init)
			atomic_store(&pt.k->exit_status, process_status(p, status));
		return;
	}
	event_unwatch(&p->death); /* nor is it half done by the event thread */
	rwlock_rdlock(&pt.k->tree_lock);
	known = p->state == PROCESS_ZOMBIE;
	rwlock_unlock(&pt.k->tree_lock);
	if (!known)
		process_died(p);
	if (p->spawn)
		spawn_reaped(p, status);
	parent = process_parent(p);
	if (parent)
		signal_kick(parent, NULL);
	process_put(parent);
	process_forget_if_reaped(p);
}

static void gone(pid_t tid, int status)
{
	struct tracee *tr = tracee_find(tid);
	struct task *t = task_lookup_host_tid(pt.k, tid);
	struct process *p = NULL;

	if (tr) {
		if (tr->state == TRACEE_EXECING)
			task_exec_failed(tr->task);
		p = TAKE_PTR(tr->leads);
		tracee_free(tr);
	}
	if (t && !p && t->process->host_pid == tid)
		p = process_get(t->process);
	if (p)
		process_gone(p, status);
	else if (t)
		task_exited(t);
	process_put(p);
	task_put(t);
	look_at_unknown();
}

void stop_handle(pid_t tid, int status)
{
	struct tracee *tr;

	if (!WIFSTOPPED(status)) {
		gone(tid, status);
		return;
	}
	tr = tracee_get(tid);
	if (!tr) {
		log_err("thread %d: out of memory", tid);
		ptrace(PTRACE_KILL, tid, 0, 0);
		return;
	}
	switch (status >> 16) {
	case PTRACE_EVENT_SECCOMP: at_seccomp(tr); return;
	case PTRACE_EVENT_CLONE:
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK: at_clone(tr); return;
	case PTRACE_EVENT_EXEC: at_exec(tr); return;
	case PTRACE_EVENT_STOP: at_event_stop(tr, WSTOPSIG(status)); return;
	}
	if (WSTOPSIG(status) == SYSCALL_STOP)
		at_syscall(tr);
	else
		at_signal(tr, WSTOPSIG(status));
}
