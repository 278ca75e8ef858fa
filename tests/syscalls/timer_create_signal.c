/*
 * tests/syscalls/timer_create_signal.c - timer_create(2) with SIGEV_SIGNAL: one shot and repeated,
 * siginfo with the value, disarming.
 */
#include "check.h"

static volatile int count, code, value;

static void handler(int sig, siginfo_t *si, void *ctx)
{
	(void)sig;
	(void)ctx;
	count++;
	code = si->si_code;
	value = si->si_value.sival_int;
}

static void wait_for(int n)
{
	for (int i = 0; i < 5000 && count < n; i++)
		nap_ms(1);
}

int main(void)
{
	struct sigevent sev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	struct itimerspec once = {{0, 0}, {0, 2000000}}, repeat = {{0, 2000000}, {0, 1}}, off = {0};
	struct itimerspec old;
	timer_t timer;

	on_siginfo(SIGUSR1, handler, 0);
	sev.sigev_value.sival_int = 1234;
	show("create", timer_create(CLOCK_MONOTONIC, &sev, &timer));
	show("gettime", timer_gettime(timer, &old));
	say("not armed: %ld %ld", old.it_value.tv_sec, old.it_value.tv_nsec);
	show("settime", timer_settime(timer, 0, &once, NULL));
	wait_for(1);
	say("count %d code %d value %d", count, code, value);
	nap_ms(10);
	show_val("count, once", count);
	timer_gettime(timer, &old);
	say("not armed: %ld %ld", old.it_value.tv_sec, old.it_value.tv_nsec);
	show("settime, repeated", timer_settime(timer, 0, &repeat, NULL));
	wait_for(5);
	show_true("count", count >= 5);
	show("settime 0", timer_settime(timer, 0, &off, &old));
	show_true("old interval", old.it_interval.tv_nsec == 2000000);
	count = 0;
	nap_ms(10);
	show_val("none any more", count);
	show("delete", timer_delete(timer));

	/* No sigevent: SIGALRM. */
	on_siginfo(SIGALRM, handler, 0);
	show("create, default", timer_create(CLOCK_REALTIME, NULL, &timer));
	count = 0;
	show("settime", timer_settime(timer, 0, &once, NULL));
	wait_for(1);
	show_val("count", count);
	show("delete", timer_delete(timer));
	return 0;
}
