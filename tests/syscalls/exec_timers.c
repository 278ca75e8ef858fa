/*
 * tests/syscalls/exec_timers.c - execve(2): interval timers and alarms go on, POSIX timers are
 * deleted, memory locks and maps go.
 */
#define CHECK_NO_WATCHDOG
#include "check.h"

int main(int argc, char **argv)
{
	struct itimerspec its = {{0, 0}, {50, 0}};
	struct itimerval it = {{3, 0}, {50, 0}};
	int timer;

	(void)argv;
	if (argc > 1) {
		struct itimerval v;

		getitimer(ITIMER_VIRTUAL, &v);
		show_true("virtual timer runs", v.it_value.tv_sec > 40);
		show_val("its interval", v.it_interval.tv_sec);
		getitimer(ITIMER_PROF, &v);
		show_true("no profiling timer", v.it_value.tv_sec == 0 && v.it_value.tv_usec == 0);
		show_true("alarm runs", alarm(0) > 30);
		show("timer_gettime", raw(SYS_timer_gettime, atoi(argv[1]), &its));
		return 0;
	}
	setitimer(ITIMER_VIRTUAL, &it, NULL);
	alarm(55);
	if (raw(SYS_timer_create, CLOCK_MONOTONIC, NULL, &timer) < 0)
		die("timer_create");
	show("timer_settime", raw(SYS_timer_settime, timer, 0, &its, NULL));

	char id[16];

	snprintf(id, sizeof(id), "%d", timer);
	execl("/proc/self/exe", "self", id, NULL);
	return 1;
}
