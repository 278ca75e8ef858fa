/* platform/fastpath/share.c - processors for the poller and for guests, see share.h */
#include "platform/fastpath/share.h"

#include <sched.h>
#include <unistd.h>

#include "platform/affinity.h"
#include "platform/fastpath/channel.h"
#include "sentry/base/lock.h"
#include "sentry/base/log.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/task.h"
#include "sentry/timer.h"

#define TRAP_NS 25000
#define TRAPS_PER_LOOK 8
#define FREE_WINDOW_NS 2000000
#define STALE_NS 50000000 /* a window that nobody has looked at for so long says nothing */
#define WARM_UP_NS 1000000
#define TRIAL_NS 2000000
#define TRIAL_WINDOWS 3
#define KEPT_WINDOW_NS 4000000
#define KEEP_PERCENT 130
#define STAY_PERCENT 100 /* what they do may have changed since */
#define FALLEN_PERCENT 115
#define FALLEN_WINDOWS 3
#define PROVEN_NS 100000000 /* kept for so long: not by accident */
#define TRUST_NS 1000000000
#define TRUST_CALLS 256 /* until the poller sleeps again */
#define CHECK_FIRST_NS 500000000
#define CHECK_MAX_NS 4000000000
#define BACKOFF_NS 8000000
#define BACKOFF_MAX 7 /* doublings: a second */
#define NEWCOMERS_NS 24000000
#define LOST_SHARE 4 /* of the time: a quarter */
#define UNBINDABLE_NS 100000000
#define SHOWN_NS 1000000000 /* who shows it reads it in this time */

struct bound {
	struct list node;
	struct task *t; /* lives longer: fast_task_removed() */
	pid_t tid;
	int64_t until_ns; /* 0: as long as the poller has its processor */
	struct affinity own;
};

enum share_state { SHARE_FREE, SHARE_TRIAL, SHARE_KEPT, SHARE_CHECK };

atomic_bool share_binding;
atomic_uint share_starts;

static struct {
	struct mutex mu;
	enum share_state state;
	struct list bound;
	int cpu; /* the poller's, while threads are bound */
	pid_t poller;
	struct affinity poller_own;
	_Atomic int64_t next_look_ns; /* not FREE */
	bool warm;		      /* the window that is under way counts */
	int64_t since_ns;
	uint64_t calls; /* until then */
	uint64_t free_rate, kept_rate;
	unsigned int fallen, windows, failures;
	uint64_t calls_at_start;
	int64_t started_ns, kept_since_ns;
	int64_t not_before_ns, trusted_until_ns, check_at_ns, check_ns;
	int64_t failed_ns;	 /* a trial, the last one */
	uint64_t setups_at_fail; /* channels until then */
	int64_t lost_ns;	 /* since since_ns: the poller had no processor */
	unsigned int nr_trials, nr_kept;
	atomic_uint traps;  /* since since_ns */
	struct timer timer; /* for those that are held until some time */
	bool timer_armed;
} share = {.cpu = -1};

/* ---- threads ---- */

static void release_locked(struct bound *b)
{
	affinity_set(b->tid, &b->own); /* it may be gone */
	b->t->plat.bound = NULL;
	list_del(&b->node);
	mem_free(b);
}

static void release_all_locked(void)
{
	atomic_store(&share_binding, false);
	while (!list_empty(&share.bound))
		release_locked(list_first_entry(&share.bound, struct bound, node));
	if (share.cpu >= 0)
		affinity_set(share.poller, &share.poller_own);
	share.cpu = -1;
}

static struct bound *bind_locked(struct task *t, int not_on)
{
	struct bound *b = mem_zalloc(sizeof(*b));
	struct affinity others;

	if (!b)
		return NULL;
	*b = (struct bound){.t = t, .tid = t->plat.host_tid};
	if (affinity_get(b->tid, &b->own)) {
		others = b->own;
		affinity_remove(&others, not_on);
		if (affinity_set(b->tid, &others)) {
			list_add_tail(&b->node, &share.bound);
			return b;
		}
	}
	mem_free(b);
	return NULL;
}

