/*
 * tests/syscalls/clock_getres.c - clock_getres(2): a nanosecond, or a tick for coarse clocks.
 */
#include "check.h"

static const clockid_t clocks[] = {
	CLOCK_REALTIME,	     CLOCK_MONOTONIC,	    CLOCK_PROCESS_CPUTIME_ID,
	CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME,	    CLOCK_THREAD_CPUTIME_ID,
	CLOCK_TAI,	     CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE,
};

int main(void)
{
	struct timespec ts;

	for (size_t i = 0; i < ARRAY_LEN(clocks); i++) {
		ts = (struct timespec){5, 5};
		say("clock %d", clocks[i]);
		show("get", clock_getres(clocks[i], &ts));
		show_true("below 11 ms", ts.tv_sec == 0 && ts.tv_nsec > 0 && ts.tv_nsec < 11000000);
		if (i < 7)
			show_val("nanoseconds", ts.tv_nsec);
	}
	return 0;
}
