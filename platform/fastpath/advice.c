/*
 * platform/fastpath/advice.c - which tasks get channels, when they are active, which sites are replaced
 *
 * The traps of a task are counted in windows. One window of COLD_TRAPS calls that came faster than
 * one per NS_PER_TRAP earns a channel: mapping it costs as much as some thirty trapped calls. A window
 * of SPARE_TRAPS from the first one on does for a thread that can have the channel of a former one.
 * TLS_TRAPS where that needs no attachment (notify/thread_channel.h).
 * A thread of a program whose former runs made many calls (program.c), or that comes after one that made
 * some (hooks.c), gets one after EARLY_TRAPS, and its windows are as short later: such programs often
 * make their calls in bursts.
 * Later windows are shorter. The site that the last trap of a fast window came from is replaced: those
 * that trap most come first. With most calls in the channel the rest never come that fast, but still cost
 * a trap each: so a site is also replaced when it has trapped SITE_TRAPS times since there is a channel.
 *
 * Is it worth it? A window of traps in spite of an active channel has two causes: calls that the
 * poller gave back, which cost little more than a trap alone, and calls that the guest took back
 * after its spinning because nobody was there, which cost three. If the calls served meanwhile do
 * not outweigh that, the channel is left alone for a while, each time for longer: the processors
 * are busy with something else.
 */
#include "platform/fastpath/fast_mm.h"
#include "platform/fastpath/share.h"
#include "platform/fastpath/site.h"
#include "platform/platform.h"
#include "sentry/guest_seccomp.h"

#define COLD_TRAPS 48
#define SPARE_TRAPS 16
#define EARLY_TRAPS 3
#define TLS_TRAPS 4
#define WARM_TRAPS 12
#define NS_PER_TRAP 50000LL
#define MAX_AT_ONCE 4
#define SITE_TRAPS 8
#define HITS_PER_TAKEN_BACK 3
#define GIVEN_BACK_PER_HIT 4
#define GOOD_HITS 1000 /* in one window: all is well again */
#define BACKOFF_NS 2000000LL
#define BACKOFF_EARLY_NS 250000LL
#define BACKOFF_MAX 5 /* doublings: 64 ms, of which a vain try takes less than one */

void channel_back_off_locked(struct channel *ch, int64_t now)
{
	if (fast.always)
		return;
	ch->not_before_ns = now + ((ch->was_early ? BACKOFF_EARLY_NS : BACKOFF_NS) << ch->backoff);
	ch->backoff += ch->backoff < BACKOFF_MAX;
}

static unsigned int window_of(const struct task *t)
{
	if (fast.always)
		return 1;
	if (t->plat.early)
		return t->plat.tls ? 1 : EARLY_TRAPS;
	if (t->plat.channel)
		return atomic_load(&share_binding) ? 1 : WARM_TRAPS;
	if (t->plat.tls && t->plat.spare_awaits)
		return TLS_TRAPS;
	return t->plat.spare_awaits ? SPARE_TRAPS : COLD_TRAPS;
}

/* Looks at what a window of traps has brought; true if the channel is not worth it now. */
static bool disappoints(struct channel *ch, uint32_t window)
{
	uint32_t hits = atomic_load_explicit(&ch->hits, memory_order_relaxed) - ch->hits_seen;
	uint32_t given = atomic_load_explicit(&ch->given_back, memory_order_relaxed) -
			 ch->given_seen;
	uint32_t taken = given < window ? window - given : 0;

	ch->hits_seen += hits;
	ch->given_seen += given;
	if (hits > GOOD_HITS)
		ch->backoff = 0;
	return hits < taken * HITS_PER_TAKEN_BACK + given / GIVEN_BACK_PER_HIT;
}

/* The slow way of a site that was replaced as a whole. */
static bool in_region(const struct fast_mm *mm, uint64_t ip)
{
	for (uint32_t i = 0; i < mm->nr_regions; i++)
		if (ip - mm->regions[i].base < FAST_REGION_SIZE)
			return true;
	return false;
}

