/*
 * tests/syscalls/itimer_errors.c - setitimer(2), getitimer(2): unknown timers, values, pointers.
 */
#include "check.h"

int main(void)
{
	struct itimerval it = {{0, 0}, {50, 0}}, bad;

	show("unknown timer", raw(SYS_setitimer, 3, &it, NULL));
	show("unknown timer", raw(SYS_getitimer, -1, &it));
	bad = it;
	bad.it_value.tv_usec = 1000000;
	show("microseconds", raw(SYS_setitimer, ITIMER_REAL, &bad, NULL));
	bad.it_value.tv_usec = -1;
	show("negative microseconds", raw(SYS_setitimer, ITIMER_REAL, &bad, NULL));
	bad = it;
	bad.it_value.tv_sec = -1;
	show("negative seconds", raw(SYS_setitimer, ITIMER_REAL, &bad, NULL));
	bad = it;
	bad.it_interval.tv_usec = 1000000;
	show("interval", raw(SYS_setitimer, ITIMER_VIRTUAL, &bad, NULL));
	show("bad pointer", raw(SYS_setitimer, ITIMER_PROF, BAD_PTR, NULL));
	show("bad old pointer", raw(SYS_setitimer, ITIMER_PROF, &it, BAD_PTR));
	show("getitimer", raw(SYS_getitimer, ITIMER_PROF, &bad));
	show_true("armed nevertheless", bad.it_value.tv_sec > 0 || bad.it_value.tv_usec > 0);
	show("getitimer bad pointer", raw(SYS_getitimer, ITIMER_REAL, BAD_PTR));
	return 0;
}
