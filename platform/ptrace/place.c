/*
 * platform/ptrace/place.c - on which processor guests and their tracer run, see ptrace.h
 *
 * Model: a trip from a guest thread to the owner and back is two wake-ups. Left to itself the host
 * wakes whom it can on an idle processor, and that costs more than ten times what a switch on the
 * same processor does (60 us against 4 us where this was measured, in a virtual machine). So threads
 * that make many calls are bound to one processor, together with the owner. What is bound is a thread
 * that uses less than BIND_NS of processor time per call: a second processor could not save what the
 * wake-ups cost. It is looked at when it has made a window full of calls. Children of bound threads
 * begin bound, as affinities are inherited.
 *
 * Who computes shall have all processors. A thread is let go
 *  - when a window shows RELEASE_NS of processor time per call
 *  - or PARALLEL_NS, and that it waited as long for others that are bound and have called lately, and
 *    so could run at the same time. Then it stays free for a while, each time for longer.
 *  - when it has made no call for AGE_NS, while others make calls, and has computed meanwhile, or
 *    slept through several looks
 *  - with all others when there was no call for a time. Until then the owner does not sleep longer;
 *    afterwards nothing is bound and it sleeps until there is something to do.
 * The processor is the one where the owner happens to run when the first thread is bound. Every
 * TERM_NS the owner is set free for one wake-up, by which the host moves it away from a processor
 * that others use as well, and those that are bound follow at their next calls.
 *
 * Guests must not see this. The affinity that a bound thread has got from the guest is kept here. Who
 * shows or changes a thread's affinity has it restored first (platform.h, own_affinity). A processor
 * outside of it is never used.
 *
 * Limits: changes of a bound thread's affinity from outside of the sandbox (taskset -p; not cpusets,
 * which the host keeps to) last until it is let go.
 */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>

#include "platform/ptrace/ptrace.h"
#include "sentry/hostproc.h"
#include "sentry/timer.h"

#define BIND_NS 50000
#define RELEASE_NS 100000
#define PARALLEL_NS 12000
#define LATELY_NS 250000
#define FREE_MIN_NS 8000000
#define FREE_MAX_NS 256000000
#define AGE_NS 2000000
#define AGE_USED_NS 500000
#define ASLEEP_LOOKS 8
#define LOOK_NS 250000 /* between two looks at the oldest one */
#define QUIET_NS 8000000
#define QUIET_MANY_NS                                                                              \
	2000000 /* two may compute; less than half the host's tick makes sleeps dear */
#define TERM_NS 32000000
/* Calls in a window, and time for the bound ones. */
#define WINDOW_FIRST 8
#define WINDOW_AGAIN 2
#define WINDOW 32
#define WINDOW_NS 4000000
/* A window that lasted longer than this per call is not worth the look. */
#define RARE_NS 500000

/* What a thread has done in its window. */
struct usage {
	unsigned int calls, parallel;
	int64_t ran_ns, waited_ns; /* on a processor, for one */
};

static struct {
	struct list bound; /* those bound, the one without a call for longest first */
	unsigned int nr_bound;
	int cpu; /* -1: none chosen */
	bool owner_bound;
	struct affinity owner, first; /* the owner's own; the sandbox's at its start */
	int64_t chosen_ns, looked_ns;
} here = {.cpu = -1};

void place_init(void)
{
	list_init(&here.bound);
	affinity_get(0, &here.first);
}

/* ---- the owner ---- */

/* For one wake-up at least the host decides. */
static void owner_release(void)
{
	if (here.owner_bound)
		affinity_set(0, &here.owner);
	here.owner_bound = false;
	here.cpu = -1;
}

/* Where the owner was woken last, if that is allowed. */
static int allowed_cpu(const struct affinity *allowed)
{
	struct affinity both = {.len = here.owner.len};
	int cpu = sched_getcpu();

	if (affinity_has(allowed, cpu))
		return cpu;
	for (size_t i = 0; i < ARRAY_SIZE(both.mask); i++)
		both.mask[i] = allowed->mask[i] & here.owner.mask[i];
	return affinity_first(&both);
}

