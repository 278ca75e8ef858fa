/*
 * tests/syscalls/clock_errors.c - clock_gettime(2), clock_getres(2), clock_settime(2),
 * gettimeofday(2): unknown clocks, bad pointers, bad values.
 */
#include "check.h"

int main(void)
{
	struct timespec ts = {0, 1000000000}, neg = {-1, 0};
	struct timeval tv = {0, 1000000};

	show("get, unknown clock", clock_gettime(100, &ts));
	show("get, clock 12", clock_gettime(12, &ts));
	show("get, CLOCK_SGI_CYCLE", clock_gettime(10, &ts));
	show("get, alarm clock", clock_gettime(CLOCK_REALTIME_ALARM, &ts) == 0 || errno == EINVAL);
	show("get, negative", clock_gettime(-1, &ts));
	show("get, bad pointer", raw(SYS_clock_gettime, CLOCK_MONOTONIC, BAD_PTR));
	show("res, unknown clock", clock_getres(100, &ts));
	show("res, NULL", clock_getres(CLOCK_MONOTONIC, NULL));
	show("res, bad pointer", raw(SYS_clock_getres, CLOCK_MONOTONIC, BAD_PTR));
	ts = (struct timespec){0, 1000000000};
	show("set, unknown clock", clock_settime(100, &ts));
	show("set monotonic", clock_settime(CLOCK_MONOTONIC, &ts));
	show("set boot time", clock_settime(CLOCK_BOOTTIME, &ts));
	show("set, nanoseconds", clock_settime(CLOCK_REALTIME, &ts));
	show("set, negative", clock_settime(CLOCK_REALTIME, &neg));
	show("set, bad pointer", raw(SYS_clock_settime, CLOCK_REALTIME, BAD_PTR));
	show("settimeofday, microseconds", settimeofday(&tv, NULL));
	show("settimeofday, bad pointer", raw(SYS_settimeofday, BAD_PTR, NULL));
	show("gettimeofday NULL", raw(SYS_gettimeofday, NULL, NULL));
	show("gettimeofday, bad pointer", raw(SYS_gettimeofday, BAD_PTR, NULL));
	show("gettimeofday, bad zone", raw(SYS_gettimeofday, &tv, BAD_PTR));
	show("time, bad pointer", raw(SYS_time, BAD_PTR));
	return 0;
}
