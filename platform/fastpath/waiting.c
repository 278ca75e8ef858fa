/* platform/fastpath/waiting.c - calls over channels that would wait, see waiting.h */
#include "platform/fastpath/waiting.h"

#include "platform/fastpath/fast_mm.h"
#include "platform/fastpath/share.h"
#include "sentry/timer.h"

#define WAIT_NS 2000000
#define FAILURES_MAX 7 /* doublings of the calls that trap at once */

/* From WAIT to another state, if it is that. */
static bool leave(struct channel *ch, uint32_t to)
{
	uint32_t expected = CHANNEL_WAIT;

	return __atomic_compare_exchange_n((uint32_t *)(ch->mem + CH_STATE), &expected, to, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

static void failed(struct waiting *w)
{
	w->told = false;
	if (fast.always)
		return;
	w->failures += w->failures < FAILURES_MAX;
	w->skip = 1U << w->failures;
	w->starts = atomic_load(&share_starts);
}

uint64_t waiting_begin(struct channel *ch)
{
	static unsigned int next;
	struct waiting *w = &ch->waiting;

	if (unlikely(!w->bit))
		w->bit = 1ULL << (next++ % 64);
	if (w->told && !w->called) /* it has gone by itself */
		failed(w);
	if (w->skip && w->starts != atomic_load(&share_starts))
		w->failures = w->skip = 0;
	return w->skip ? 0 : w->bit;
}

bool waiting_may(struct channel *ch, bool would_wait)
{
	struct waiting *w = &ch->waiting;

	if (!would_wait) {
		w->told = false;
		w->skip -= w->skip != 0;
		return false;
	}
	if (!w->told)
		w->since_ns = clock_now_ns(CLOCK_MONOTONIC);
	w->told = true;
	w->called = false;
	atomic_fetch_add_explicit(&fast_stats.waits, 1, memory_order_relaxed);
	return true;
}

void waiting_served(struct channel *ch)
{
	struct waiting *w = &ch->waiting;

	if (likely(!w->told))
		return;
	w->told = false;
	w->failures = 0;
}

void waiting_call(struct channel *ch, uint64_t bits)
{
	struct waiting *w = &ch->waiting;

	if (w->told && (w->bit & bits) && leave(ch, CHANNEL_AGAIN))
		w->called = true;
}

bool waiting_look(struct channel *ch, int64_t now)
{
	struct waiting *w = &ch->waiting;

	if (!w->told || w->called ||
	    __atomic_load_n((uint32_t *)(ch->mem + CH_STATE), __ATOMIC_RELAXED) != CHANNEL_WAIT)
		return false;
	if (now - w->since_ns <= WAIT_NS)
		return true;
	leave(ch, CHANNEL_PUNT);
	failed(w);
	return false;
}

void waiting_end(struct channel *ch)
{
	leave(ch, CHANNEL_PUNT);
}
