/*
 * platform/notify/attach_faults.c - handlers for faults in the shim's copies: platform/stub/fault.c
 *
 * Model: a process whose shims copy data has the stub's handlers of SIGSEGV and SIGBUS on the host. They
 * come with its first channel: in place of the default action, which is what the program sees (sighand.h:
 * defaulted), or before the program's own handler (entered). Where that cannot be (signals that are
 * ignored, SA_RESETHAND) the shims copy nothing: process->own_faults.
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

static uint64_t bit(int sig)
{
	return 1ULL << (sig - 1);
}

bool attach_is_fault(int sig)
{
	return sig == SIGSEGV || sig == SIGBUS;
}

static bool set_from(struct attached *a, int sig, uint64_t at, uint64_t old)
{
	return attached_run(a, SYS_rt_sigaction, (uint64_t)sig, at, old, 8, 0, 0) >= 0;
}

/* Ours comes before the program's. */
static bool enter(struct attached *a, struct sighand *h, int sig, const struct sighand_action *act)
{
	uaddr_t at = sigaction_takes_faults(act) ? sigaction_enter(a->t, h, sig, act) : 0;

	return at && set_from(a, sig, at, 0);
}

/* The channel lends the memory for the structures. */
static bool handle_fault(struct attached *a, const struct channel *ch, struct sighand *h, int sig)
{
	struct sighand_action old,
		act = {
			.handler = notify_stub_entry() + STUB_FAULT_OFFSET,
			.flags = SA_SIGINFO | SA_NODEFER | SA_RESTORER_FLAG,
			.restorer = notify_stub_entry() + STUB_FAULT_RETURN_OFFSET,
		};
	uint64_t at = channel_guest_address(ch) + CH_OUT, old_at = at + sizeof(act);
	bool at_once = is_alone(a->t) && !(atomic_load(&h->entered) & bit(sig));

	memcpy(ch->mem + CH_OUT, &act, sizeof(act));
	if (!set_from(a, sig, at_once ? at : 0, old_at))
		return false;
	memcpy(&old, ch->mem + CH_OUT + sizeof(act), sizeof(old));
	if (old.handler == 0 || old.handler == act.handler) {
		if (!at_once && old.handler == 0 && !set_from(a, sig, at, 0))
			return false;
		atomic_fetch_or(&h->defaulted, bit(sig));
		return true;
	}
	if (!sigaction_is_entered(&old) && enter(a, h, sig, &old))
		return true;
	if (at_once) /* one more, to put back what the program had */
		set_from(a, sig, old_at, 0);
	return sigaction_is_entered(&old);
}

static void default_faults(struct attached *a, struct sighand *h)
{
	uint64_t zeros = notify_stub_entry() + STUB_ZEROS_OFFSET;

	for (size_t i = 0; i < ARRAY_SIZE(fault_signals); i++) {
		int sig = fault_signals[i];

		if (atomic_load(&h->defaulted) & bit(sig))
			set_from(a, sig, zeros, 0);
		atomic_fetch_and(&h->defaulted, ~bit(sig));
	}
}

void attach_handle_faults(struct attached *a, const struct channel *ch)
{
	struct process *p = a->t->process;
	struct sighand *h;

	if (atomic_load(&p->fault_handlers) || atomic_load(&p->own_faults))
		return;
	h = sighand_make(p);
	if (h && handle_fault(a, ch, h, SIGSEGV) && handle_fault(a, ch, h, SIGBUS))
		atomic_store(&p->fault_handlers, true);
	else
		atomic_store(&p->own_faults, true);
	sighand_put(h);
}

void attach_faults_handled(struct task *t, bool yes)
{
	struct sighand *h = yes ? sighand_make(t->process) : NULL;

	if (h) {
		for (size_t i = 0; i < ARRAY_SIZE(fault_signals); i++)
			atomic_fetch_or(&h->defaulted, bit(fault_signals[i]));
		atomic_store(&t->process->fault_handlers, true);
	} else {
		atomic_store(&t->process->own_faults, true);
	}
	sighand_put(h);
}

/* A handler of the program's own where it had none: ours comes before it, or leaves. */
static long replace_default(struct task *t, struct sighand *h, const struct sighand_action *act)
{
	const uint64_t *a = t->call.args;
	const struct sighand_action none = {0};
	struct attached at;
	int sig = (int)a[0], err = attached_begin(&at, t);

	if (err == -EAGAIN)
		return -ERESTARTNOINTR;
	if (err != 0)
		return err == ATTACHED_GONE ? SYS_DONE : SYS_CONTINUE;
	if (a[1] && enter(&at, h, sig, act)) {
		atomic_fetch_and(&h->defaulted, ~bit(sig));
		attached_end_done(&at, a[2] ? copy_out_obj(t, a[2], &none) : 0);
		return SYS_DONE;
	}
	default_faults(&at, h);
	fast_own_faults(t->process);
	attached_end_again(&at);
	return SYS_DONE;
}

long attach_sigaction(struct task *t, const uint64_t *a)
{
	struct sighand *h = attach_is_fault((int)a[0]) && a[3] == 8 ? sighand_get(t->process)
								    : NULL;
	struct sighand_action act = {0}, none = {0};
	long r = SYS_CONTINUE;

	if (!h || !(atomic_load(&h->defaulted) & bit((int)a[0])))
		r = SYS_CONTINUE;
	else if (a[1] && copy_in_obj(t, &act, a[1]) < 0)
		r = -EFAULT;
	/* The stub's own call, at the end of a process, is meant as it is. */
	else if (act.handler == 0 && t->call.ip >> 32 != STUB_BASE >> 32)
		r = a[2] ? copy_out_obj(t, a[2], &none) : 0;
	else
		r = replace_default(t, h, &act);
	sighand_put(h);
	return r;
}
