/*
 * tests/syscalls/sched_getcpu_pinned.c - a task that is bound to one CPU sees that number by
 * getcpu(2), also by way of the library.
 */
#include "check.h"
#include <sched.h>

int main(void)
{
	unsigned long mask[128] = {0}, one[128] = {0};
	unsigned int cpu = -1;
	int last = -1;

	if (raw(SYS_sched_getaffinity, 0, sizeof(mask), mask) < 0)
		die("sched_getaffinity");
	for (int i = 0; i < 8192; i++)
		if (mask[i / 64] >> i % 64 & 1)
			last = i;
	one[last / 64] = 1UL << last % 64;
	show("bind to the last CPU", raw(SYS_sched_setaffinity, 0, sizeof(one), one));
	show("getcpu", raw(SYS_getcpu, &cpu, NULL, NULL));
	show_true("is that one", (int)cpu == last);
	show_true("sched_getcpu", sched_getcpu() == last);
	return 0;
}
