/*
 * tests/syscalls/timer_errors.c - timer_create(2), timer_settime(2), timer_gettime(2),
 * timer_delete(2), timer_getoverrun(2): bad clocks, events, ids, values, pointers.
 */
#include "check.h"

static long create(int clock, struct sigevent *sev, int *id)
{
	return raw(SYS_timer_create, clock, sev, id);
}

int main(void)
{
	struct sigevent sev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1}, bad;
	struct itimerspec its = {{0, 0}, {50, 0}}, wrong, old;
	int id = -1;

	show("unknown clock", create(100, &sev, &id));
	show("CLOCK_MONOTONIC_RAW", create(CLOCK_MONOTONIC_RAW, &sev, &id));
	show("CLOCK_REALTIME_COARSE", create(CLOCK_REALTIME_COARSE, &sev, &id));
	bad = sev;
	bad.sigev_notify = 77;
	show("unknown notification", create(CLOCK_MONOTONIC, &bad, &id));
	bad = sev;
	bad.sigev_signo = 0;
	show("signal 0", create(CLOCK_MONOTONIC, &bad, &id));
	bad.sigev_signo = 65;
	show("signal 65", create(CLOCK_MONOTONIC, &bad, &id));
	bad = sev;
	bad.sigev_notify = SIGEV_THREAD_ID | SIGEV_SIGNAL;
	bad._sigev_un._tid = 0x7ffffff;
	show("no such thread", create(CLOCK_MONOTONIC, &bad, &id));
	show("bad event", create(CLOCK_MONOTONIC, BAD_PTR, &id));
	show("bad id", create(CLOCK_MONOTONIC, &sev, BAD_PTR));

	show("create", create(CLOCK_MONOTONIC, &sev, &id));
	wrong = its;
	wrong.it_value.tv_nsec = 1000000000;
	show("nanoseconds", raw(SYS_timer_settime, id, 0, &wrong, NULL));
	wrong.it_value.tv_nsec = -1;
	show("nanoseconds negative", raw(SYS_timer_settime, id, 0, &wrong, NULL));
	wrong = its;
	wrong.it_value.tv_sec = -1;
	show("seconds negative", raw(SYS_timer_settime, id, 0, &wrong, NULL));
	wrong = its;
	wrong.it_interval.tv_nsec = 1000000000;
	show("interval", raw(SYS_timer_settime, id, 0, &wrong, NULL));
	show("NULL", raw(SYS_timer_settime, id, 0, NULL, NULL));
	show("bad pointer", raw(SYS_timer_settime, id, 0, BAD_PTR, NULL));
	show("bad old pointer", raw(SYS_timer_settime, id, 0, &its, BAD_PTR));
	show("gettime", raw(SYS_timer_gettime, id, &old));
	show_true("armed nevertheless", old.it_value.tv_sec > 0);
	show("gettime bad pointer", raw(SYS_timer_gettime, id, BAD_PTR));
	show("getoverrun", raw(SYS_timer_getoverrun, id));
	show("delete", raw(SYS_timer_delete, id));
	show("delete again", raw(SYS_timer_delete, id));
	show("settime", raw(SYS_timer_settime, id, 0, &its, NULL));
	show("gettime", raw(SYS_timer_gettime, id, &old));
	show("getoverrun", raw(SYS_timer_getoverrun, id));
	show("delete -1", raw(SYS_timer_delete, -1));
	return 0;
}
