/*
 * tests/syscalls/timer_none.c - timers with SIGEV_NONE: timer_gettime(2) counts down, intervals go
 * on, absolute times.
 */
#include "check.h"

int main(void)
{
	struct sigevent sev = {.sigev_notify = SIGEV_NONE};
	struct itimerspec its = {{0, 0}, {50, 0}}, a, b;
	struct timespec now;
	timer_t timer;

	show("create", timer_create(CLOCK_MONOTONIC, &sev, &timer));
	show("settime", timer_settime(timer, 0, &its, NULL));
	show("gettime", timer_gettime(timer, &a));
	nap_ms(5);
	show("gettime", timer_gettime(timer, &b));
	show_true("counts down", b.it_value.tv_sec < a.it_value.tv_sec ||
					 (b.it_value.tv_sec == a.it_value.tv_sec &&
					  b.it_value.tv_nsec < a.it_value.tv_nsec));
	show_true("not more than set", a.it_value.tv_sec <= 50 && a.it_value.tv_sec >= 0);
	its.it_interval.tv_sec = 7;
	show("settime", timer_settime(timer, 0, &its, &a));
	show_val("old interval", a.it_interval.tv_sec);
	timer_gettime(timer, &a);
	show_val("interval", a.it_interval.tv_sec);

	its = (struct itimerspec){{0, 0}, {0, 2000000}};
	show("settime", timer_settime(timer, 0, &its, NULL));
	nap_ms(10);
	timer_gettime(timer, &a);
	say("expired: %ld %ld", a.it_value.tv_sec, a.it_value.tv_nsec);
	its.it_interval.tv_nsec = 3000000;
	timer_settime(timer, 0, &its, NULL);
	nap_ms(10);
	timer_gettime(timer, &a);
	show_true("interval goes on", a.it_value.tv_nsec > 0 && a.it_value.tv_nsec <= 3000000);

	clock_gettime(CLOCK_MONOTONIC, &now);
	now.tv_sec += 40;
	its = (struct itimerspec){{0, 0}, now};
	show("absolute", timer_settime(timer, TIMER_ABSTIME, &its, NULL));
	timer_gettime(timer, &a);
	show_true("rest", a.it_value.tv_sec > 0 && a.it_value.tv_sec <= 40);
	its.it_value.tv_sec = 1;
	show("absolute, past", timer_settime(timer, TIMER_ABSTIME, &its, NULL));
	timer_gettime(timer, &a);
	say("expired: %ld %ld", a.it_value.tv_sec, a.it_value.tv_nsec);
	show("delete", timer_delete(timer));
	return 0;
}
