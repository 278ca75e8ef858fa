/*
 * platform/fastpath/hooks.c - what happens to channels when tasks and processes begin, change and end
 *
 * Model: channel.h. Called by the process tree (fork, clone, exec, exit), by calls that end the fast path
 * of a task or a process, and by the platform at each trap.
 */
#include <sched.h>
#include <sys/syscall.h>

#include "platform/fastpath/fast_mm.h"
#include "platform/fastpath/share.h"
#include "platform/platform.h"
#include "sentry/base/mem.h"

#define BUSY_HITS 12

void fast_fork(struct process *child, struct process *from, bool shares_memory)
{
	if (!fast.enabled)
		return;
	child->own_faults = atomic_load(&from->own_faults);
	child->fault_handlers = atomic_load(&from->fault_handlers);
	mutex_lock(&fast.mu);
	if (shares_memory) {
		struct fast_mm *mm = fast_mm_of_locked(from);

		if (mm)
			ref_get(&mm->ref);
		child->fast_mm = mm;
	} else {
		child->fast_slots = from->fast_mm ? fast_mm_seen_locked(from->fast_mm)
						  : from->fast_slots;
	}
	mutex_unlock(&fast.mu);
}

void fast_process_free(struct process *p)
{
	fast_mm_put(TAKE_PTR(p->fast_mm));
}

static void retire(struct task *t)
{
	struct channel *ch, *listed = NULL;

	mutex_lock(&fast.mu);
	fast_program_note_locked(t);
	ch = t->plat.channel;
	t->plat.channel = NULL;
	if (ch) {
		listed = channel_stop_locked(ch, CHANNEL_RETIRED);
		ch->task = NULL;
	}
	mutex_unlock(&fast.mu);
	channel_put(listed);
	channel_put(ch);
}

/* Its last thread made many calls: the next one may do the same. */
static bool was_busy(const struct channel *ch)
{
	return atomic_load_explicit(&ch->hits, memory_order_relaxed) - ch->hits_of_others >=
	       BUSY_HITS;
}

void fast_task_added(struct task *t, struct task *parent)
{
	if (!fast.enabled)
		return;
	mutex_lock(&fast.mu);
	slot_clone_made_locked(t, parent);
	if (t->process->fast_mm)
		t->process->fast_mm->threads_seen = MAX(
			t->process->fast_mm->threads_seen,
			(uint32_t)atomic_load(&t->process->nr_tasks));
	if (t->process->fast_mm && !list_empty(&t->process->fast_mm->spares)) {
		t->plat.spare_awaits = true;
		t->plat.early = parent->plat.early ||
				was_busy(list_first_entry(&t->process->fast_mm->spares,
							  struct channel, spare_node));
		t->plat.window_ns = clock_now_ns(CLOCK_MONOTONIC);
	}
	mutex_unlock(&fast.mu);
}

/* The memory of its channel is for the next thread, if there can be one. */
void fast_task_removed(struct task *t)
{
	struct channel *ch, *listed = NULL;
	struct fast_mm *mm;
	struct list unused;
	bool live;

	share_set_free(t);
	if (!fast.enabled)
		return;
	channel_put(TAKE_PTR(t->plat.exec_channel));
	rwlock_rdlock(&t->kernel->tree_lock);
	live = t->process->state == PROCESS_LIVE && t->process->nr_tasks > 0;
	rwlock_unlock(&t->kernel->tree_lock);
	list_init(&unused);
	mutex_lock(&fast.mu);
	mm = t->process->fast_mm;
	fast_program_note_locked(t);
	ch = t->plat.channel;
	t->plat.channel = NULL;
	slot_task_ends_locked(t);
	if (ch) {
		listed = channel_stop_locked(ch, CHANNEL_RETIRED);
		ch->task = NULL;
	}
	if (ch && mm && live && !mm->disabled) {
		spare_add_locked(mm, ch);
		ch = NULL;
	}
	if (mm && !live)
		spares_move_locked(mm, &unused);
	mutex_unlock(&fast.mu);
	channel_put(listed);
	channel_put(ch);
	spares_put(&unused);
}

bool fast_where(struct task *t, uint64_t *ret_channel, uint64_t *ret_slot)
{
	struct channel *ch;

	mutex_lock(&fast.mu);
	ch = t->plat.channel;
	if (ch) {
		*ret_channel = channel_guest_address(ch);
		*ret_slot = channel_slot_address(ch);
	}
	mutex_unlock(&fast.mu);
	return ch != NULL;
}

void fast_leave(struct task *t)
{
	share_set_free(t);
	if (t->plat.channel)
		retire(t);
}

