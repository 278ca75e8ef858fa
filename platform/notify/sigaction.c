/*
 * platform/notify/sigaction.c - rt_sigaction(2) on the notify platform
 *
 * Model: a trapped call that the sentry has not received yet is interrupted by any handled signal,
 * and the host then restarts it only if the handler has SA_RESTART. So handlers without it are
 * installed with it, with code of ours before them (platform/stub/signal.S). So are all handlers of SIGSEGV
 * and SIGBUS in processes whose shims copy data (attach_faults.c). EINTR where Linux has
 * it: sigaction_interrupts() for calls that the sentry holds, signal.S for those that sleep in the
 * host. Who asks for the action is told what the guest has set.
 *
 * The host is given an entry of entry.S as the handler; its number is a slot in a table at
 * STUB_HANDLERS in the guest's memory, which holds the guest's handler, and the action for the host to
 * read. Slots belong to actions, not to signals, and are never changed: processes may share memory, but
 * not dispositions (vfork), and a thread can be on its way to the old handler, or to the call that
 * installs it. When they are used up, or the guest has unmapped the table, handlers are installed as
 * they are. Who writes to the table harms himself.
 *
 * A process without such handlers makes its calls itself. Otherwise what the old action was is told
 * from the record (sighand.h), and the thread makes the call with other arguments. Where the record
 * does not know it, the host is asked: the call is made for the guest (attach_call.c), with room for
 * the old action below the red zone of its stack. That is dear, and once for a signal.
 *
 * Locking: slots are given by one thread at a time; one that comes meanwhile makes its call again.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>

#include "platform/notify/attach_call.h"
#include "platform/notify/attach_fast.h"
#include "platform/notify/notify.h"
#include "platform/stub/stub_abi.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/mem/usermem.h"
#include "sentry/sighand.h"
#include "sentry/signal.h"

struct setting {
	struct sighand *hand;
	struct sighand_action act;  /* as the guest wants it */
	uaddr_t act_addr, old_addr; /* the guest's; 0: not given */
	uaddr_t host_act;	    /* what the host is to read; 0: nothing is set */
	uaddr_t scratch;	    /* the host's old action; 0: the guest's stack has no room */
	int sig;
	bool stubbed;	 /* act is to be installed with an entry */
	bool hidden;	 /* the host's old action is not the guest's */
	bool no_restart; /* in particular, the guest's has no SA_RESTART */
};

#define BIT(sig) (1ULL << ((sig)-1))
#define RESTARTS (1ULL << STUB_RESTARTS_BIT)
#define EXPOSE_TAGBITS 0x800ULL /* SA_EXPOSE_TAGBITS, as linux/signal.h has it */
#define RESTORER 0x04000000ULL	/* SA_RESTORER */
#define SIGINFO (1ULL << STUB_SIGINFO_BIT)

/* ---- slots ---- */

static uint64_t entry_addr(unsigned int slot)
{
	return notify_stub_entry() + STUB_SIGNAL_OFFSET + slot * STUB_SIGNAL_STEP;
}

static bool is_entry(uint64_t addr)
{
	return addr >= entry_addr(0) && addr < entry_addr(STUB_NR_HANDLERS);
}

static uaddr_t slot_addr(unsigned int slot)
{
	return STUB_HANDLERS + slot * sizeof(struct stub_handler);
}

static struct stub_handler slot_content(unsigned int slot, const struct sighand_action *act)
{
	uint64_t flags = act->flags | SA_RESTART;

	if (!(flags &
	      SA_RESETHAND)) /* that would leave it with the default action, for all to see */
		flags |= SA_SIGINFO;
	return (struct stub_handler){
		.handler = act->handler | (act->flags & SA_RESTART ? RESTARTS : 0) |
			   (act->flags & SA_SIGINFO ? SIGINFO : 0),
		.act = {entry_addr(slot), flags, act->restorer, act->mask},
	};
}

/* The slot of this action, or the first free one; -ENOSPC: there is none, or no table. */
static int slot_find(struct task *t, const struct sighand_action *act, bool *ret_free)
{
	struct stub_handler table[STUB_NR_HANDLERS];

	if (copy_in_obj(t, &table, STUB_HANDLERS) < 0)
		return -ENOSPC;
	for (unsigned int i = 0; i < STUB_NR_HANDLERS; i++) {
		struct stub_handler want = slot_content(i, act);

		*ret_free = table[i].handler == 0;
		if (*ret_free || memcmp(&table[i], &want, sizeof(want)) == 0)
			return (int)i;
	}
	return -ENOSPC;
}

