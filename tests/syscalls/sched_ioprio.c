/*
 * tests/syscalls/sched_ioprio.c - ioprio_get(2), ioprio_set(2): best effort class, errors.
 */
#include "check.h"

#define PRIO(class, data) ((class) << 13 | (data))

int main(void)
{
	show("set best effort 3", raw(SYS_ioprio_set, 1, 0, PRIO(2, 3)));
	show("get", raw(SYS_ioprio_get, 1, 0) == PRIO(2, 3));
	show("set idle", raw(SYS_ioprio_set, 1, 0, PRIO(3, 0)));
	show("get", raw(SYS_ioprio_get, 1, 0) == PRIO(3, 0));
	show("unknown class", raw(SYS_ioprio_set, 1, 0, PRIO(5, 0)));
	show("none with data", raw(SYS_ioprio_set, 1, 0, PRIO(0, 1)));
	show("unknown kind", raw(SYS_ioprio_set, 9, 0, PRIO(2, 3)));
	show("get, unknown kind", raw(SYS_ioprio_get, 9, 0));
	show("get, no process", raw(SYS_ioprio_get, 1, 0x7ffffff));
	return 0;
}