void fast_own_faults(struct process *p)
{
	struct kernel *k = p->kernel;
	struct task *t;

	atomic_store(&p->own_faults, true);
	atomic_store(&p->fault_handlers, false);
	rwlock_rdlock(&k->tree_lock);
	mutex_lock(&fast.mu);
	list_for_each_entry(t, &p->tasks, process_node) {
		struct channel *ch = t->plat.channel;

		if (ch)
			channel_write_inlines(ch, p);
	}
	mutex_unlock(&fast.mu);
	rwlock_unlock(&k->tree_lock);
}

void fast_exec(struct task *t)
{
	struct fast_mm *mm;

	atomic_store(&t->process->own_faults, false);
	atomic_store(&t->process->fault_handlers, false);
	retire(t);
	channel_put(TAKE_PTR(t->plat.exec_channel));
	t->plat.new_text = false;
	t->plat.tls = 0;
	t->plat.program = 0;
	t->plat.early = false;
	mutex_lock(&fast.mu);
	slot_task_ends_locked(t);
	mm = TAKE_PTR(t->process->fast_mm);
	t->process->fast_slots = 0;
	mutex_unlock(&fast.mu);
	fast_mm_put(mm);
}

void fast_disable(struct task *t)
{
	mutex_lock(&fast.mu);
	if (fast.enabled && fast_mm_of_locked(t->process))
		t->process->fast_mm->disabled = true;
	mutex_unlock(&fast.mu);
	retire(t);
}

void fast_cancel_request(struct task *t)
{
	if (likely(!t->plat.channel))
		return;
	mutex_lock(&fast.mu);
	if (t->plat.channel)
		channel_give_back(t->plat.channel);
	mutex_unlock(&fast.mu);
}

bool fast_fork_needs_copy(struct task *t)
{
	const struct guest_call *c = &t->call;
	bool needs = false;

	if (likely(!t->plat.channel) || !(c->nr == SYS_fork || c->nr == SYS_clone3 ||
					  (c->nr == SYS_clone && !(c->args[0] & CLONE_VM))))
		return false;
	mutex_lock(&fast.mu);
	if (t->plat.channel)
		needs = __atomic_load_n((uint32_t *)(t->plat.channel->mem + CH_INUSE),
					__ATOMIC_RELAXED);
	mutex_unlock(&fast.mu);
	return needs;
}

/* Who is made will have this %gs, too. */
static struct channel *share_slot_locked(struct task *t, uint64_t flags, uint64_t *ret_slot)
{
	struct channel *ch = t->plat.channel;

	slot_clone_starts_locked(t, flags);
	if (!ch || ch->state != CHANNEL_READY)
		return NULL;
	*ret_slot = channel_slot_address(ch);
	return channel_stop_locked(ch, flags & CLONE_VFORK ? CHANNEL_SUSPENDED : CHANNEL_DETACHED);
}

bool fast_clone_starts(struct task *t, uint64_t flags, bool apart, uint64_t *ret_slot)
{
	struct channel *listed = NULL;
	bool go = true;

	share_set_free(t); /* who is made would inherit its affinity */
	if (!fast.enabled)
		return true;
	mutex_lock(&fast.mu);
	if (apart)
		slot_clone_over_locked(t); /* the last one has made nothing */
	else if (flags & CLONE_VM)
		listed = share_slot_locked(t, flags, ret_slot);
	else
		go = !t->process->fast_mm || !t->process->fast_mm->setting_up;
	mutex_unlock(&fast.mu);
	channel_put(listed);
	return go;
}

uint64_t fast_may_resume(struct task *t)
{
	struct channel *ch;
	uint64_t slot = 0;

	if (likely(!t->plat.channel))
		return 0;
	mutex_lock(&fast.mu);
	ch = t->plat.channel;
	if (ch && channel_lacks_slot(ch) && slot_is_own_locked(t, ch) &&
	    (ch->state == CHANNEL_SUSPENDED || fast_is_channel_call((uint32_t)t->call.nr)))
		slot = channel_slot_address(ch);
	mutex_unlock(&fast.mu);
	return slot;
}

uint64_t channel_resume(struct task *t)
{
	struct channel *ch;
	uint64_t at = 0;

	mutex_lock(&fast.mu);
	ch = t->plat.channel;
	if (ch) {
		slot_clone_over_locked(t);
		channel_open_locked(ch, t);
		if (ch->was_active)
			channel_activate_locked(ch);
		at = channel_guest_address(ch);
	}
	mutex_unlock(&fast.mu);
	return at;
}
