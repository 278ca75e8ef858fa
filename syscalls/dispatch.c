/*
 * syscalls/dispatch.c - from a trapped call to its verdict
 *
 * Model: the platform has filled t->call and calls task_serve(). Order of things at a trap: a clone
 * that was continued is resolved; deaths of children that the parent may have seen through a native
 * wait are processed; the guest's own seccomp filters are asked; then the handler of table.def
 * runs, and its result is turned into a verdict. task_resume_parked() does the last part for calls
 * that were parked.
 *
 * Trust: t->call is a private copy. The number is bounded before it indexes the table.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "platform/platform.h"
#include "platform/stub/stub_abi.h"
#include "sentry/base/hostcall.h"
#include "sentry/guest_seccomp.h"
#include "sentry/task_exec.h"
#include "syscalls/strace.h"
#include "syscalls/syscall.h"
#include "syscalls/uring.h"

#define MAX_DEATH_POLL 64
#define MAX_ERRNO 4095

/* A native wait may have told the parent of a death before its pidfd event was served here. */
static void catch_up_with_deaths(struct task *t)
{
	struct process *p = t->process, *child;
	struct process *look[MAX_DEATH_POLL];
	struct pollfd fds[MAX_DEATH_POLL];
	unsigned int nr = 0;

	atomic_store(&p->waits_in_flight, false);
	rwlock_rdlock(&t->kernel->tree_lock);
	list_for_each_entry(child, &p->children, sibling) {
		if (nr == MAX_DEATH_POLL)
			break;
		fds[nr] = (struct pollfd){.fd = child->pidfd, .events = POLLIN};
		look[nr++] = process_get(child);
	}
	rwlock_unlock(&t->kernel->tree_lock);
	if (nr > 0)
		host_poll(fds, nr, 0);
	for (unsigned int i = 0; i < nr; i++) {
		if (fds[i].revents && look[i]->state != PROCESS_ZOMBIE)
			process_died(look[i]);
		else
			process_forget_if_reaped(look[i]);
		process_put(look[i]);
	}
}

static long wait_interrupted(struct task *t, int nr)
{
	long r;

	t->call.nr = nr;
	if (unlikely(t->seccomp) && guest_seccomp_check(t, &r))
		return r;
	return syscall_wait_interrupted(t);
}

long syscall_dispatch(struct task *t)
{
	const struct syscall_row *row;
	int nr = t->call.nr;

	/* The guest's own call, which a signal has interrupted. */
	if (nr == STUB_WAIT4 || nr == STUB_WAITID)
		return wait_interrupted(t, nr == STUB_WAIT4 ? SYS_wait4 : SYS_waitid);
	if (nr == STUB_OPEN_LIBRARY && !t->in_exec_stub)
		return library_open(t, t->call.args);
	/* The stub is ours, so the guest's filters are not asked about its calls. */
	if ((nr >= STUB_CALL_FIRST && nr <= STUB_CALL_LAST) || unlikely(t->in_exec_stub))
		return stub_call(t);
	if (unlikely(t->seccomp)) {
		long r;

		if (guest_seccomp_check(t, &r))
			return r;
	}
	if (nr < 0 || nr >= SYSCALL_MAX)
		return -ENOSYS;
	row = syscall_row((int)array_index_nospec((size_t)nr, SYSCALL_MAX));
	if (!row)
		return -ENOSYS;
	if (!row->fn)
		return row->refusal ? -row->refusal : -ENOSYS;
	return row->fn(t, t->call.args);
}

static void verdict(struct task *t, long r)
{
	const struct platform *platform = t->kernel->platform;

	if (r == SYS_PARKED) {
		if (platform->parked)
			platform->parked(t);
		return;
	}
	if (r == SYS_DONE)
		return; /* whoever gave the verdict has called task_serve_end() before it */
	/* The thread may run, and trap again, as soon as the verdict is out. */
	task_serve_end(t);
	if (r == SYS_CONTINUE)
		platform->continue_call(t);
	else
		platform->answer(t, r);
}

void task_serve(struct task *t)
{
	long r;

	atomic_fetch_or(&t->life, TASK_SERVING);
	if (unlikely(t->pending_clone))
		task_clone_resolve(t);
	if (unlikely(atomic_load_explicit(&t->process->waits_in_flight, memory_order_relaxed)))
		catch_up_with_deaths(t);
	if (unlikely(t->kernel->strace))
		strace_enter(t);
	r = task_is_dead(t) ? -EINTR : syscall_dispatch(t);
	if (unlikely(t->kernel->strace))
		strace_exit(t, r);
	verdict(t, r);
}

/* Calls whose meaning depends on an argument, and which might wait, stop the caller by a signal, or
 * be lost in part; the rest of the list is platform/fastpath/calls.c's. */
static bool suits_channel(const struct guest_call *c)
{
	switch (c->nr) {
	case SYS_fcntl: return (int)c->args[1] != F_SETLKW && (int)c->args[1] != F_OFD_SETLKW;
	case SYS_recvfrom: return !((int)c->args[3] & MSG_WAITALL);
	case SYS_recvmsg: return !((int)c->args[2] & MSG_WAITALL);
	case SYS_epoll_pwait: return c->args[4] == 0;
	case SYS_ioctl:
		return (unsigned int)c->args[1] == FIONREAD ||
		       (unsigned int)c->args[1] == FIONBIO || (unsigned int)c->args[1] == TCGETS ||
		       (unsigned int)c->args[1] == TIOCGWINSZ;
	}
	return true;
}

/* Which do nothing but wait as long as they give -EAGAIN. */
static bool waits_to_be_tried_again(int nr)
{
	switch (nr) {
	case SYS_read:
	case SYS_readv:
	case SYS_recvfrom:
	case SYS_recvmsg:
	case SYS_write:
	case SYS_writev:
	case SYS_sendto:
	case SYS_sendmsg:
	case SYS_accept:
	case SYS_accept4:
	case SYS_poll:
	case SYS_ppoll:
	case SYS_select:
	case SYS_pselect6:
	case SYS_epoll_wait:
	case SYS_epoll_pwait: return true;
	}
	return false;
}

static bool is_restart_class(long r)
{
	return r <= -ERESTARTSYS && r >= -ERESTART_RESTARTBLOCK;
}

enum channel_outcome task_serve_channel(struct task *t, const struct guest_call *call,
					struct window *w, uint64_t notes, long *ret_result)
{
	long r = SYS_CHANNEL_PUNT;
	bool noted = false;

	if (suits_channel(call)) {
		t->call = *call;
		t->in_channel = true;
		t->channel_blocked = false;
		t->channel_notes = waits_to_be_tried_again(call->nr) ? notes : 0;
		t->channel_noted = false;
		t->window = w;
		r = syscall_dispatch(t);
		t->window = NULL;
		t->in_channel = false;
		/* A count of what was moved before it would have waited is a result. */
		if (t->channel_blocked && r < 0) {
			noted = t->channel_noted && t->channel_notes;
			r = SYS_CHANNEL_PUNT;
		}
	}
	task_serve_end(t);
	if (noted)
		return CHANNEL_WOULD_WAIT;
	if (r < -MAX_ERRNO || is_restart_class(r)) /* verdicts are for held threads */
		return CHANNEL_TRAP;
	*ret_result = r;
	return CHANNEL_SERVED;
}

void task_resume_parked(struct task *t)
{
	long r;

	if (t->shadow) { /* nobody waits for a verdict */
		uring_resume(t);
		task_put(t);
		return;
	}
	r = park_resume(t);

	if (unlikely(t->kernel->strace))
		strace_exit(t, r);
	verdict(t, r);
	task_put(t);
}