static bool may_bind(const struct task *t)
{
	int64_t after = atomic_load_explicit(&t->plat.bind_after_ns, memory_order_relaxed);

	return after == 0 || (after != INT64_MAX && clock_now_ns(CLOCK_MONOTONIC) >= after);
}

static void bind_later_locked(struct task *t, int64_t ns)
{
	if (atomic_load(&t->plat.bind_after_ns) != INT64_MAX)
		atomic_store(&t->plat.bind_after_ns, clock_now_ns(CLOCK_MONOTONIC) + ns);
}

void share_bind(struct task *t)
{
	if (likely(atomic_load_explicit(&t->plat.bound, memory_order_relaxed) != NULL) ||
	    !may_bind(t))
		return;
	mutex_lock(&share.mu);
	if (atomic_load(&share_binding) && !t->plat.bound && !task_is_dead(t) && may_bind(t)) {
		t->plat.bound = bind_locked(t, share.cpu);
		if (!t->plat.bound)
			bind_later_locked(t, UNBINDABLE_NS);
	}
	mutex_unlock(&share.mu);
}

/* Those whose time is over; the end of the next one's, TIMER_NEVER: none. */
static int64_t release_held_locked(int64_t now)
{
	struct bound *b, *next;
	int64_t first = TIMER_NEVER;

	list_for_each_entry_safe(b, next, &share.bound, node) {
		if (!b->until_ns)
			continue;
		if (b->until_ns <= now)
			release_locked(b);
		else
			first = MIN(first, b->until_ns);
	}
	return first;
}

static void hold_timer_fn(struct timer *tm)
{
	int64_t next;

	mutex_lock(&share.mu);
	next = release_held_locked(clock_now_ns(CLOCK_MONOTONIC));
	share.timer_armed = next != TIMER_NEVER;
	mutex_unlock(&share.mu);
	if (next != TIMER_NEVER)
		timer_arm(tm, next);
}

bool share_keep_off(struct task *t, int cpu, int64_t until_ns)
{
	struct bound *b = NULL;
	bool arm;

	if (t->plat.bound || !may_bind(t))
		return false;
	mutex_lock(&share.mu);
	if (!atomic_load(&share_binding) && !task_is_dead(t))
		b = bind_locked(t, cpu);
	if (b)
		b->until_ns = until_ns;
	t->plat.bound = b;
	arm = b && !share.timer_armed;
	share.timer_armed |= arm;
	mutex_unlock(&share.mu);
	if (arm)
		timer_arm(&share.timer, until_ns);
	return b;
}

void share_hold(struct task *t, int64_t until_ns)
{
	struct bound *b;

	if (likely(!t->plat.bound))
		return;
	mutex_lock(&share.mu);
	b = t->plat.bound;
	if (b && b->until_ns)
		b->until_ns = until_ns;
	mutex_unlock(&share.mu);
}

void share_set_free(struct task *t)
{
	if (likely(!t->plat.bound))
		return;
	mutex_lock(&share.mu);
	if (t->plat.bound)
		release_locked(t->plat.bound);
	mutex_unlock(&share.mu);
}

void share_own_affinity(struct task *t, enum affinity_use use)
{
	mutex_lock(&share.mu);
	if (use == AFFINITY_SHOWN)
		bind_later_locked(t, SHOWN_NS);
	else if (use == AFFINITY_SET)
		atomic_store(&t->plat.bind_after_ns, INT64_MAX);
	if (t->plat.bound)
		release_locked(t->plat.bound);
	mutex_unlock(&share.mu);
}

void share_init(void)
{
	mutex_init(&share.mu, LOCK_FASTPATH);
	list_init(&share.bound);
	timer_init(&share.timer, hold_timer_fn);
}

/* ---- the verdict ---- */

static uint64_t calls_now(void)
{
	return atomic_load_explicit(&fast_stats.served, memory_order_relaxed) +
	       atomic_load_explicit(&fast_stats.trapped, memory_order_relaxed);
}

static void window_begin_locked(int64_t now, int64_t length, bool warm)
{
	share.warm = warm;
	share.since_ns = now;
	share.calls = calls_now();
	share.lost_ns = 0;
	atomic_store_explicit(&share.traps, 0, memory_order_relaxed);
	atomic_store(&share.next_look_ns, now + length);
}

