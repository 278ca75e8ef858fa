/*
 * tests/syscalls/misc_getcpu.c - getcpu(2): numbers in range, NULL pointers, bad pointers.
 */
#include "check.h"
#include <sched.h>

int main(void)
{
	unsigned int cpu = -1, node = -1;

	show("getcpu", raw(SYS_getcpu, &cpu, &node, NULL));
	show_true("CPU", cpu < 8192);
	show_true("node", node < 1024);
	show("no pointers", raw(SYS_getcpu, NULL, NULL, NULL));
	show("bad pointer", raw(SYS_getcpu, BAD_PTR, NULL, NULL));
	show("bad pointer", raw(SYS_getcpu, NULL, BAD_PTR, NULL));
	show_true("sched_getcpu", sched_getcpu() >= 0);
	return 0;
}
