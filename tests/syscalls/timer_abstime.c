/*
 * tests/syscalls/timer_abstime.c - timer_settime(2) with TIMER_ABSTIME: in the future and in the
 * past, with an interval; several timers, their order.
 */
#include "check.h"

int main(void)
{
	struct sigevent sev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
	struct timespec now, limit = {20, 0};
	struct itimerspec its;
	timer_t timers[3];
	siginfo_t si;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	clock_gettime(CLOCK_MONOTONIC, &now);
	for (int i = 0; i < 3; i++) {
		int ms = 140 - 20 * i;

		sev.sigev_value.sival_int = i;
		show("create", timer_create(CLOCK_MONOTONIC, &sev, &timers[i]));
		its = (struct itimerspec){{0, 0}, now};
		its.it_value.tv_nsec += ms * 1000000;
		if (its.it_value.tv_nsec >= 1000000000) {
			its.it_value.tv_nsec -= 1000000000;
			its.it_value.tv_sec++;
		}
		show("settime", timer_settime(timers[i], TIMER_ABSTIME, &its, NULL));
	}
	for (int i = 0; i < 3; i++) {
		show_true("signal", sigtimedwait(&set, &si, &limit) == SIGRTMIN);
		show_val("timer", si.si_value.sival_int);
	}
	its = (struct itimerspec){{0, 0}, {1, 0}};
	show("in the past", timer_settime(timers[1], TIMER_ABSTIME, &its, NULL));
	show_true("signal", sigtimedwait(&set, &si, &limit) == SIGRTMIN);
	say("timer %d overrun %d", si.si_value.sival_int, si.si_overrun);
	for (int i = 0; i < 3; i++)
		show("delete", timer_delete(timers[i]));
	return 0;
}
