/*
 * platform/fastpath/poller.c - the thread that serves channel calls, see channel.h
 *
 * Looks at each active channel in turn and serves at most one request of each per round, so that no
 * guest can keep the others waiting for more than one call. When nothing has come for POLLER_IDLE_NS
 * all channels become idle and the poller sleeps: a request that was written in that moment is taken
 * back by the guest itself.
 */
#include <sched.h>
#include <unistd.h>
#include <string.h>

#include "platform/affinity.h"
#include "platform/fastpath/fast_mm.h"
#include "platform/fastpath/share.h"
#include "platform/platform.h"
#include "sentry/base/late_close.h"
#include "sentry/mem/window.h"

#define POLLER_IDLE_NS 200000
#define POLLER_IDLE_BUSY_NS 400000    /* programs that make their calls in many bursts */
#define POLLER_IDLE_SHARED_NS 6000000 /* guests are bound: they will be back */
#define LOOK_AT_LOST_NS 400000
#define ROUNDS_PER_CLOCK 64
#define IDLE_ROUNDS 16 /* until the guest seems to do something else: less than a microsecond */
#define CACHE_LINE 64
#define FETCHED_IN 256
#define FETCHED_OUT 512 /* what is more is written by whole lines, without fetching them */
#define LARGE_OUTPUTS 4
#define WORTH_WAKING 32 /* calls served until it sleeps again */
#define WORTH_WAKING_BUSY 8

static uint32_t *state_of(struct channel *ch)
{
	return (uint32_t *)(ch->mem + CH_STATE);
}

static bool has_request(struct channel *ch)
{
	return __atomic_load_n(state_of(ch), __ATOMIC_RELAXED) == CHANNEL_REQUEST;
}

