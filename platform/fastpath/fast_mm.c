/*
 * platform/fastpath/fast_mm.c - address spaces with channels: who holds which slot, spare channels
 *
 * Model: the %gs of a thread may hold the address of a slot. A clone with CLONE_VM hands it on. A thread with
 * a thread pointer of its own does not use it: it has no part in what follows, and finds its own slot by
 * that pointer. Without one it has its maker's pointer, too, so a slot
 * can have several *holders*: the thread whose channel it was, the threads that were made since and
 * have no slot of their own yet, their children. A hold is counted from the start of a clone, moves to
 * the child when that is known, and ends with the thread, its exec, or its next slot. As long as
 * there are two the slot's word is 0; with one the owner may use it again; with none it may be given to
 * somebody else. A program that changes %gs to another slot's address deceives itself alone.
 *
 * The channel of a thread that ends stays mapped, and becomes spare: the next thread needs no more than a
 * slot. Slots and places that a forked child has inherited it never uses (fast_slots).
 *
 * Locking: fast.mu for all of it.
 */
#include "platform/fastpath/fast_mm.h"

#include <sched.h>

#include "platform/platform.h"
#include "sentry/base/mem.h"

struct fast_mm *fast_mm_of_locked(struct process *p)
{
	if (!p->fast_mm) {
		struct fast_mm *mm = mem_zalloc(sizeof(*mm));

		if (!mm)
			return NULL;
		ref_init(&mm->ref, 1);
		list_init(&mm->spares);
		mm->first_slot = mm->next_slot = mm->next_place = p->fast_slots;
		p->fast_mm = mm;
	}
	return p->fast_mm;
}

/* Nobody can find them any more. */
static void drop_spares(struct list *spares)
{
	while (!list_empty(spares)) {
		struct channel *ch = list_first_entry(spares, struct channel, spare_node);

		list_del(&ch->spare_node);
		channel_put(ch);
	}
}

void fast_mm_put(struct fast_mm *mm)
{
	if (!mm || !ref_put(&mm->ref))
		return;
	drop_spares(&mm->spares);
	mem_free(mm);
}

uint32_t fast_mm_seen_locked(const struct fast_mm *mm)
{
	return MAX(mm->next_slot, mm->next_place);
}

struct fast_site *fast_site_locked(struct fast_mm *mm, uint64_t addr)
{
	uint32_t at = (uint32_t)((addr * 0x9e3779b97f4a7c15ULL) >> 40) % FAST_MAX_SITES;

	for (uint32_t i = 0; i < FAST_MAX_SITES; i++, at = (at + 1) % FAST_MAX_SITES) {
		if (mm->sites[at].addr == addr)
			return &mm->sites[at];
		if (mm->sites[at].addr == 0) {
			if (mm->nr_sites >= FAST_MAX_SITES * 3 / 4)
				return NULL;
			mm->nr_sites++;
			mm->sites[at].addr = addr;
			return &mm->sites[at];
		}
	}
	return NULL;
}

bool fast_memory_is_shared(struct task *t)
{
	bool shared;

	mutex_lock(&fast.mu);
	shared = t->process->fast_mm && ref_count(&t->process->fast_mm->ref) > 1;
	mutex_unlock(&fast.mu);
	return shared;
}

/* ---- slots ---- */

bool slot_take_locked(struct fast_mm *mm, uint32_t *ret_slot)
{
	for (uint32_t slot = mm->first_slot; slot < AREA_SLOTS; slot++) {
		mm->next_slot += slot == mm->next_slot;
		if (mm->holders[slot] > 0)
			continue;
		mm->holders[slot] = 1;
		*ret_slot = slot;
		return true;
	}
	return false;
}

uint32_t slot_of_tls(uint64_t tls)
{
	return ((uint32_t)(tls >> SLOT_HASH_SHIFT) * (uint32_t)SLOT_HASH) >> (32 - SLOT_HASH_BITS);
}

bool slot_take_by_tls_locked(struct fast_mm *mm, uint64_t tls, uint32_t *ret_slot)
{
	uint32_t slot = slot_of_tls(tls);

	if (mm->holders[slot] > 0)
		return false;
	mm->holders[slot] = 1;
	*ret_slot = slot;
	return true;
}

/* A count that has come to its end stays there: the slot is lost. */
static void slot_hold(struct fast_mm *mm, uint32_t slot)
{
	mm->holders[slot] += mm->holders[slot] < UINT16_MAX;
}

void slot_release_locked(struct fast_mm *mm, uint32_t slot)
{
	if (mm->holders[slot] > 0 && mm->holders[slot] < UINT16_MAX)
		mm->holders[slot]--;
}

/* Numbers plus one, in tasks: 0 is none. */
static void release_held(struct fast_mm *mm, uint32_t *held)
{
	if (mm && *held)
		slot_release_locked(mm, *held - 1);
	*held = 0;
}

void slot_of_task_locked(struct task *t, uint32_t slot)
{
	release_held(t->process->fast_mm, &t->plat.held_slot);
	t->plat.held_slot = slot + 1;
}

void slot_clone_over_locked(struct task *t)
{
	release_held(t->process->fast_mm, &t->plat.clone_slot);
}

void slot_clone_starts_locked(struct task *t, uint64_t flags)
{
	struct fast_mm *mm = t->process->fast_mm;

	slot_clone_over_locked(t); /* the last one has made nothing */
	if (!mm || !t->plat.held_slot)
		return;
	slot_hold(mm, t->plat.held_slot - 1);
	/* A sibling may be found late or never: a hold for good. */
	if (!(flags & CLONE_PARENT))
		t->plat.clone_slot = t->plat.held_slot;
}

void slot_clone_made_locked(struct task *t, struct task *parent)
{
	if (!parent->plat.clone_slot || t->process->fast_mm != parent->process->fast_mm)
		return;
	if (t->plat.held_slot) { /* it has got one of its own already */
		slot_clone_over_locked(parent);
		return;
	}
	t->plat.held_slot = parent->plat.clone_slot;
	parent->plat.clone_slot = 0;
}

bool slot_is_own_locked(const struct task *t, const struct channel *ch)
{
	const struct fast_mm *mm = t->process->fast_mm;

	return mm && !t->pending_clone && t->plat.held_slot == ch->slot + 1 &&
	       mm->holders[ch->slot] == 1U + (t->plat.clone_slot == t->plat.held_slot);
}

void slot_task_ends_locked(struct task *t)
{
	release_held(t->process->fast_mm, &t->plat.held_slot);
	/* A clone_slot that is left may be in the %gs of a thread that nobody has heard of yet. */
}

/* ---- spare channels ---- */

void spare_add_locked(struct fast_mm *mm, struct channel *ch)
{
	list_add_tail(&ch->spare_node, &mm->spares);
}

void spares_move_locked(struct fast_mm *mm, struct list *to)
{
	while (!list_empty(&mm->spares)) {
		struct channel *ch = list_first_entry(&mm->spares, struct channel, spare_node);

		list_del(&ch->spare_node);
		list_add_tail(&ch->spare_node, to);
	}
}

void spares_put(struct list *spares)
{
	drop_spares(spares);
}

/* One that the poller has let go of. */
struct channel *spare_take_locked(struct fast_mm *mm)
{
	struct channel *ch;

	list_for_each_entry(ch, &mm->spares, spare_node) {
		if (ref_count(&ch->ref) != 1)
			continue;
		list_del(&ch->spare_node);
		list_init(&ch->spare_node);
		return ch;
	}
	return NULL;
}
