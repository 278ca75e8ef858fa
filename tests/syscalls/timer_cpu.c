/*
 * tests/syscalls/timer_cpu.c - timers on CPU clocks: expire with work, not with sleep.
 */
#include "check.h"

static volatile int count;

static void handler(int sig)
{
	(void)sig;
	count++;
}

static long cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000L + ts.tv_nsec / 1000;
}

static void run(const char *what, clockid_t clock)
{
	struct sigevent sev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	struct itimerspec its = {{0, 0}, {0, 30000000}}, left;
	timer_t timer;
	long start;

	say("%s", what);
	count = 0;
	show("create", timer_create(clock, &sev, &timer));
	show("settime", timer_settime(timer, 0, &its, NULL));
	nap_ms(40);
	show_val("after sleep", count);
	timer_gettime(timer, &left);
	show_true("time left", left.it_value.tv_nsec > 0 && left.it_value.tv_nsec <= 30000000);
	start = cpu_us();
	while (!count && cpu_us() - start < 2000000)
		;
	show_val("after work", count);
	show("delete", timer_delete(timer));
}

int main(void)
{
	on_signal(SIGUSR1, handler, 0);
	run("process", CLOCK_PROCESS_CPUTIME_ID);
	run("thread", CLOCK_THREAD_CPUTIME_ID);
	return 0;
}
