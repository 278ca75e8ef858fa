/*
 * tests/syscalls/itimer_real.c - setitimer(2) ITIMER_REAL, getitimer(2), alarm(2): one shot,
 * intervals, old values, relation to alarm.
 */
#include "check.h"

static volatile int count;

static void handler(int sig)
{
	(void)sig;
	count++;
}

static void wait_for(int n)
{
	for (int i = 0; i < 5000 && count < n; i++)
		nap_ms(1);
}

int main(void)
{
	struct itimerval it = {{0, 0}, {0, 3000}}, old;

	alarm(0);
	on_signal(SIGALRM, handler, 0);
	show("getitimer", getitimer(ITIMER_REAL, &old));
	say("not armed: %ld %ld", old.it_value.tv_sec, old.it_value.tv_usec);
	show("once", setitimer(ITIMER_REAL, &it, NULL));
	wait_for(1);
	nap_ms(10);
	show_val("count", count);
	it.it_interval.tv_usec = 2000;
	show("repeated", setitimer(ITIMER_REAL, &it, NULL));
	wait_for(4);
	show_true("count", count >= 4);
	it = (struct itimerval){{3, 5}, {40, 0}};
	show("long", setitimer(ITIMER_REAL, &it, &old));
	say("old interval: %ld %ld", old.it_interval.tv_sec, old.it_interval.tv_usec);
	show("getitimer", getitimer(ITIMER_REAL, &old));
	say("interval: %ld %ld", old.it_interval.tv_sec, old.it_interval.tv_usec);
	show_true("value", old.it_value.tv_sec > 0 && old.it_value.tv_sec <= 40);

	show_true("alarm returns what is left", alarm(30) > 0);
	getitimer(ITIMER_REAL, &old);
	say("interval after alarm: %ld", old.it_interval.tv_sec);
	show_true("value after alarm", old.it_value.tv_sec > 0 && old.it_value.tv_sec <= 30);
	show_val("alarm, rounded", alarm(0) >= 1);
	show("alarm, none", alarm(0));
	it = (struct itimerval){{0, 0}, {0, 900000}};
	setitimer(ITIMER_REAL, &it, NULL);
	show("alarm with less than a second left", alarm(0));
	count = 0;
	show("alarm 1", alarm(1));
	show_true("alarm, again", alarm(1) == 1);
	alarm(0);
	show_val("count", count);
	show("setitimer NULL disarms", raw(SYS_setitimer, ITIMER_REAL, NULL, &old));
	return 0;
}
