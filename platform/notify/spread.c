/*
 * platform/notify/spread.c - guests that compute at the same time get processors of their own
 *
 * Model: a trap wakes a worker on the guest's processor, and the verdict wakes the guest on the worker's.
 * So a worker that serves two guests in a row brings both to one processor; and as they take turns there
 * more often than the host thinks that moving a thread would pay (half a millisecond), it leaves them
 * there: two threads of 200 us of computing between calls got half of what they could. So every
 * LOOK_NS a thread that calls is looked at: if it has run, and has waited for a processor for a good part
 * of the time, it is kept off this one for HOLD_NS (share.h), and longer as long as that helps. If it does
 * not, the machine is busy: the next look is later.
 *
 * Not while threads are bound for the poller (share.h).
 *
 * Locking: none; a task's own fields, changed by its traps.
 */
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>

#include "platform/fastpath/share.h"
#include "platform/notify/notify.h"
#include "sentry/hostproc.h"
#include "sentry/timer.h"

#define LOOK_NS 4000000
#define HOLD_NS 10000000
#define LOOK_MAX_SHIFT 6
#define STALE_LOOKS 4
#define WAITED_SHARE 4 /* of the time: a quarter */
#define RAN_SHARE 5
#define TRIES 3 /* windows in which it waits in spite of that */

static _Atomic int64_t last_push_ns;

/* How long it has run and waited in all; false: unknown. */
static bool read_times(struct task *t, int64_t *ret_ran, int64_t *ret_waited)
{
	char text[64];

	return hostproc_read(t->kernel, t->plat.host_tid, "schedstat", text, sizeof(text)) > 0 &&
	       sscanf(text, "%" SCNd64 " %" SCNd64, ret_ran, ret_waited) == 2;
}

/* In the window that has ended t has waited for a processor. */
static void waited(struct task *t, int64_t now)
{
	struct spread *s = &t->plat.spread;

	if (s->tries > 1) { /* the other one has had its turn, too */
		s->tries--;
		share_hold(t, now + HOLD_NS);
		return;
	}
	share_set_free(t);
	if (s->tries == 1) { /* in vain */
		s->tries = 0;
		s->shift += s->shift < LOOK_MAX_SHIFT;
	} else if (share_keep_off(t, sched_getcpu(), now + HOLD_NS)) {
		s->tries = TRIES;
		atomic_store(&last_push_ns, now);
	} else { /* there is no other one */
		s->shift += s->shift < LOOK_MAX_SHIFT;
	}
}

static void look(struct task *t, int64_t now)
{
	struct spread *s = &t->plat.spread;
	int64_t length = now - s->since_ns, ran_ns, waited_ns;
	bool fresh = s->known && length < STALE_LOOKS * s->next_ns &&
		     s->since_ns >= atomic_load(&last_push_ns);

	s->known = read_times(t, &ran_ns, &waited_ns);
	if (s->known && fresh) {
		if ((waited_ns - s->waited_ns) * WAITED_SHARE > length &&
		    (ran_ns - s->ran_ns) * RAN_SHARE > length) {
			waited(t, now);
		} else {
			s->shift = 0;
			s->tries = 0;
			share_hold(t, now + HOLD_NS);
		}
	}
	s->since_ns = now;
	s->next_ns = (int64_t)LOOK_NS << s->shift;
	s->ran_ns = ran_ns;
	s->waited_ns = waited_ns;
}

void spread_trapped(struct task *t)
{
	struct spread *s = &t->plat.spread;
	int64_t now = clock_now_ns(CLOCK_MONOTONIC);

	if (s->since_ns == 0) {
		s->since_ns = now;
		s->next_ns = LOOK_NS;
	}
	if (now - s->since_ns >= s->next_ns &&
	    !atomic_load_explicit(&share_binding, memory_order_relaxed))
		look(t, now);
}