/* Calls per second in this window. */
static uint64_t rate_locked(int64_t now)
{
	return (calls_now() - share.calls) * 1000000000 / (uint64_t)MAX(now - share.since_ns, 1);
}

/* Not the one where this thread runs: a worker runs where its guest has called. */
static int cpu_for_poller_locked(bool is_poller)
{
	int here = sched_getcpu();

	if (is_poller && affinity_has(&share.poller_own, here))
		return here;
	for (int i = 1; i < AFFINITY_CPUS; i++)
		if (affinity_has(&share.poller_own, (here + i) % AFFINITY_CPUS))
			return (here + i) % AFFINITY_CPUS;
	return -1;
}

static bool start_locked(int64_t now, enum share_state state, bool is_poller)
{
	release_all_locked(); /* those that are held */
	share.cpu = share.poller ? cpu_for_poller_locked(is_poller) : -1;
	if (share.cpu < 0 || !affinity_set_one(share.poller, share.cpu)) {
		share.cpu = -1;
		return false;
	}
	log_debug("processors: %d for the poller%s, calls per second so far: %lu", share.cpu,
		  state == SHARE_TRIAL ? ", on trial" : "", share.free_rate);
	share.state = state;
	share.fallen = share.windows = 0;
	share.calls_at_start = calls_now();
	share.started_ns = share.kept_since_ns = now;
	share.check_at_ns = now + share.check_ns;
	window_begin_locked(now, WARM_UP_NS, false);
	atomic_fetch_add(&share_starts, 1);
	atomic_store(&share_binding, true);
	return true;
}

static void stop_locked(int64_t now, bool failed)
{
	log_debug("processors: all for all%s", failed ? ", for a while" : "");
	release_all_locked();
	share.trusted_until_ns = failed ? 0 : now + TRUST_NS;
	if (failed) {
		share.failed_ns = now;
		share.setups_at_fail = atomic_load(&fast_stats.setups);
		share.not_before_ns = now + ((int64_t)BACKOFF_NS << share.failures);
		share.failures += share.state == SHARE_TRIAL && share.failures < BACKOFF_MAX;
	}
	share.state = SHARE_FREE;
	window_begin_locked(now, 0, false);
}

static void start_trial_locked(int64_t now, bool is_poller)
{
	share.free_rate = rate_locked(now);
	share.check_ns = CHECK_FIRST_NS;
	if (start_locked(now, SHARE_TRIAL, is_poller))
		share.nr_trials++;
	else
		stop_locked(now, true);
}

/* What failed may do for threads that have come since. */
static bool may_try_locked(int64_t now)
{
	if (now >= share.not_before_ns)
		return true;
	return now - share.failed_ns >= NEWCOMERS_NS &&
	       atomic_load(&fast_stats.setups) != share.setups_at_fail;
}

/* Calls trap, or are made while the poller waits for a processor. */
static void look_at_free_locked(int64_t now, bool is_poller)
{
	int64_t length = now - share.since_ns;
	int64_t traps = atomic_load_explicit(&share.traps, memory_order_relaxed);
	bool lost = share.lost_ns * LOST_SHARE > length &&
		    length < (int64_t)(calls_now() - share.calls) * TRAP_NS;
	bool busy = lost || length < traps * TRAP_NS;

	if (busy && now < share.trusted_until_ns) {
		start_locked(now, SHARE_KEPT, is_poller);
		return;
	}
	if (length < FREE_WINDOW_NS)
		return;
	if (busy && may_try_locked(now))
		start_trial_locked(now, is_poller);
	else
		window_begin_locked(now, 0, false);
}

static void look_if_free_locked(int64_t now, bool is_poller)
{
	if (share.state != SHARE_FREE)
		return;
	if (now - share.since_ns > STALE_NS)
		window_begin_locked(now, 0, false);
	else
		look_at_free_locked(now, is_poller);
}

void share_note_trap(struct task *t)
{
	int64_t now;

	if (atomic_load_explicit(&share_binding, memory_order_relaxed)) {
		share_bind(t);
		return;
	}
	if ((atomic_fetch_add_explicit(&share.traps, 1, memory_order_relaxed) + 1) % TRAPS_PER_LOOK)
		return;
	now = clock_now_ns(CLOCK_MONOTONIC);
	mutex_lock(&share.mu);
	look_if_free_locked(now, false);
	mutex_unlock(&share.mu);
	if (atomic_load(&share_binding))
		share_bind(t);
}

