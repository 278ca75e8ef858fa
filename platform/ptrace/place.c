/*
 * platform/ptrace/place.c - on which processor guests and their tracer run, see ptrace.h
 *
 * Model: a trip from a guest thread to the owner and back is two wake-ups. Left to itself the host
 * wakes whom it can on an idle processor, and waking one of these costs more than ten times what a
 * switch on the same processor does (60 us against 4 us where this was measured, a virtual machine).
 * So threads that make many calls are bound to one processor, together with the owner. What is bound
 * is a thread whose calls lie less than BIND_NS of its own processor time apart: it could not gain
 * from a second processor what the wake-ups would cost it. It is looked at when it has made a window
 * full of calls. New threads and processes of bound ones begin bound, as affinities are inherited.
 *
 * Who computes shall have all processors. A thread is let go
 *  - when a full window shows RELEASE_NS of processor time between its calls
 *  - when it has made no call for AGE_NS, while others make calls, and has either computed most of
 *    that time or made none since it was looked at the last time
 *  - with all others when there was no call for QUIET_NS. Until then the owner does not sleep longer;
 *    afterwards nothing is bound and it sleeps until there is something to do.
 * The processor is the one where the owner happens to run when the first thread is bound. Every
 * TERM_NS the owner is set free for one wake-up, by which the host moves it away from a processor
 * that others use as well, and those that are bound follow at their next calls.
 *
 * Guests must not see this. The affinity that a bound thread has got from the guest is kept here. Who
 * shows or changes a thread's affinity has it restored first (platform.h, own_affinity). A processor
 * outside of it is never used.
 *
 * Limits: changes from outside of the sandbox (taskset -p, not cpusets, which the host keeps) of a
 * bound thread's affinity last until it is let go.
 */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/ptrace/ptrace.h"
#include "sentry/hostproc.h"
#include "sentry/timer.h"

#define BIND_NS 50000
#define RELEASE_NS 100000
#define SLACK_NS 500000
#define AGE_NS 1000000
#define LOOK_NS 250000 /* between two looks at the oldest one */
#define QUIET_NS 5000000 /* more than the host's tick, or each sleep sets a timer of the hardware */
#define TERM_NS 32000000
#define FIRST_WINDOW 8
#define WINDOW 64
#define WINDOW_NS 4000000
/* A window that lasted longer than this per call is not worth the look. */
#define RARE_NS 500000

static struct {
	struct list bound; /* those bound, the one without a call for longest first */
	int cpu;	   /* -1: none chosen */
	bool owner_bound;
	struct affinity owner, first; /* the owner's own; the sandbox's at its start */
	int64_t chosen_ns, looked_ns;
} here = {.cpu = -1};

/* ---- affinities ---- */

static bool affinity_get(pid_t tid, struct affinity *a)
{
	memset(a->mask, 0, sizeof(a->mask));
	a->len = syscall(SYS_sched_getaffinity, tid, sizeof(a->mask), a->mask);
	return a->len > 0;
}

/* It fails when the thread has been killed. */
static void affinity_set(pid_t tid, const struct affinity *a)
{
	if (a->len > 0)
		syscall(SYS_sched_setaffinity, tid, a->len, a->mask);
}

static bool affinity_has(const struct affinity *a, int cpu)
{
	return cpu >= 0 && (size_t)cpu < sizeof(a->mask) * 8 && a->mask[cpu / 64] >> cpu % 64 & 1;
}

static bool affinity_equal(const struct affinity *a, const struct affinity *b)
{
	return memcmp(a->mask, b->mask, sizeof(a->mask)) == 0;
}

static void affinity_set_one(pid_t tid, int cpu)
{
	struct affinity a = {.len = sizeof(a.mask)};

	a.mask[cpu / 64] = 1ULL << cpu % 64;
	affinity_set(tid, &a);
}

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
	int cpu = sched_getcpu();

	if (affinity_has(allowed, cpu))
		return cpu;
	for (cpu = 0; cpu < AFFINITY_CPUS; cpu++)
		if (affinity_has(allowed, cpu) && affinity_has(&here.owner, cpu))
			return cpu;
	return -1;
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
	p->cpu = here.cpu;
	list_add_tail(&p->node, &here.bound);
}

