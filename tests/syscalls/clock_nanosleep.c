/*
 * tests/syscalls/clock_nanosleep.c - clock_nanosleep(2): relative and absolute, several clocks,
 * times in the past, errors.
 */
#include "check.h"

static long now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000L + ts.tv_nsec;
}

static void run(clockid_t clock)
{
	struct timespec ts = {0, 3000000};
	long before = now(clock), until = before + 6000000;

	say("clock %d", clock);
	show("relative", raw(SYS_clock_nanosleep, clock, 0, &ts, NULL));
	show_true("long enough", now(clock) - before >= 3000000);
	ts = (struct timespec){until / 1000000000, until % 1000000000};
	show("absolute", raw(SYS_clock_nanosleep, clock, TIMER_ABSTIME, &ts, NULL));
	show_true("long enough", now(clock) >= until);
	show("in the past", raw(SYS_clock_nanosleep, clock, TIMER_ABSTIME, &ts, NULL));
	ts = (struct timespec){0, 0};
	show("long ago", raw(SYS_clock_nanosleep, clock, TIMER_ABSTIME, &ts, NULL));
}

int main(void)
{
	struct timespec ok = {0, 1}, bad = {0, 1000000000}, neg = {-1, 0};

	run(CLOCK_REALTIME);
	run(CLOCK_MONOTONIC);
	run(CLOCK_BOOTTIME);
	run(CLOCK_TAI);
	show("unknown clock", raw(SYS_clock_nanosleep, 100, 0, &ok, NULL));
	show("thread clock", raw(SYS_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &ok, NULL));
	show("raw clock", raw(SYS_clock_nanosleep, CLOCK_MONOTONIC_RAW, 0, &ok, NULL));
	show("coarse clock", raw(SYS_clock_nanosleep, CLOCK_MONOTONIC_COARSE, 0, &ok, NULL));
	show("nanoseconds", raw(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &bad, NULL));
	show("negative", raw(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &neg, NULL));
	show("negative, absolute",
	     raw(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &neg, NULL));
	show("bad pointer", raw(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, BAD_PTR, NULL));
	show("unknown flags", raw(SYS_clock_nanosleep, CLOCK_MONOTONIC, 8, &ok, NULL));
	return 0;
}