/* A slot with this action; -ENOSPC; -EAGAIN: another thread is at it. */
static int slot_get(struct task *t, const struct sighand_action *act)
{
	static atomic_bool busy;
	bool is_free;
	int slot = slot_find(t, act, &is_free);

	if (slot < 0 || !is_free)
		return slot;
	if (atomic_exchange(&busy, true))
		return -EAGAIN;
	slot = slot_find(t, act, &is_free);
	if (slot >= 0 && is_free) {
		struct stub_handler fresh = slot_content((unsigned int)slot, act);

		if (copy_out_obj(t, slot_addr((unsigned int)slot), &fresh) < 0)
			slot = -ENOSPC;
	}
	atomic_store(&busy, false);
	return slot;
}

/* ---- the record ---- */

static void set_bit(_Atomic uint64_t *set, int sig, bool on)
{
	if (on)
		atomic_fetch_or(set, BIT(sig));
	else
		atomic_fetch_and(set, ~BIT(sig));
}

/* From here on the signal may come to the new handler, so the record is before the host. */
static void record(struct sighand *h, int sig, const struct sighand_action *act, bool stubbed)
{
	set_bit(&h->no_restart, sig, stubbed && !(act->flags & SA_RESTART));
	set_bit(&h->entered, sig, stubbed);
	sighand_action_set(h, sig, act);
}

static bool can_be_entered(const struct sighand_action *act)
{
	return act->handler > 1 && act->handler < USER_ADDR_MAX && !is_entry(act->handler);
}

bool sigaction_takes_faults(const struct sighand_action *act)
{
	return can_be_entered(act) && !(act->flags & SA_RESETHAND);
}

bool sigaction_is_entered(const struct sighand_action *host)
{
	return is_entry(host->handler) && !(host->flags & SA_RESETHAND);
}

uaddr_t sigaction_enter(struct task *t, struct sighand *h, int sig,
			const struct sighand_action *act)
{
	int slot = slot_get(t, act);

	if (slot < 0)
		return 0;
	record(h, sig, act, true);
	return slot_addr((unsigned int)slot) + offsetof(struct stub_handler, act);
}

/* ---- the host is asked for the old action ---- */

static void prepare(struct task *t, uint64_t sp, uint64_t args[6])
{
	struct setting *s = t->call_state;
	struct sighand_action none = {0};
	uaddr_t at = (sp - STUB_RED_ZONE - 2 * sizeof(none)) & ~15ULL;

	if (s->act_addr)
		record(s->hand, s->sig, &s->act, s->stubbed);
	if (copy_out_obj(t, at, &none) < 0)
		return;
	s->scratch = at;
	args[2] = at;
}

/* What the guest has set, of what the host says. */
static long give_old(struct task *t, const struct setting *s)
{
	struct sighand_action old;
	bool no_restart = s->no_restart; /* also of the default action that SA_RESETHAND has left */

	if (copy_in_obj(t, &old, s->scratch) < 0)
		return -EFAULT;
	if (is_entry(old.handler)) {
		uint64_t slot = (old.handler - entry_addr(0)) / STUB_SIGNAL_STEP;

		if (copy_in_obj(t, &old.handler, slot_addr((unsigned int)slot)) < 0)
			return -EFAULT;
		no_restart = !(old.handler & RESTARTS);
		if (!(old.handler & SIGINFO))
			old.flags &= ~(uint64_t)SA_SIGINFO;
		old.handler &= ~(RESTARTS | SIGINFO);
	}
	if (no_restart)
		old.flags &= ~(uint64_t)SA_RESTART;
	if (!s->act_addr)
		sighand_action_set(s->hand, s->sig, &old);
	return copy_out_obj(t, s->old_addr, &old) < 0 ? -EFAULT : 0;
}

static long asked(struct task *t, long result, uint64_t args[6])
{
	struct setting *s = t->call_state;

	(void)args;
	t->call_state = NULL;
	if (result < 0 || !s->scratch)
		return result;
	return give_old(t, s);
}

