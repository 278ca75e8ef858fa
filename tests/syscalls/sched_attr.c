/*
 * tests/syscalls/sched_attr.c - sched_getattr(2), sched_setattr(2): sizes, policy, nice value.
 */
#include "check.h"
#include <sched.h>
#include <sys/resource.h>

struct attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
	uint32_t util_min, util_max;
	char more[64];
};

int main(void)
{
	struct attr a = {0};

	show("get", raw(SYS_sched_getattr, 0, &a, 48, 0));
	say("size %u policy %u flags %lu nice %d priority %u", a.size, a.policy, a.flags, a.nice,
	    a.priority);
	show("get, too small", raw(SYS_sched_getattr, 0, &a, 47, 0));
	show("get, larger", raw(SYS_sched_getattr, 0, &a, sizeof(a), 0));
	show("get, flags", raw(SYS_sched_getattr, 0, &a, 48, 1));
	show("get, NULL", raw(SYS_sched_getattr, 0, NULL, 48, 0));
	show("get, no process", raw(SYS_sched_getattr, 0x7ffffff, &a, 48, 0));
	memset(&a, 0, sizeof(a));
	a.size = 48;
	a.nice = 5;
	show("set nice 5", raw(SYS_sched_setattr, 0, &a, 0));
	show("getpriority", getpriority(PRIO_PROCESS, 0));
	a.policy = SCHED_BATCH;
	a.nice = 7;
	show("set batch", raw(SYS_sched_setattr, 0, &a, 0));
	show("getscheduler", sched_getscheduler(0));
	a.policy = 77;
	show("unknown policy", raw(SYS_sched_setattr, 0, &a, 0));
	a.policy = SCHED_OTHER;
	a.size = 20;
	show("too small", raw(SYS_sched_setattr, 0, &a, 0));
	a.size = sizeof(a);
	a.more[60] = 1;
	show("unknown bytes", raw(SYS_sched_setattr, 0, &a, 0));
	a.size = 48;
	show("flags", raw(SYS_sched_setattr, 0, &a, 1));
	show("NULL", raw(SYS_sched_setattr, 0, NULL, 0));
	show("bad pointer", raw(SYS_sched_setattr, 0, BAD_PTR, 0));
	return 0;
}
