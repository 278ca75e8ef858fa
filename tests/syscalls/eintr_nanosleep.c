/*
 * tests/syscalls/eintr_nanosleep.c - nanosleep(2) and clock_nanosleep(2) interrupted by a handler:
 * EINTR with the time that is left, also with SA_RESTART; no remainder for absolute times.
 */
#include "check.h"

static void handler(int sig)
{
	(void)sig;
}

static bool less(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec >= 0 && a->tv_nsec >= 0 && a->tv_nsec < 1000000000 &&
	       (a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec));
}

static void run(const char *what, int flags)
{
	struct timespec req = {20, 500}, old = req, rem = {99, 99}, now;
	int r;

	say("%s", what);
	on_signal(SIGALRM, handler, flags);
	tick_ms(10);
	show("nanosleep", nanosleep(&req, &rem));
	show_true("rest is less", less(&rem, &req));
	show("nanosleep without rest", nanosleep(&req, NULL));
	/* The rest may be written over the request. */
	show("nanosleep in place", nanosleep(&req, &req));
	show_true("rest is less", less(&req, &old));

	req = old;
	rem.tv_sec = 99;
	r = clock_nanosleep(CLOCK_MONOTONIC, 0, &req, &rem);
	show_err("clock_nanosleep", r);
	show_true("rest is less", less(&rem, &req));

	clock_gettime(CLOCK_MONOTONIC, &now);
	now.tv_sec += 20;
	rem.tv_sec = 99;
	r = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &now, &rem);
	show_err("clock_nanosleep absolute", r);
	show_val("rest is untouched", rem.tv_sec);
	tick_ms(0);
}

int main(void)
{
	run("without SA_RESTART", 0);
	run("with SA_RESTART", SA_RESTART);
	return 0;
}