static long ask_host(struct task *t, struct setting *s)
{
	uint64_t args[6] = {(uint64_t)s->sig, s->host_act, s->old_addr, 8};

	t->call_state = s;
	/* Afterwards the thread runs, and its state is not ours. */
	if (attach_call_prepared(t, SYS_rt_sigaction, args, prepare, asked) == 0)
		return SYS_DONE;
	t->call_state = NULL;
	return SYS_CONTINUE;
}

/* ---- the call ---- */

static bool needs_entry(struct task *t, int sig, const struct sighand_action *act)
{
	if (!can_be_entered(act))
		return false;
	return !(act->flags & SA_RESTART) ||
	       (attach_is_fault(sig) && atomic_load(&t->process->fault_handlers));
}

static bool overlap(uaddr_t a, uaddr_t b)
{
	return a + sizeof(struct sighand_action) > b && b + sizeof(struct sighand_action) > a;
}

/* The old action goes to the guest from the record. False: the host must be asked. */
static bool give_known(struct task *t, const struct setting *s)
{
	struct sighand_action old;

	if (!s->old_addr)
		return true;
	if (!sighand_action_get(s->hand, s->sig, &old))
		return false;
	/* The host has not read the guest's action yet. */
	if (s->host_act == s->act_addr && s->act_addr && overlap(s->act_addr, s->old_addr))
		return false;
	return copy_out_obj(t, s->old_addr, &old) == 0;
}

static long change(struct task *t, struct setting *s)
{
	s->no_restart = atomic_load(&s->hand->no_restart) & BIT(s->sig);
	s->hidden = s->no_restart || (atomic_load(&s->hand->entered) & BIT(s->sig));
	s->host_act = s->act_addr;
	if (s->stubbed) {
		int slot = slot_get(t, &s->act);

		if (slot == -EAGAIN)
			return -ERESTARTNOINTR;
		if (slot >= 0)
			s->host_act = slot_addr((unsigned int)slot) +
				      offsetof(struct stub_handler, act);
		s->stubbed = slot >= 0;
	}
	if (s->act_addr && attach_is_fault(s->sig) && atomic_load(&t->process->fault_handlers) &&
	    (!s->stubbed || !sigaction_takes_faults(&s->act)))
		fast_own_faults(t->process);
	if ((s->hidden || s->stubbed) && !give_known(t, s))
		return ask_host(t, s);
	if (!s->act_addr)
		return s->hidden ? 0 : SYS_CONTINUE;
	record(s->hand, s->sig, &s->act, s->stubbed);
	if (!s->stubbed && (!s->hidden || !s->old_addr))
		return SYS_CONTINUE;
	task_serve_end(t); /* the thread may trap again before this returns */
	if (attach_stub_call(t, SYS_rt_sigaction, s->host_act, 0) < 0)
		notify_send(t, 0, -EINTR, 0);
	return SYS_DONE;
}

/* What Linux remembers: programs tell by a flag that does not come back that it is unknown. */
static void sanitize(struct sighand_action *act)
{
	act->flags &= (uint64_t)(uint32_t)(SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK |
					   SA_RESTART | SA_NODEFER | SA_RESETHAND) |
		      EXPOSE_TAGBITS | RESTORER;
	act->mask &= ~(BIT(SIGKILL) | BIT(SIGSTOP));
}

/* False: the guest's call may go on as it is. */
static bool decode(struct task *t, const uint64_t *a, struct setting *s)
{
	s->sig = (int)a[0];
	s->act_addr = a[1];
	s->old_addr = a[2];
	if (a[3] != 8 || s->sig < 1 || s->sig > SIGHAND_NR || s->sig == SIGKILL ||
	    s->sig == SIGSTOP)
		return false;
	/* Our own call, if a signal handler with other calls came before it. */
	if (s->act_addr >= STUB_HANDLERS && s->act_addr < STUB_HANDLERS + STUB_HANDLERS_SIZE)
		return false;
	if (s->act_addr && copy_in_obj(t, &s->act, s->act_addr) < 0)
		return false;
	sanitize(&s->act);
	s->stubbed = s->act_addr && needs_entry(t, s->sig, &s->act);
	s->hand = s->stubbed ? sighand_make(t->process) : sighand_get(t->process);
	return s->hand;
}

long notify_sigaction(struct task *t, const uint64_t *a)
{
	struct setting s = {.sig = 0};
	long result = attach_sigaction(t, a);

	if (result == SYS_CONTINUE && decode(t, a, &s))
		result = change(t, &s);
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