/* The task's calls come fast (hot), or from a site that is due. *ret_unlisted: a reference to be dropped
 * without the lock. */
static enum fast_advice advise_locked(struct task *t, int64_t now, bool hot,
				      struct channel **ret_unlisted)
{
	struct fast_mm *mm = fast_mm_of_locked(t->process);
	struct channel *ch = t->plat.channel;
	struct fast_site *site;

	if (!mm || mm->disabled || mm->setting_up)
		return FAST_NOTHING;
	if (!ch || channel_lacks_slot(ch))
		return FAST_SETUP;
	if (ch->state != CHANNEL_READY || (now < ch->not_before_ns && !atomic_load(&share_binding)))
		return FAST_NOTHING;
	site = in_region(mm, t->call.ip) ? NULL : fast_site_locked(mm, t->call.ip - 2);
	if (!hot) /* waking the poller would not be worth it */
		return site && !site->done ? FAST_PATCH : FAST_NOTHING;
	if (ch->active && now > ch->judge_after_ns && (!site || site->done) && !fast.always &&
	    !atomic_load(&share_binding) && disappoints(ch, window_of(t))) {
		channel_back_off_locked(ch, now);
		channel_deactivate_locked(ch);
		*ret_unlisted = ch;
		return FAST_NOTHING;
	}
	channel_activate_locked(ch);
	return site && !site->done ? FAST_PATCH : FAST_NOTHING;
}

/* It traps again and again, if not fast. */
static bool site_is_due(struct task *t)
{
	struct fast_site *site = NULL;
	struct fast_mm *mm;
	bool due;

	mutex_lock(&fast.mu);
	mm = t->process->fast_mm;
	if (mm && !in_region(mm, t->call.ip))
		site = fast_site_locked(mm, t->call.ip - 2);
	due = site && !site->done && ++site->traps >= SITE_TRAPS;
	mutex_unlock(&fast.mu);
	return due;
}

static void look_up_program(struct task *t)
{
	t->plat.program = fast_program_of(t->process);
	t->plat.early |= fast_program_is_busy(t->plat.program);
}

bool fast_wants_at_exec(struct task *t)
{
	struct fast_mm *mm;

	if (!fast.enabled || t->seccomp || t->process->own_gs)
		return false;
	look_up_program(t);
	mutex_lock(&fast.mu);
	mm = fast_mm_of_locked(t->process);
	if (mm)
		mm->threads_expected = fast_program_threads_locked(t->plat.program);
	mutex_unlock(&fast.mu);
	return fast.always || t->plat.early;
}

/* Threads that call at the same time make way for each other. */
static int64_t ns_per_trap(const struct task *t)
{
	return NS_PER_TRAP * MIN((int64_t)atomic_load(&t->process->nr_tasks), (int64_t)MAX_AT_ONCE);
}

enum fast_advice fast_note_trap(struct task *t)
{
	unsigned int window;
	struct channel *unlisted = NULL;
	enum fast_advice advice = FAST_NOTHING;
	int64_t now;
	bool due, hot = false;

	if (!fast.enabled || !fast_is_channel_call((uint32_t)t->call.nr) ||
	    (t->seccomp && !guest_seccomp_is_profile(t->seccomp)) || t->in_exec_stub ||
	    t->pending_clone || t->call.ip == 0)
		return FAST_NOTHING;
	atomic_fetch_add_explicit(&fast_stats.trapped, 1, memory_order_relaxed);
	if (unlikely(t->plat.program == 0))
		look_up_program(t);
	t->plat.all_traps++;
	if (t->plat.channel)
		share_note_trap(t);
	window = window_of(t);
	due = t->plat.channel && site_is_due(t);
	if (++t->plat.traps < window && !due)
		return FAST_NOTHING;
	now = clock_now_ns(CLOCK_MONOTONIC);
	if (t->plat.traps >= window) {
		hot = fast.always || atomic_load(&share_binding) ||
		      (t->plat.early && !t->plat.channel) ||
		      now - t->plat.window_ns < window * ns_per_trap(t);
		t->plat.window_ns = now;
		t->plat.traps = 0;
	}
	if (!due && !hot)
		return FAST_NOTHING;
	mutex_lock(&fast.mu);
	if (!task_is_dead(t))
		advice = advise_locked(t, now, hot, &unlisted);
	mutex_unlock(&fast.mu);
	channel_put(unlisted);
	return advice;
}