static void choose_cpu(const struct affinity *allowed, int64_t now)
{
	if (!affinity_get(0, &here.owner))
		return;
	here.cpu = allowed_cpu(allowed);
	if (here.cpu < 0)
		return;
	here.chosen_ns = now;
	here.owner_bound = true;
	affinity_set_one(0, here.cpu);
}

/* ---- binding ---- */

static bool is_bound(const struct tracee *tr)
{
	return !list_empty(&tr->place.node);
}

static void link_bound(struct tracee *tr, int cpu)
{
	tr->place.cpu = cpu;
	tr->place.window = WINDOW;
	list_add_tail(&tr->place.node, &here.bound);
	here.nr_bound++;
}

static void unlink_bound(struct tracee *tr, unsigned int window)
{
	tr->place.window = window;
	list_del(&tr->place.node);
	if (--here.nr_bound == 0)
		owner_release();
}

static void bind(struct tracee *tr, int64_t now)
{
	struct place *p = &tr->place;

	if (!affinity_get(tr->tid, &p->own))
		return;
	if (here.cpu < 0)
		choose_cpu(&p->own, now);
	if (!affinity_has(&p->own, here.cpu))
		return;
	affinity_set_one(tr->tid, here.cpu);
	link_bound(tr, here.cpu);
}

static void release(struct tracee *tr, unsigned int window)
{
	affinity_set(tr->tid, &tr->place.own);
	unlink_bound(tr, window);
}

/* The host would take its time to move a running thread to an idle processor. */
static void push_away(const struct tracee *tr)
{
	struct affinity others = tr->place.own;

	if (tr->place.cpu < 0)
		return;
	affinity_remove(&others, tr->place.cpu);
	affinity_set(tr->tid, &others); /* refused if there are none */
}

void place_release(struct tracee *tr)
{
	if (is_bound(tr))
		release(tr, WINDOW_FIRST);
}

void place_gone(struct tracee *tr)
{
	if (is_bound(tr))
		unlink_bound(tr, 0);
}

void place_born(struct tracee *child, const struct tracee *parent)
{
	struct place *p = &child->place;
	struct affinity now;

	if (p->known)
		return;
	p->known = true;
	p->window = WINDOW_FIRST;
	p->usual_ns = BIND_NS;
	p->since_ns = p->last_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (parent && is_bound(parent))
		p->own = parent->place.own;
	else if (!parent || !affinity_get(parent->tid, &p->own))
		p->own = here.first;
	if (affinity_get(child->tid, &now) && !affinity_equal(&now, &p->own))
		link_bound(child, affinity_first(&now));
}

/* ---- who is bound ---- */

/* How long it ran and waited in all; false: unknown. */
static bool read_times(const struct tracee *tr, int64_t *ran, int64_t *waited)
{
	char text[64];

	return hostproc_read(pt.k, tr->tid, "schedstat", text, sizeof(text)) > 0 &&
	       sscanf(text, "%" SCNd64 " %" SCNd64, ran, waited) == 2;
}

static bool close_window(struct tracee *tr, int64_t now, struct usage *u)
{
	struct place *p = &tr->place;
	int64_t ran, waited;
	bool known = read_times(tr, &ran, &waited);

	if (known) {
		*u = (struct usage){p->calls, p->parallel, ran - p->ran_ns, waited - p->waited_ns};
		p->ran_ns = ran;
		p->waited_ns = waited;
	}
	p->calls = p->parallel = 0;
	p->since_ns = now;
	return known;
}

/* It loses more by waiting for others than its wake-ups would cost. */
static void set_free(struct tracee *tr, int64_t now)
{
	struct place *p = &tr->place;

	p->free_ns = MIN(MAX(p->free_ns * 2, FREE_MIN_NS), FREE_MAX_NS);
	p->free_until_ns = now + p->free_ns;
	release(tr, WINDOW);
}