static bool is_better(uint64_t rate, uint64_t than, unsigned int percent)
{
	return rate * 100 >= than * percent;
}

/* Somebody else may have had the processors for a window: the best of some counts. */
static void look_at_trial_locked(int64_t now)
{
	if (is_better(rate_locked(now), share.free_rate, KEEP_PERCENT)) {
		share.nr_kept++;
		share.state = SHARE_KEPT;
		share.kept_since_ns = now;
		window_begin_locked(now, KEPT_WINDOW_NS, true);
	} else if (++share.windows < TRIAL_WINDOWS) {
		window_begin_locked(now, TRIAL_NS, true);
	} else {
		stop_locked(now, true);
	}
}

static void look_at_kept_locked(int64_t now)
{
	share.kept_rate = rate_locked(now);
	if (now - share.kept_since_ns > PROVEN_NS)
		share.failures = 0;
	if (is_better(share.kept_rate, share.free_rate, FALLEN_PERCENT))
		share.fallen = 0;
	else
		share.fallen++;
	if (now < share.check_at_ns && share.fallen < FALLEN_WINDOWS) {
		window_begin_locked(now, KEPT_WINDOW_NS, true);
		return;
	}
	release_all_locked();
	share.state = SHARE_CHECK;
	window_begin_locked(now, WARM_UP_NS, false);
}

static void look_locked(int64_t now)
{
	if (!share.warm) {
		window_begin_locked(now, share.state == SHARE_KEPT ? KEPT_WINDOW_NS : TRIAL_NS,
				    true);
		return;
	}
	switch (share.state) {
	case SHARE_FREE: break;
	case SHARE_TRIAL: look_at_trial_locked(now); break;
	case SHARE_KEPT: look_at_kept_locked(now); break;
	case SHARE_CHECK:
		share.free_rate = rate_locked(now);
		share.check_ns = MIN(share.check_ns * 2, CHECK_MAX_NS);
		if (!is_better(share.kept_rate, share.free_rate, STAY_PERCENT) ||
		    !start_locked(now, SHARE_KEPT, true))
			stop_locked(now, true);
		break;
	}
}

/* ---- the poller ---- */

void share_poller_begins(void)
{
	mutex_lock(&share.mu);
	share.poller = affinity_get(gettid(), &share.poller_own) ? gettid() : 0;
	mutex_unlock(&share.mu);
}

void share_poller_awake(void)
{
	mutex_lock(&share.mu);
	if (share.cpu >= 0)
		affinity_set_one(share.poller, share.cpu);
	else if (share.poller)
		affinity_set(share.poller, &share.poller_own);
	mutex_unlock(&share.mu);
}

void share_tick(int64_t now)
{
	int64_t next = atomic_load_explicit(&share.next_look_ns, memory_order_relaxed);

	if (now < next)
		return;
	mutex_lock(&share.mu);
	if (share.state != SHARE_FREE && now >= atomic_load(&share.next_look_ns))
		look_locked(now);
	mutex_unlock(&share.mu);
}

void share_poller_lost(int64_t now, int64_t lost_ns)
{
	mutex_lock(&share.mu);
	share.lost_ns += lost_ns;
	look_if_free_locked(now, true);
	mutex_unlock(&share.mu);
}

bool share_poller_sleeps(int64_t now)
{
	bool may;

	mutex_lock(&share.mu);
	may = !atomic_load(&share_binding) || now - share.started_ns > WARM_UP_NS;
	if (may && share.state != SHARE_FREE)
		stop_locked(now, share.state == SHARE_TRIAL ||
					 calls_now() - share.calls_at_start < TRUST_CALLS);
	mutex_unlock(&share.mu);
	return may;
}

void share_report(struct strbuf *sb)
{
	mutex_lock(&share.mu);
	strbuf_printf(sb, "; %u trials with a processor for the poller, %u kept", share.nr_trials,
		      share.nr_kept);
	mutex_unlock(&share.mu);
}
