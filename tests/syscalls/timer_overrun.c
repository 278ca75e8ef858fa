/*
 * tests/syscalls/timer_overrun.c - timer_getoverrun(2): expirations while the signal is pending are
 * counted; one signal is queued.
 */
#include "check.h"

int main(void)
{
	struct sigevent sev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
	struct itimerspec its = {{0, 1000000}, {0, 1000000}}, off = {0};
	struct timespec zero = {0, 0};
	siginfo_t si;
	timer_t timer;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	show("create", timer_create(CLOCK_MONOTONIC, &sev, &timer));
	show("overrun", timer_getoverrun(timer));
	show("settime", timer_settime(timer, 0, &its, NULL));
	nap_ms(30);
	memset(&si, 0, sizeof(si));
	show_true("signal", sigtimedwait(&set, &si, &zero) == SIGRTMIN);
	show_true("SI_TIMER", si.si_code == SI_TIMER);
	show_true("overrun in the siginfo", si.si_overrun >= 20);
	show_true("getoverrun", timer_getoverrun(timer) >= 20);
	show("settime 0", timer_settime(timer, 0, &off, NULL));
	/* Those that came since then, one at the most. */
	sigtimedwait(&set, &si, &zero);
	show("no more", sigtimedwait(&set, &si, &zero));
	show("delete", timer_delete(timer));
	return 0;
}
