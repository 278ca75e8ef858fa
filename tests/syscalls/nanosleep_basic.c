/*
 * tests/syscalls/nanosleep_basic.c - nanosleep(2): sleeps at least as long as asked; errors.
 */
#include "check.h"

static long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000L + ts.tv_nsec;
}

static void run(const char *what, long sec, long nsec)
{
	struct timespec ts = {sec, nsec}, rem = {7, 7};
	long before = now();

	show(what, nanosleep(&ts, &rem));
	if (nsec >= 0 && nsec < 1000000000 && sec >= 0)
		show_true("long enough", now() - before >= sec * 1000000000L + nsec);
	show_true("rest is untouched", rem.tv_sec == 7 && rem.tv_nsec == 7);
}

int main(void)
{
	run("0", 0, 0);
	run("1 ns", 0, 1);
	run("1 ms", 0, 1000000);
	run("15 ms", 0, 15000000);
	run("negative seconds", -1, 0);
	run("negative nanoseconds", 0, -1);
	run("too many nanoseconds", 0, 1000000000);
	show("NULL", raw(SYS_nanosleep, NULL, NULL));
	show("bad pointer", raw(SYS_nanosleep, BAD_PTR, NULL));
	return 0;
}
