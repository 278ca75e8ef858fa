/*
 * platform/notify/sigaction.c - rt_sigaction(2) on the notify platform
 *
 * Model: a trapped call that the sentry has not received yet is interrupted by any handled signal,
 * and the host then restarts it only if the handler has SA_RESTART. So handlers without it are
 * installed with it, with code of ours before them (platform/stub/signal.S). EINTR where Linux has
 * it: sigaction_interrupts() for calls that the sentry holds, signal.S for those that sleep in the
 * host. Who asks for the action is told what the guest has set.
 *
 * The host is given an entry of entry.S; its number is a slot in a table at STUB_HANDLERS in the
 * guest's memory, which holds the guest's handler. Slots belong to handlers, not to signals, and are
 * never changed: processes may share memory, but not dispositions (vfork), and a thread can be on its
 * way to the old handler. When they are used up, or the guest has unmapped the table, handlers are
 * installed as they are. Who writes to the table harms himself.
 *
 * Handlers of faults are left alone: they are for what happens between calls.
 *
 * The changed action goes below the red zone of the guest's stack, and the call is made from there
 * (attach_call.c). Where this is not possible the guest's own call goes on.
 *
 * Locking: the table is changed by one thread at a time, see attach_call_prepared().
 */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "platform/notify/attach_call.h"
#include "platform/notify/notify.h"
#include "platform/stub/embed.h"
#include "platform/stub/stub_abi.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/mem/usermem.h"
#include "sentry/sighand.h"
#include "sentry/signal.h"

/* The kernel's, not the C library's. */
struct kernel_sigaction {
	uint64_t handler, flags, restorer, mask;
};
STATIC_ASSERT_SIZE(struct kernel_sigaction, 32);

/* On the guest's stack while the call is made. */
struct scratch {
	struct kernel_sigaction act, old;
};

struct setting {
	struct sighand *hand;
	struct kernel_sigaction act; /* as the guest wants it */
	uaddr_t act_addr, old_addr;  /* the guest's; 0: not given */
	uaddr_t scratch;	     /* 0: the guest's call is made as it is */
	uint64_t bit;
	bool hidden; /* the host's old action has SA_RESTART, the guest's has not */
	uint64_t handlers[STUB_NR_HANDLERS];
};

#define BIT(sig) (1ULL << ((sig)-1))
#define FAULTS (BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGILL) | BIT(SIGFPE) | BIT(SIGTRAP) | BIT(SIGSYS))

/* ---- entries and their handlers ---- */

static uint64_t entry_addr(unsigned int slot)
{
	Elf64_Ehdr head;

	memcpy(&head, guest_stub_start, sizeof(head));
	return head.e_entry + STUB_SIGNAL_OFFSET + slot * STUB_SIGNAL_STEP;
}

static bool is_entry(uint64_t addr)
{
	return addr >= entry_addr(0) && addr < entry_addr(STUB_NR_HANDLERS);
}

/* The slot of this handler, a new one if need be; -ENOSPC. The sentry's copy is up to date. */
static int slot_for(struct task *t, struct setting *s, uint64_t handler)
{
	int slot = 0;

	while (slot < STUB_NR_HANDLERS && s->handlers[slot] && s->handlers[slot] != handler)
		slot++;
	if (slot == STUB_NR_HANDLERS)
		return -ENOSPC;
	if (s->handlers[slot])
		return slot;
	s->handlers[slot] = handler;
	if (copy_out_obj(t, STUB_HANDLERS + (uint64_t)slot * sizeof(handler), &handler) < 0)
		return -ENOSPC;
	return slot;
}

/* ---- the call ---- */

static bool needs_entry(const struct setting *s)
{
	return s->act_addr && s->act.handler > 1 && !(s->act.flags & SA_RESTART) &&
	       !is_entry(s->act.handler) && !(s->bit & FAULTS);
}

