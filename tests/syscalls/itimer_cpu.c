/*
 * tests/syscalls/itimer_cpu.c - setitimer(2) ITIMER_VIRTUAL and ITIMER_PROF: SIGVTALRM and SIGPROF
 * with work, not with sleep.
 */
#include "check.h"

static volatile int vt, prof;

static void handler(int sig)
{
	if (sig == SIGVTALRM)
		vt++;
	else
		prof++;
}

static long cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000L + ts.tv_nsec / 1000;
}

static void work(volatile int *count, int n)
{
	long start = cpu_us();
	volatile unsigned long spin = 0;

	/* Mostly user time. */
	while (*count < n && cpu_us() - start < 3000000)
		for (int i = 0; i < 100000; i++)
			spin++;
}

int main(void)
{
	struct itimerval it = {{0, 10000}, {0, 20000}}, off = {0}, old;

	on_signal(SIGVTALRM, handler, 0);
	on_signal(SIGPROF, handler, 0);
	show("virtual", setitimer(ITIMER_VIRTUAL, &it, NULL));
	nap_ms(40);
	show_val("after sleep", vt);
	work(&vt, 2);
	show_true("after work", vt >= 2);
	show("off", setitimer(ITIMER_VIRTUAL, &off, &old));
	show_true("old interval", old.it_interval.tv_sec == 0 && old.it_interval.tv_usec == 10000);
	show("prof", setitimer(ITIMER_PROF, &it, NULL));
	nap_ms(40);
	show_val("after sleep", prof);
	work(&prof, 2);
	show_true("after work", prof >= 2);
	show("off", setitimer(ITIMER_PROF, &off, NULL));
	show("getitimer", getitimer(ITIMER_PROF, &old));
	say("off: %ld %ld", old.it_value.tv_sec, old.it_value.tv_usec);
	return 0;
}
