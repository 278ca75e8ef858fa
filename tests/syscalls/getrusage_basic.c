/*
 * tests/syscalls/getrusage_basic.c - getrusage(2): memory and context switch counters move in the
 * right direction, threads count for the process, errors.
 */
#include "check.h"
#include <sys/resource.h>

int main(void)
{
	struct rusage a, b;

	show("self", getrusage(RUSAGE_SELF, &a));
	show_true("maxrss", a.ru_maxrss > 0);
	for (int i = 0; i < 5; i++)
		nap_ms(1);
	char *p = malloc(4 << 20);

	for (int i = 0; i < 4 << 20; i += 4096)
		((volatile char *)p)[i] = 1;
	getrusage(RUSAGE_SELF, &b);
	show_true("maxrss does not shrink", b.ru_maxrss >= a.ru_maxrss);
	show_true("minor faults", b.ru_minflt >= a.ru_minflt);
	show_true("voluntary switches", b.ru_nvcsw >= a.ru_nvcsw);
	show_true("involuntary switches", b.ru_nivcsw >= a.ru_nivcsw);
	show("thread", getrusage(RUSAGE_THREAD, &a));
	show("children", getrusage(RUSAGE_CHILDREN, &a));
	show_val("no time of children", a.ru_utime.tv_sec + a.ru_utime.tv_usec);
	show("unknown", getrusage(5, &a));
	show("unknown", getrusage(-5, &a));
	show("bad pointer", raw(SYS_getrusage, RUSAGE_SELF, BAD_PTR));
	show("unused fields", a.ru_ixrss + a.ru_idrss + a.ru_isrss + a.ru_nswap + a.ru_nsignals);
	free(p);
	return 0;
}
