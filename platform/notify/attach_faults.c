/*
 * platform/notify/attach_faults.c - handlers for faults in the shim's copies: platform/stub/fault.c
 *
 * Model: a process whose shims copy data has the stub's handlers of SIGSEGV and SIGBUS on the host, as
 * long as the program leaves both at their default actions. They come with its first channel; the
 * program sees the default actions, and its first handler of its own takes them away again.
 */
#include "platform/notify/attach_fast.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "platform/notify/attach_call.h"
#include "platform/notify/notify.h"
#include "platform/stub/stub_abi.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/mem/usermem.h"
#include "sentry/sighand.h"

#define SA_RESTORER_FLAG 0x04000000 /* the C library hides it */

static const int fault_signals[] = {SIGSEGV, SIGBUS};

/* Nobody else has these handlers, so nobody can be harmed by one that is there for a moment only. */
static bool is_alone(struct task *t)
{
	return atomic_load(&t->process->nr_tasks) == 1 && !fast_memory_is_shared(t);
}

/* One call, and another one to put back what the program had. */
static bool exchange_fault(struct attached *a, const struct channel *ch, int sig,
			   const struct sighand_action *act)
{
	uint64_t at = channel_guest_address(ch) + CH_OUT;
	struct sighand_action old;

	memcpy(ch->mem + CH_OUT, act, sizeof(*act));
	if (attached_run(a, SYS_rt_sigaction, (uint64_t)sig, at, at + sizeof(*act), 8, 0, 0) < 0)
		return false;
	memcpy(&old, ch->mem + CH_OUT + sizeof(*act), sizeof(old));
	if (old.handler == 0 || old.handler == act->handler)
		return true;
	attached_run(a, SYS_rt_sigaction, (uint64_t)sig, at + sizeof(*act), 0, 8, 0, 0);
	return false;
}

/* The channel lends the memory for the structures. */
static bool handle_fault(struct attached *a, const struct channel *ch, int sig)
{
	struct sighand_action old,
		act = {
			.handler = notify_stub_entry() + STUB_FAULT_OFFSET,
			.flags = SA_SIGINFO | SA_NODEFER | SA_RESTORER_FLAG,
			.restorer = notify_stub_entry() + STUB_FAULT_RETURN_OFFSET,
		};
	uint64_t at = channel_guest_address(ch) + CH_OUT;

	if (is_alone(a->t))
		return exchange_fault(a, ch, sig, &act);
	if (attached_run(a, SYS_rt_sigaction, (uint64_t)sig, 0, at, 8, 0, 0) < 0)
		return false;
	memcpy(&old, ch->mem + CH_OUT, sizeof(old));
	if (old.handler == act.handler)
		return true;
	if (old.handler != 0)
		return false;
	memcpy(ch->mem + CH_OUT, &act, sizeof(act));
	return attached_run(a, SYS_rt_sigaction, (uint64_t)sig, at, 0, 8, 0, 0) == 0;
}

static void default_faults(struct attached *a)
{
	uint64_t zeros = notify_stub_entry() + STUB_ZEROS_OFFSET;

	for (size_t i = 0; i < ARRAY_SIZE(fault_signals); i++)
		attached_run(a, SYS_rt_sigaction, (uint64_t)fault_signals[i], zeros, 0, 8, 0, 0);
}

void attach_handle_faults(struct attached *a, const struct channel *ch)
{
	struct process *p = a->t->process;

	if (atomic_load(&p->fault_handlers) || atomic_load(&p->own_faults))
		return;
	if (handle_fault(a, ch, SIGSEGV) && handle_fault(a, ch, SIGBUS))
		atomic_store(&p->fault_handlers, true);
	else
		atomic_store(&p->own_faults, true);
}

static bool is_fault_signal(uint64_t sig)
{
	return (int)sig == SIGSEGV || (int)sig == SIGBUS;
}

long attach_sigaction(struct task *t, const uint64_t *a)
{
	struct sighand_action act, none = {0};
	struct attached at;
	int err;

	if (!atomic_load(&t->process->fault_handlers) || !is_fault_signal(a[0]) || a[3] != 8)
		return SYS_CONTINUE;
	if (a[1] && copy_in_obj(t, &act, a[1]) < 0)
		return -EFAULT;
	/* The stub's own call, at the end of a process, is meant as it is. */
	if ((!a[1] || act.handler == 0) && t->call.ip >> 32 != STUB_BASE >> 32)
		return a[2] ? copy_out_obj(t, a[2], &none) : 0;
	err = attached_begin(&at, t);
	if (err == -EAGAIN)
		return -ERESTARTNOINTR;
	if (err != 0)
		return err == ATTACHED_GONE ? SYS_DONE : SYS_CONTINUE;
	default_faults(&at);
	fast_own_faults(t->process);
	attached_end_again(&at);
	return SYS_DONE;
}
