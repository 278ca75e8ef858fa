/*
 * tests/syscalls/sched_affinity.c - sched_getaffinity(2), sched_setaffinity(2): sizes, one CPU, no
 * CPU, inheritance, errors.
 */
#include "check.h"
#include <sched.h>

int main(void)
{
	unsigned long mask[128] = {0}, one[128] = {0}, none[128] = {0}, now[128] = {0};
	int first = -1, status;
	long n;

	n = raw(SYS_sched_getaffinity, 0, sizeof(mask), mask);
	show_true("bytes", n > 0 && n % 8 == 0);
	for (int i = 0; i < 8192 && first < 0; i++)
		if (mask[i / 64] >> i % 64 & 1)
			first = i;
	show_true("has a CPU", first >= 0);
	show("size 7", raw(SYS_sched_getaffinity, 0, 7, mask));
	show("size 0", raw(SYS_sched_getaffinity, 0, 0, mask));
	show("size that is no multiple", raw(SYS_sched_getaffinity, 0, 1001, mask));
	show("bad pointer", raw(SYS_sched_getaffinity, 0, sizeof(mask), BAD_PTR));
	show("no process", raw(SYS_sched_getaffinity, 0x7ffffff, sizeof(mask), mask));
	show("negative", raw(SYS_sched_getaffinity, -1, sizeof(mask), mask));
	one[first / 64] = 1UL << first % 64;
	show("one CPU", raw(SYS_sched_setaffinity, 0, sizeof(one), one));
	show_true("get", raw(SYS_sched_getaffinity, 0, sizeof(now), now) == n);
	show_true("is set", memcmp(now, one, n) == 0);
	show("no CPU", raw(SYS_sched_setaffinity, 0, sizeof(none), none));
	show("set, no process", raw(SYS_sched_setaffinity, 0x7ffffff, sizeof(one), one));
	show("set, bad pointer", raw(SYS_sched_setaffinity, 0, sizeof(one), BAD_PTR));
	if (xfork() == 0) {
		raw(SYS_sched_getaffinity, 0, sizeof(now), now);
		_exit(memcmp(now, one, n) == 0 ? 3 : 4);
	}
	wait(&status);
	show_status("child has it too", status);
	show("set back", raw(SYS_sched_setaffinity, 0, sizeof(mask), mask));
	return 0;
}
