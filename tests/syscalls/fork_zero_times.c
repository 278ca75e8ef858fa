/*
 * tests/syscalls/fork_zero_times.c - fork(2): the CPU times of a new child start at zero, and those
 * of a reaped child are added to the children's times of the parent.
 */
#include "check.h"
#include <sys/resource.h>
#include <sys/times.h>

static long cpu_us(int who)
{
	struct rusage ru;

	if (getrusage(who, &ru) < 0)
		die("getrusage");
	return ru.ru_utime.tv_sec * 1000000L + ru.ru_utime.tv_usec + ru.ru_stime.tv_sec * 1000000L +
	       ru.ru_stime.tv_usec;
}

static void burn(long us)
{
	struct timespec ts;
	long start = 0;

	do {
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
		if (!start)
			start = ts.tv_sec * 1000000L + ts.tv_nsec / 1000;
	} while (ts.tv_sec * 1000000L + ts.tv_nsec / 1000 < start + us);
}

int main(void)
{
	struct tms t;

	burn(60000);
	show_true("self used some", cpu_us(RUSAGE_SELF) > 20000);
	show_val("children: none yet", cpu_us(RUSAGE_CHILDREN));

	pid_t pid = xfork();

	if (pid == 0) {
		times(&t);
		show_true("child: starts near zero", cpu_us(RUSAGE_SELF) < 30000);
		show_val("child: children", cpu_us(RUSAGE_CHILDREN));
		show_val("child: tms_cutime", t.tms_cutime);
		burn(60000);
		_exit(0);
	}
	show_status("child", xwait(pid));
	show_true("children: the child's", cpu_us(RUSAGE_CHILDREN) > 20000);
	return 0;
}