static void look_at_bound(struct tracee *tr, int64_t now, const struct usage *u)
{
	int64_t ran = u->ran_ns / u->calls, waited = u->waited_ns / u->calls;

	tr->place.usual_ns = ran;
	if (ran > RELEASE_NS)
		release(tr, WINDOW);
	else if (ran > PARALLEL_NS && waited > PARALLEL_NS && u->parallel > u->calls / 2)
		set_free(tr, now);
}

static void window_full(struct tracee *tr, int64_t now)
{
	struct place *p = &tr->place;
	bool rare = now - p->since_ns > p->calls * (int64_t)RARE_NS;
	struct usage u;

	if (!is_bound(tr) && (rare || now < p->free_until_ns)) {
		p->calls = p->parallel = 0;
		p->since_ns = now;
		p->window = WINDOW_AGAIN;
		return;
	}
	if (!close_window(tr, now, &u))
		return;
	if (is_bound(tr))
		look_at_bound(tr, now, &u);
	else if (u.ran_ns / u.calls < BIND_NS)
		bind(tr, now);
	else
		p->window = WINDOW_FIRST;
}

/* Others make calls while the oldest of the bound ones makes none. */
static void look_at_oldest(int64_t now)
{
	struct tracee *tr = list_first_entry_or_null(&here.bound, struct tracee, place.node);
	struct place *p = tr ? &tr->place : NULL;
	struct usage u;

	if (!p || now - p->last_ns < AGE_NS || now - here.looked_ns < LOOK_NS)
		return;
	here.looked_ns = now;
	if (!close_window(tr, now, &u) || ++p->looks > ASLEEP_LOOKS) {
		release(tr, WINDOW_AGAIN);
	} else if (u.ran_ns > u.calls * 2 * p->usual_ns + AGE_USED_NS) {
		push_away(tr);
		release(tr, WINDOW_FIRST);
	} else {
		p->last_ns = now;
		list_move_tail(&p->node, &here.bound);
	}
}

/* Every now and then the owner is moved, and those that are bound follow. */
static void keep_together(struct tracee *tr, int64_t now)
{
	struct place *p = &tr->place;

	if (here.cpu < 0)
		choose_cpu(&p->own, now);
	else if (now - here.chosen_ns > TERM_NS)
		owner_release();
	if (here.cpu < 0 || p->cpu == here.cpu)
		return;
	if (affinity_has(&p->own, here.cpu)) {
		affinity_set_one(tr->tid, here.cpu);
		p->cpu = here.cpu;
	} else {
		release(tr, WINDOW);
	}
}

/* Is the last one that made a call not the caller, and back in user mode, so to speak? */
static bool another_runs(const struct tracee *tr, int64_t now)
{
	const struct tracee *last = list_last_entry(&here.bound, struct tracee, place.node);

	return last != tr && last->state == TRACEE_RUNNING && now - last->place.last_ns < LATELY_NS;
}

void place_called(struct tracee *tr)
{
	struct place *p = &tr->place;
	int64_t now = clock_now_ns(CLOCK_MONOTONIC);
	bool bound = is_bound(tr);

	p->last_ns = now;
	p->looks = 0;
	p->calls++;
	if (bound) {
		p->parallel += another_runs(tr, now);
		list_move_tail(&p->node, &here.bound);
	}
	if (p->calls >= p->window || (bound && now - p->since_ns > WINDOW_NS))
		window_full(tr, now);
	look_at_oldest(now);
	if (is_bound(tr))
		keep_together(tr, now);
}

const struct timespec *place_patience(void)
{
	static const struct timespec quiet = {.tv_nsec = QUIET_NS},
				     many = {.tv_nsec = QUIET_MANY_NS};

	if (here.nr_bound == 0)
		return NULL;
	return here.nr_bound == 1 ? &quiet : &many;
}

/* The last one to have made a call may stay where it is. */
void place_quiet(void)
{
	struct tracee *tr;

	while ((tr = list_first_entry_or_null(&here.bound, struct tracee, place.node))) {
		if (here.nr_bound > 1)
			push_away(tr);
		release(tr, WINDOW_AGAIN);
	}
}