/* ---- sites ---- */

static bool region_has_room(const struct fast_region *r, uint64_t lo, uint64_t hi)
{
	return r->base >= lo && r->base + FAST_REGION_SIZE <= hi &&
	       r->used + SITE_TRAMPOLINE_SIZE <= FAST_REGION_SIZE;
}

uint64_t fast_trampoline(struct task *t, uint64_t lo, uint64_t hi)
{
	struct fast_mm *mm;
	uint64_t at = 0;

	mutex_lock(&fast.mu);
	mm = t->process->fast_mm;
	for (uint32_t i = 0; mm && i < mm->nr_regions && !at; i++) {
		struct fast_region *r = &mm->regions[i];

		if (!region_has_room(r, lo, hi))
			continue;
		at = r->base + r->used;
		r->used += SITE_TRAMPOLINE_SIZE;
	}
	mutex_unlock(&fast.mu);
	return at;
}

bool fast_has_room(struct task *t, uint64_t lo, uint64_t hi)
{
	struct fast_mm *mm;
	bool room = false;

	mutex_lock(&fast.mu);
	mm = t->process->fast_mm;
	for (uint32_t i = 0; mm && i < mm->nr_regions && !room; i++)
		room = region_has_room(&mm->regions[i], lo, hi);
	mutex_unlock(&fast.mu);
	return room;
}

bool fast_note_new_text(struct task *t, const struct hostproc_map *map)
{
	struct fast_mm *mm;

	mutex_lock(&fast.mu);
	mm = t->process->fast_mm;
	if (mm)
		mm->new_text = *map;
	mutex_unlock(&fast.mu);
	return mm != NULL;
}

bool fast_take_new_text(struct task *t, struct hostproc_map *ret)
{
	struct fast_mm *mm;

	mutex_lock(&fast.mu);
	mm = t->process->fast_mm;
	if (mm) {
		*ret = mm->new_text;
		mm->new_text.end = 0;
	}
	mutex_unlock(&fast.mu);
	return mm && ret->end != 0;
}

bool fast_room_for_region(struct task *t)
{
	bool room;

	mutex_lock(&fast.mu);
	room = t->process->fast_mm && t->process->fast_mm->nr_regions < FAST_MAX_REGIONS;
	mutex_unlock(&fast.mu);
	return room;
}

void fast_add_region(struct task *t, uint64_t address)
{
	struct fast_mm *mm;

	mutex_lock(&fast.mu);
	mm = t->process->fast_mm;
	if (mm && mm->nr_regions < FAST_MAX_REGIONS)
		mm->regions[mm->nr_regions++] = (struct fast_region){.base = address};
	mutex_unlock(&fast.mu);
}

bool fast_site_is_done(struct task *t, uint64_t addr)
{
	struct fast_site *site = NULL;
	bool done;

	mutex_lock(&fast.mu);
	if (t->process->fast_mm)
		site = fast_site_locked(t->process->fast_mm, addr);
	done = site && site->done;
	mutex_unlock(&fast.mu);
	return done;
}

void fast_site_done(struct task *t, uint64_t addr, bool replaced)
{
	struct fast_site *site = NULL;

	mutex_lock(&fast.mu);
	if (t->process->fast_mm)
		site = fast_site_locked(t->process->fast_mm, addr);
	if (site)
		site->done = true;
	mutex_unlock(&fast.mu);
	atomic_fetch_add(replaced ? &fast_stats.patches : &fast_stats.unpatchable, 1);
}
