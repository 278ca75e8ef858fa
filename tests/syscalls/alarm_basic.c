/*
 * tests/syscalls/alarm_basic.c - alarm(2): return values, large values, the default action of
 * SIGALRM.
 */
#include "check.h"

static int child(void *arg)
{
	struct itimerval it = {{0, 0}, {0, 5000}};

	(void)arg;
	signal(SIGALRM, SIG_DFL);
	setitimer(ITIMER_REAL, &it, NULL);
	for (;;)
		pause();
	return 0;
}

int main(void)
{
	alarm(0);
	show("none", alarm(0));
	show("30", alarm(30));
	show_true("100", alarm(100) >= 20);
	show_true("0", alarm(0) >= 90);
	show("none", alarm(0));
	show("very large", alarm(0xffffffff));
	show_true("what is left", alarm(0) > 1000000);
	show_status("default", run_child(child, NULL));
	return 0;
}
