/*
 * tests/syscalls/clock_gettime.c - clock_gettime(2) of all clocks: sane values, monotonic ones do
 * not go back, relations between them; by the library and by the system call.
 */
#include "check.h"

static const clockid_t clocks[] = {
	CLOCK_REALTIME,		 CLOCK_MONOTONIC,     CLOCK_PROCESS_CPUTIME_ID,
	CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
	CLOCK_MONOTONIC_COARSE,	 CLOCK_BOOTTIME,      CLOCK_TAI,
};

static long ns(const struct timespec *ts)
{
	return ts->tv_sec * 1000000000L + ts->tv_nsec;
}

static long now(clockid_t clock)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts) < 0)
		return -1;
	return ns(&ts);
}

int main(void)
{
	struct timespec ts;
	struct timeval tv;
	long a, b, c;

	for (size_t i = 0; i < ARRAY_LEN(clocks); i++) {
		int back = 0;

		say("clock %d", clocks[i]);
		show("get", clock_gettime(clocks[i], &ts));
		show("system call", raw(SYS_clock_gettime, clocks[i], &ts));
		show_true("nanoseconds", ts.tv_nsec >= 0 && ts.tv_nsec < 1000000000);
		a = now(clocks[i]);
		for (int k = 0; k < 500; k++) {
			if (k % 2) {
				raw(SYS_clock_gettime, clocks[i], &ts);
				b = ns(&ts);
			} else {
				b = now(clocks[i]);
			}
			back += b < a;
			a = b;
		}
		show_val("went back", back);
	}
	a = now(CLOCK_REALTIME);
	b = time(NULL) * 1000000000L;
	gettimeofday(&tv, NULL);
	c = tv.tv_sec * 1000000000L + tv.tv_usec * 1000L;
	show_true("time", b <= now(CLOCK_REALTIME) && b + 2000000000L > a);
	show_true("gettimeofday", c >= a - 1000000 && c <= now(CLOCK_REALTIME));
	show_true("after 2020", a > 1577836800L * 1000000000L);
	/* Coarse clocks are behind, by some ticks at the most. */
	a = now(CLOCK_MONOTONIC_COARSE);
	b = now(CLOCK_MONOTONIC);
	show_true("coarse is behind", a <= b);
	show_true("boot time is not less than monotonic", now(CLOCK_BOOTTIME) >= b);
	a = now(CLOCK_MONOTONIC);
	nap_ms(20);
	b = now(CLOCK_MONOTONIC);
	show_true("20 ms later", b - a >= 20000000L && b - a < 20000000000L);
	return 0;
}
