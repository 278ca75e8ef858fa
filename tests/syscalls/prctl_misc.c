/*
 * tests/syscalls/prctl_misc.c - prctl(2): timer slack, keepcaps, seccomp mode, securebits, tsc,
 * THP, unknown options.
 */
#include "check.h"
#include <sys/prctl.h>

int main(void)
{
	int v = -1;

	show_true("timer slack", prctl(PR_GET_TIMERSLACK) > 0);
	show("set timer slack", prctl(PR_SET_TIMERSLACK, 12345));
	show("timer slack", prctl(PR_GET_TIMERSLACK));
	if (xfork() == 0) {
		show("child: timer slack", prctl(PR_GET_TIMERSLACK));
		prctl(PR_SET_TIMERSLACK, 99);
		prctl(PR_SET_TIMERSLACK, 0);
		show("child: back to the default", prctl(PR_GET_TIMERSLACK));
		_exit(0);
	}
	wait(NULL);
	show("keepcaps", prctl(PR_GET_KEEPCAPS));
	show("set keepcaps", prctl(PR_SET_KEEPCAPS, 1));
	show("keepcaps", prctl(PR_GET_KEEPCAPS));
	show("set keepcaps 2", prctl(PR_SET_KEEPCAPS, 2));
	show("securebits", prctl(PR_GET_SECUREBITS));
	show("set keepcaps", prctl(PR_SET_KEEPCAPS, 0));
	show("securebits", prctl(PR_GET_SECUREBITS));
	show("seccomp mode", prctl(PR_GET_SECCOMP));
	show("unknown option", prctl(12345, 0, 0, 0, 0));
	show("option 0", prctl(0, 0, 0, 0, 0));
	show("option -1", prctl(-1, 0, 0, 0, 0));
	show("PR_GET_UNALIGN", prctl(PR_GET_UNALIGN, &v));
	show("PR_GET_ENDIAN", prctl(PR_GET_ENDIAN, &v));
	show("PR_GET_TIMING", prctl(PR_GET_TIMING));
	show("PR_SET_TIMING", prctl(PR_SET_TIMING, PR_TIMING_TIMESTAMP));
	show("PR_CAPBSET_READ 0", prctl(PR_CAPBSET_READ, 0));
	show("PR_CAPBSET_READ 64", prctl(PR_CAPBSET_READ, 64));
	show("PR_SET_MM", prctl(PR_SET_MM, 12345, 0, 0, 0) == 0);
	show("PR_MCE_KILL, bad", prctl(PR_MCE_KILL, 77, 0, 0, 0));
	show("PR_SET_PTRACER, no such task", prctl(PR_SET_PTRACER, 0x7ffffff) == 0);
	return 0;
}