static bool is_bound(const struct tracee *tr)
{
	return !list_empty(&tr->place.node);
}

static void unlink_bound(struct tracee *tr)
{
	list_del(&tr->place.node);
	if (list_empty(&here.bound))
		owner_release();
}

void place_release(struct tracee *tr)
{
	if (!is_bound(tr))
		return;
	affinity_set(tr->tid, &tr->place.own);
	unlink_bound(tr);
}

void place_gone(struct tracee *tr)
{
	if (is_bound(tr))
		unlink_bound(tr);
}

void place_born(struct tracee *child, const struct tracee *parent)
{
	struct place *p = &child->place;
	struct affinity now;

	if (p->known)
		return;
	p->known = true;
	p->since_ns = p->last_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (parent && is_bound(parent))
		p->own = parent->place.own;
	else if (!parent || !affinity_get(parent->tid, &p->own))
		p->own = here.first;
	if (!affinity_get(child->tid, &now) || affinity_equal(&now, &p->own))
		return;
	p->cpu = -1; /* to be moved if it is not the chosen one */
	list_add_tail(&p->node, &here.bound);
}

/* ---- who is bound ---- */

/* Its processor time; 0: unknown. */
static int64_t cpu_time(const struct tracee *tr)
{
	char text[64];
	int64_t ns;

	if (hostproc_read(pt.k, tr->tid, "schedstat", text, sizeof(text)) < 0 ||
	    sscanf(text, "%" SCNd64, &ns) != 1)
		return 0;
	return ns;
}

/* What it has computed since the last time, and the number of calls it made. */
static int64_t close_window(struct tracee *tr, int64_t now, unsigned int *calls)
{
	struct place *p = &tr->place;
	int64_t then = p->cpu_ns;

	*calls = p->calls;
	p->cpu_ns = cpu_time(tr);
	p->calls = 0;
	p->since_ns = now;
	return p->cpu_ns - then;
}

static void window_full(struct tracee *tr, int64_t now)
{
	bool rare = now - tr->place.since_ns > tr->place.calls * (int64_t)RARE_NS;
	unsigned int calls;
	int64_t used = close_window(tr, now, &calls);

	if (is_bound(tr)) {
		if (used > calls * (int64_t)RELEASE_NS)
			place_release(tr);
	} else if (!rare && used > 0 && used < calls * (int64_t)BIND_NS) {
		bind(tr, now);
	}
}

/* Others make calls while the oldest of the bound ones makes none. */
static void look_at_oldest(int64_t now)
{
	struct tracee *tr = list_first_entry_or_null(&here.bound, struct tracee, place.node);
	unsigned int calls;
	int64_t used;

	if (!tr || now - tr->place.last_ns < AGE_NS || now - here.looked_ns < LOOK_NS)
		return;
	here.looked_ns = now;
	used = close_window(tr, now, &calls);
	if (calls == 0 || used > calls * (int64_t)RELEASE_NS + SLACK_NS) {
		place_release(tr);
		return;
	}
	tr->place.last_ns = now;
	list_move_tail(&tr->place.node, &here.bound);
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
		place_release(tr);
	}
}

void place_called(struct tracee *tr)
{
	struct place *p = &tr->place;
	int64_t now = clock_now_ns(CLOCK_MONOTONIC);
	bool bound = is_bound(tr);

	p->last_ns = now;
	p->calls++;
	if (bound)
		list_move_tail(&p->node, &here.bound);
	if (p->calls >= (bound ? WINDOW : FIRST_WINDOW) || (bound && now - p->since_ns > WINDOW_NS))
		window_full(tr, now);
	look_at_oldest(now);
	if (is_bound(tr))
		keep_together(tr, now);
}

const struct timespec *place_patience(void)
{
	static const struct timespec quiet = {.tv_nsec = QUIET_NS};

	return list_empty(&here.bound) ? NULL : &quiet;
}

void place_quiet(void)
{
	struct tracee *tr;

	while ((tr = list_first_entry_or_null(&here.bound, struct tracee, place.node)))
		place_release(tr);
}