/* Puts the action to be installed onto the guest's stack. */
static void prepare(struct task *t, uint64_t sp, uint64_t args[6])
{
	struct setting *s = t->call_state;
	struct scratch scratch = {.act = s->act};
	uaddr_t at = (sp - 256 - sizeof(scratch)) & ~15ULL;

	if (copy_in_obj(t, &s->handlers, STUB_HANDLERS) < 0)
		return;
	if (needs_entry(s)) {
		int slot = slot_for(t, s, s->act.handler);

		if (slot < 0)
			return;
		scratch.act.handler = entry_addr((unsigned int)slot);
		scratch.act.flags |= SA_RESTART;
	}
	if (copy_out_obj(t, at, &scratch) < 0)
		return;
	s->scratch = at;
	s->hidden = atomic_load(&s->hand->no_restart) & s->bit;
	args[1] = s->act_addr ? at + offsetof(struct scratch, act) : 0;
	args[2] = s->old_addr ? at + offsetof(struct scratch, old) : 0;
	if (needs_entry(s)) /* before the host knows: the signal may come at once */
		atomic_fetch_or(&s->hand->no_restart, s->bit);
}

/* What the guest has set, of what the host says. */
static long give_old(struct task *t, struct setting *s)
{
	struct kernel_sigaction old;

	if (copy_in_obj(t, &old, s->scratch + offsetof(struct scratch, old)) < 0)
		return -EFAULT;
	if (is_entry(old.handler)) {
		size_t slot = (old.handler - entry_addr(0)) / STUB_SIGNAL_STEP;

		old.handler = s->handlers[array_index_nospec(slot, STUB_NR_HANDLERS)];
		s->hidden = true;
	}
	if (s->hidden) /* also of the default action that SA_RESETHAND has left */
		old.flags &= ~(uint64_t)SA_RESTART;
	return copy_out_obj(t, s->old_addr, &old) < 0 ? -EFAULT : 0;
}

static long done(struct task *t, long result, uint64_t args[6])
{
	struct setting *s = t->call_state;

	(void)args;
	t->call_state = NULL;
	if (result < 0)
		return result;
	if (s->act_addr && !(needs_entry(s) && s->scratch))
		atomic_fetch_and(&s->hand->no_restart, ~s->bit);
	return s->old_addr && s->scratch ? give_old(t, s) : result;
}

/* False: the guest's call may go on as it is. */
static bool decode(struct task *t, const uint64_t *a, struct setting *s)
{
	int sig = (int)a[0];

	s->act_addr = a[1];
	s->old_addr = a[2];
	if (a[3] != 8 || sig < 1 || sig > SIGHAND_NR || sig == SIGKILL || sig == SIGSTOP)
		return false;
	s->bit = BIT(sig);
	if (s->act_addr && copy_in_obj(t, &s->act, s->act_addr) < 0)
		return false;
	if (needs_entry(s))
		return (s->hand = sighand_make(t->process));
	s->hand = sighand_get(t->process);
	if (!s->hand || !(atomic_load(&s->hand->no_restart) & s->bit))
		return false;
	if (s->old_addr)
		return true;
	atomic_fetch_and(&s->hand->no_restart, ~s->bit);
	return false;
}

long notify_sigaction(struct task *t, const uint64_t *a)
{
	struct setting s = {.bit = 0};
	uint64_t args[6] = {a[0], a[1], a[2], 8};
	long result = SYS_CONTINUE;

	if (decode(t, a, &s)) {
		t->call_state = &s;
		/* Afterwards the thread runs, and its state is not ours. */
		if (attach_call_prepared(t, SYS_rt_sigaction, args, prepare, done) == 0)
			result = SYS_DONE;
		else
			t->call_state = NULL;
	}
	sighand_put(s.hand);
	return result;
}

/* ---- calls that the sentry holds ---- */

bool sigaction_interrupts(struct task *t)
{
	struct sighand *h = sighand_get(t->process);
	uint64_t no_restart = h ? atomic_load(&h->no_restart) : 0, pending;
	struct signal_state st;

	sighand_put(h);
	if (!no_restart || signal_state_read(t, &st) < 0)
		return false;
	/* The host delivers the thread's own before the group's, and low numbers first. */
	pending = st.pending & st.caught & ~st.blocked;
	if (!pending)
		pending = st.shared_pending & st.caught & ~st.blocked;
	return (pending & -pending) & no_restart;
}
