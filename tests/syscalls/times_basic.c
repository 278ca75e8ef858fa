/*
 * tests/syscalls/times_basic.c - times(2), clock(3), getrusage(2): the CPU time grows with work, in
 * the same measure in all of them; the return value of times is a clock.
 */
#include "check.h"
#include <sys/resource.h>
#include <sys/times.h>

static long rusage_us(int who)
{
	struct rusage ru;

	getrusage(who, &ru);
	return ru.ru_utime.tv_sec * 1000000L + ru.ru_utime.tv_usec + ru.ru_stime.tv_sec * 1000000L +
	       ru.ru_stime.tv_usec;
}

static long cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000L + ts.tv_nsec / 1000;
}

int main(void)
{
	struct tms a, b;
	clock_t ta, tb;
	long ra, rb, ca, cb;

	ta = times(&a);
	ra = rusage_us(RUSAGE_SELF);
	ca = cpu_us();
	while (cpu_us() - ca < 120000)
		;
	cb = cpu_us();
	rb = rusage_us(RUSAGE_SELF);
	tb = times(&b);
	show_true("clock of times", tb - ta >= 8);
	show_true("times", b.tms_utime + b.tms_stime - a.tms_utime - a.tms_stime >= 5);
	show_true("getrusage", rb - ra >= 60000);
	show_true("getrusage is not far off", rb - ra <= (cb - ca) * 3 / 2 + 50000);
	show_val("children", b.tms_cutime + b.tms_cstime);
	show_val("children by getrusage", rusage_us(RUSAGE_CHILDREN));
	show_true("thread", rusage_us(RUSAGE_THREAD) >= 60000);
	show_true("NULL", raw(SYS_times, NULL) != -1);
	return 0;
}