static bool claim(struct channel *ch)
{
	uint32_t expected = CHANNEL_REQUEST;

	return __atomic_compare_exchange_n(state_of(ch), &expected, CHANNEL_CLAIMED, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

static void answer(struct channel *ch, uint32_t state)
{
	__atomic_store_n(state_of(ch), state, __ATOMIC_RELEASE);
}

static void answer_done(struct channel *ch, const struct window *w, long result)
{
	uint32_t state = CHANNEL_DONE | w->out_len << CHANNEL_OUT_SHIFT;

	if (w->out == ch->small && w->out_len) {
		memcpy(ch->mem + CH_SMALL, ch->small, w->out_len);
		state |= 1U << CHANNEL_OUT_SMALL_BIT;
	}
	__atomic_store_n((int64_t *)(ch->mem + CH_RESULT), result, __ATOMIC_RELAXED);
	answer(ch, state);
}

/* Each word once; from here on it is like the registers of a trapped call. */
static void copy_request(struct channel *ch, struct guest_call *call)
{
	const uint64_t *args = (const uint64_t *)(ch->mem + CH_ARGS);

	call->nr = __atomic_load_n((uint16_t *)(ch->mem + CH_NR), __ATOMIC_RELAXED);
	for (int i = 0; i < 6; i++)
		call->args[i] = __atomic_load_n(&args[i], __ATOMIC_RELAXED);
	call->ip = 0;
}

static uint32_t input_len(const struct fast_inline *in, const struct guest_call *c, uint32_t flags)
{
	uint64_t len = flags & CHANNEL_IN_LEN;

	if (len == CHANNEL_IN_LEN && in->in && !in->array && !in->fixed)
		len = c->args[in->in];
	return (uint32_t)MIN(len, (uint64_t)CHANNEL_IN_SIZE);
}

/* The guest says what it has copied in, and that it will take what is copied out. */
static void window_make(struct channel *ch, const struct guest_call *c, struct window *w)
{
	const struct fast_inline *in =
		&fast_inlines[array_index_nospec((size_t)c->nr, CHANNEL_NR_CALLS)];
	uint32_t flags = __atomic_load_n((uint16_t *)(ch->mem + CH_FLAGS), __ATOMIC_RELAXED);
	unsigned int arg = in->string ? in->string : in->in;

	*w = (struct window){.in = ch->mem + CH_IN, .out = ch->mem + CH_OUT};
	if (arg) {
		w->in_at = c->args[arg - 1];
		w->in_len = input_len(in, c, flags);
		if (in->out && w->in_len > CHANNEL_IN_AND_OUT) /* it will not be there any more */
			w->in_len = 0;
		w->in_is_string = in->string;
	}
	if (in->out && (flags & CHANNEL_TAKES_OUT)) {
		w->out_at = c->args[in->out - 1];
		w->out_size = in->size;
		if (in->unit)
			w->out_size = (uint32_t)MIN(c->args[in->out],
						    (uint64_t)ch->out_max / in->unit) *
				      in->unit;
		if (w->out_size <= sizeof(ch->small))
			w->out = ch->small;
	}
}

/* Before each call the shim touches all pages that output may go to, so it is not told to touch many until some
 * output was large. The answer makes the new size known. */
static void note_large_output(struct channel *ch, const struct guest_call *c, long result)
{
	if (result <= CHANNEL_OUT_FIRST || ch->out_max != CHANNEL_OUT_FIRST ||
	    fast_inlines[array_index_nospec((size_t)c->nr, CHANNEL_NR_CALLS)].unit != 1 ||
	    ++ch->nr_large < LARGE_OUTPUTS)
		return;
	ch->out_max = CHANNEL_OUT_SIZE;
	__atomic_store_n((uint32_t *)(ch->mem + CH_OUT_MAX), ch->out_max, __ATOMIC_RELAXED);
}

/* The guest's processor has these lines, and each one's way takes as long as much of the call: now all are on
 * their way while it is looked at. What a guest says of its input was checked by window_make(). */
static void fetch_lines(const struct channel *ch, const struct window *w)
{
	uint32_t in = MIN(w->in_len, (uint32_t)FETCHED_IN);
	uint32_t out = w->out == ch->small || w->out_size > FETCHED_OUT ? 0 : w->out_size;

	for (uint32_t at = 0; at < in; at += CACHE_LINE)
		__builtin_prefetch(w->in + at, 0);
	for (uint32_t at = 0; at < out; at += CACHE_LINE)
		__asm__ volatile("prefetchw %0" : : "m"(w->out[at]));
}

/* Looked at again once t cannot begin anything else: it might have executed a new program since. */
static bool begin(struct channel *ch, struct task *t)
{
	if (!task_channel_begin(t))
		return false;
	if (channel_is_current(ch))
		return true;
	task_serve_end(t);
	return false;
}

static void count_given_back(struct channel *ch)
{
	atomic_fetch_add_explicit(&ch->given_back, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&fast_stats.punted, 1, memory_order_relaxed);
}

/* A trap of the same task is being served, from a handler that has interrupted the shim. */
static void give_back(struct channel *ch)
{
	channel_give_back(ch);
	count_given_back(ch);
}

static void serve_call(struct channel *ch, struct task *t, const struct guest_call *call)
{
	enum channel_outcome outcome;
	struct window window;
	long result = 0;

	window_make(ch, call, &window);
	fetch_lines(ch, &window);
	outcome = task_serve_channel(t, call, &window, waiting_begin(ch), &result);
	if (likely(outcome == CHANNEL_SERVED)) {
		waiting_served(ch);
		atomic_fetch_add_explicit(&ch->hits, 1, memory_order_relaxed);
		atomic_fetch_add_explicit(&fast_stats.served, 1, memory_order_relaxed);
		note_large_output(ch, call, result);
		answer_done(ch, &window, result);
	} else if (waiting_may(ch, outcome == CHANNEL_WOULD_WAIT)) {
		answer(ch, CHANNEL_WAIT);
	} else {
		count_given_back(ch);
		answer(ch, CHANNEL_PUNT);
	}
}

/* Claimed only when no trap can come in between: its handler may have jumped out of the shim, and what
 * was left behind must not happen after later calls (tests/model/channel.pml). */
static void serve(struct channel *ch, struct task *t)
{
	struct guest_call call;

	if (!begin(ch, t)) {
		give_back(ch);
		return;
	}
	if (!claim(ch)) {
		task_serve_end(t);
		return;
	}
	if (unlikely(atomic_load_explicit(&share_binding, memory_order_relaxed)))
		share_bind(t);
	copy_request(ch, &call);
	if (fast_is_channel_call((uint32_t)call.nr)) {
		serve_call(ch, t, &call);
		return;
	}
	task_serve_end(t);
	count_given_back(ch);
	answer(ch, CHANNEL_PUNT);
}

/* The poller's own copy of the list, so that it looks without the lock. Both are referenced. */
static struct {
	struct snapshot_entry {
		struct channel *ch;
		struct task *t;
	} entries[FAST_MAX_ACTIVE];
	uint32_t nr;
	unsigned int changes;
} snapshot;

static void snapshot_drop(void)
{
	for (uint32_t i = 0; i < snapshot.nr; i++) {
		task_put(snapshot.entries[i].t);
		channel_put(snapshot.entries[i].ch);
	}
	snapshot.nr = 0;
}

static void snapshot_take(void)
{
	struct channel *ch;

	snapshot_drop();
	mutex_lock(&fast.mu);
	list_for_each_entry(ch, &fast.active, active_node) {
		ref_get(&ch->ref);
		snapshot.entries[snapshot.nr++] = (struct snapshot_entry){ch, task_get(ch->task)};
	}
	snapshot.changes = atomic_load(&fast.changes);
	mutex_unlock(&fast.mu);
}

/* One look at every channel; true if something was served. */
static bool poll_round(void)
{
	bool any = false;

	if (atomic_load_explicit(&fast.changes, memory_order_acquire) != snapshot.changes)
		snapshot_take();
	for (uint32_t i = 0; i < snapshot.nr; i++)
		if (has_request(snapshot.entries[i].ch)) {
			serve(snapshot.entries[i].ch, snapshot.entries[i].t);
			any = true;
		}
	return any;
}

/* Somebody may have done what they wait for. */
static void call_waiting(void)
{
	uint64_t bits;

	if (likely(atomic_load_explicit(&wait_noted, memory_order_relaxed) == 0))
		return;
	bits = atomic_exchange(&wait_noted, 0);
	for (uint32_t i = 0; i < snapshot.nr; i++)
		waiting_call(snapshot.entries[i].ch, bits);
}

/* True if somebody waits, who may have to be called. */
static bool look_at_waiting(int64_t now)
{
	bool any = false;

	for (uint32_t i = 0; i < snapshot.nr; i++)
		any |= waiting_look(snapshot.entries[i].ch, now);
	return any;
}

static void drain_runq(void)
{
	struct task *t;

	while ((t = runq_pop()))
		task_resume_parked(t);
}

static int64_t idle_time(void)
{
	if (atomic_load_explicit(&share_binding, memory_order_relaxed))
		return POLLER_IDLE_SHARED_NS;
	for (uint32_t i = 0; i < snapshot.nr; i++)
		if (snapshot.entries[i].ch->was_early)
			return POLLER_IDLE_BUSY_NS;
	return POLLER_IDLE_NS;
}

/* Set before it is waited for. */
static pid_t poller_tid;
static struct affinity poller_own;

static int64_t stay_until(void)
{
	return __atomic_load_n(&fast.stay_until_ns, __ATOMIC_RELAXED);
}

void fast_wake_poller(void)
{
	mutex_lock(&fast.mu);
	__atomic_store_n(&fast.stay_until_ns, clock_now_ns(CLOCK_MONOTONIC) + FAST_WAKING_NS,
			 __ATOMIC_RELAXED);
	poller_wake_locked();
	mutex_unlock(&fast.mu);
}

/* The host would wake it here where all processors are busy, and here a guest is about to wait for it. */
void poller_wake_locked(void)
{
	struct affinity others = poller_own;
	int here = sched_getcpu();

	if (fast.polling || fast.waking)
		return;
	fast.waking = true;
	if (poller_tid && !atomic_load(&share_binding) && here >= 0 && here < AFFINITY_CPUS) {
		affinity_remove(&others, here);
		if (affinity_first(&others) >= 0)
			affinity_set(poller_tid, &others);
	}
	cond_signal(&fast.work);
}

struct lost {
	int64_t wall_ns, cpu_ns; /* at the last look */
};

/* How long the poller had no processor since the last look, if that was some time ago. */
static int64_t look_at_lost(struct lost *l, int64_t now)
{
	int64_t cpu, lost;

	if (now - l->wall_ns < LOOK_AT_LOST_NS)
		return 0;
	cpu = clock_now_ns(CLOCK_THREAD_CPUTIME_ID);
	lost = MAX(now - l->wall_ns - (cpu - l->cpu_ns), 0L);
	*l = (struct lost){now, cpu};
	if (lost > 0)
		share_poller_lost(now, lost);
	return lost;
}

/* Until there was nothing to do for a while in which it looked. */
static void poll_while_busy(struct kernel *k)
{
	int64_t last = clock_now_ns(CLOCK_MONOTONIC);
	struct lost lost = {last, clock_now_ns(CLOCK_THREAD_CPUTIME_ID)};
	unsigned int idle = 0;
	bool any = false;

	for (unsigned int round = 0; !atomic_load_explicit(&k->exiting, memory_order_relaxed);) {
		if (poll_round()) {
			any = true;
			idle = 0;
		} else if (++idle < IDLE_ROUNDS || !late_close_one())
			__builtin_ia32_pause();
		if (!runq_empty())
			drain_runq();
		call_waiting();
		if (++round % ROUNDS_PER_CLOCK == 0) {
			int64_t now = clock_now_ns(CLOCK_MONOTONIC);

			share_tick(now);
			last += look_at_lost(&lost, now);
			if (look_at_waiting(now) || any)
				last = now;
			else if (now - last > idle_time() && now > stay_until() &&
				 share_poller_sleeps(now))
				return;
			else
				sched_yield(); /* the guest may be waiting for this processor */
			any = false;
		}
	}
}

static uint32_t worth_waking(const struct channel *ch)
{
	return ch->was_early ? WORTH_WAKING_BUSY : WORTH_WAKING;
}

static void sleep_until_active(struct kernel *k)
{
	snapshot_drop();
	late_close_all();
	mutex_lock(&fast.mu);
	while (!list_empty(&fast.active)) {
		struct channel *ch = list_first_entry(&fast.active, struct channel, active_node);

		if (atomic_load(&ch->hits) - ch->hits_at_start < worth_waking(ch))
			channel_back_off_locked(ch, clock_now_ns(CLOCK_MONOTONIC));
		channel_deactivate_locked(ch);
		mutex_unlock(&fast.mu);
		channel_put(ch);
		mutex_lock(&fast.mu);
	}
	fast.polling = false;
	while (list_empty(&fast.active) && !atomic_load(&k->exiting) &&
	       clock_now_ns(CLOCK_MONOTONIC) > stay_until()) {
		fast.waking = false;
		cond_wait(&fast.work, &fast.mu);
	}
	fast.waking = false;
	fast.polling = true;
	mutex_unlock(&fast.mu);
	atomic_fetch_add(&fast_stats.wakeups, 1);
}

void fast_poller(struct kernel *k)
{
	late_close_begin();
	share_poller_begins();
	mutex_lock(&fast.mu);
	poller_tid = affinity_get(gettid(), &poller_own) ? gettid() : 0;
	mutex_unlock(&fast.mu);
	while (!atomic_load(&k->exiting)) {
		sleep_until_active(k);
		share_poller_awake();
		poll_while_busy(k);
	}
}
