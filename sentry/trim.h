/*
 * sentry/trim.h - what guests made the sentry allocate goes back to the host when they are done with it
 *
 * Model: free(3) keeps small blocks for itself, whatever they sum up to. When much less is in use than before,
 * at the end of a file or a process, a timer is armed; the event thread then gives back the pages that
 * are free. Threads that allocate wait for a part of that time, so it takes a hundredth of all
 * time at most.
 */
#ifndef SENTRY_TRIM_H
#define SENTRY_TRIM_H

#include "sentry/base/mem.h"

void trim_init(void); /* with the timers */
void trim_arm(void);

/* Without LOCK_TIMER. */
static inline void trim_maybe(void)
{
	if (unlikely(mem_has_shrunk()))
		trim_arm();
}

#endif
