/* sentry/trim.c - free memory goes back to the host, see trim.h */
#include "sentry/trim.h"

#include <stdatomic.h>
#include <time.h>

#include "sentry/base/log.h"
#include "sentry/timer.h"

#define DELAY_NS 250000000 /* more may be freed by then */
#define SHARE 100

static struct timer timer;
static _Atomic bool armed = true; /* also before trim_init() */
static _Atomic int64_t not_before;

static void trim_now(struct timer *tm)
{
	int64_t begin = clock_now_ns(CLOCK_MONOTONIC), took;

	(void)tm;
	mem_trim();
	took = clock_now_ns(CLOCK_MONOTONIC) - begin;
	atomic_store(&not_before, begin + took * SHARE);
	atomic_store(&armed, false);
	log_debug("memory given back in %ld us, in use: %zu KiB", (long)(took / 1000),
		  mem_in_use() / 1024);
}

void trim_init(void)
{
	timer_init(&timer, trim_now);
	atomic_store(&armed, false);
}

void trim_arm(void)
{
	int64_t at = clock_now_ns(CLOCK_MONOTONIC) + DELAY_NS;

	if (!atomic_exchange(&armed, true))
		timer_arm(&timer, MAX(at, atomic_load(&not_before)));
}
