/*
 * tests/syscalls/sched_policy.c - sched_getscheduler(2), sched_setscheduler(2), sched_getparam(2),
 * sched_get_priority_max(2), sched_rr_get_interval(2): normal policies, errors.
 */
#include "check.h"
#include <sched.h>

int main(void)
{
	struct sched_param p = {.sched_priority = 77};
	struct timespec ts = {-1, -1};

	show("getscheduler", sched_getscheduler(0));
	show("getscheduler of self", sched_getscheduler(getpid()));
	show("getscheduler, no process", sched_getscheduler(0x7ffffff));
	show("getscheduler, negative", sched_getscheduler(-1));
	show("getparam", sched_getparam(0, &p));
	show_val("priority", p.sched_priority);
	show("getparam, NULL", raw(SYS_sched_getparam, 0, NULL));
	show("getparam, bad pointer", raw(SYS_sched_getparam, 0, BAD_PTR));
	show("getparam, no process", sched_getparam(0x7ffffff, &p));
	show("setscheduler, batch", sched_setscheduler(0, SCHED_BATCH, &p));
	show("getscheduler", sched_getscheduler(0));
	if (xfork() == 0) {
		show("child", sched_getscheduler(0));
		_exit(0);
	}
	wait(NULL);
	show("setscheduler, other", sched_setscheduler(0, SCHED_OTHER, &p));
	p.sched_priority = 1;
	show("other with a priority", sched_setscheduler(0, SCHED_OTHER, &p));
	show("setparam with a priority", sched_setparam(0, &p));
	p.sched_priority = 0;
	show("setparam", sched_setparam(0, &p));
	show("fifo without a priority", sched_setscheduler(0, SCHED_FIFO, &p));
	p.sched_priority = 100;
	show("fifo with priority 100", sched_setscheduler(0, SCHED_FIFO, &p));
	show("unknown policy", sched_setscheduler(0, 77, &p));
	show("negative policy", sched_setscheduler(0, -1, &p));
	show("setscheduler, NULL", raw(SYS_sched_setscheduler, 0, SCHED_OTHER, NULL));
	p.sched_priority = 0;
	show("setscheduler, no process", sched_setscheduler(0x7ffffff, SCHED_OTHER, &p));
	for (int i = 0; i < 8; i++) {
		show("maximum", sched_get_priority_max(i));
		show("minimum", sched_get_priority_min(i));
	}
	show("interval", sched_rr_get_interval(0, &ts));
	show_true("interval is sane", ts.tv_sec == 0 && ts.tv_nsec >= 0);
	show("interval, no process", sched_rr_get_interval(0x7ffffff, &ts));
	show("interval, negative", sched_rr_get_interval(-1, &ts));
	show("interval, bad pointer", raw(SYS_sched_rr_get_interval, 0, BAD_PTR));
	show("yield", sched_yield());
	return 0;
}
