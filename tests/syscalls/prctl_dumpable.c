/*
 * tests/syscalls/prctl_dumpable.c - prctl(2) PR_SET_DUMPABLE, PR_GET_DUMPABLE: values, fork, exec,
 * a change of the uid.
 */
#include "check.h"
#include <sys/prctl.h>

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		show("after exec", prctl(PR_GET_DUMPABLE));
		return 0;
	}
	show("at start", prctl(PR_GET_DUMPABLE));
	show("set 0", prctl(PR_SET_DUMPABLE, 0));
	show("get", prctl(PR_GET_DUMPABLE));
	show("set 2", prctl(PR_SET_DUMPABLE, 2));
	show("set 3", prctl(PR_SET_DUMPABLE, 3));
	show("get", prctl(PR_GET_DUMPABLE));
	if (xfork() == 0) {
		show("child", prctl(PR_GET_DUMPABLE));
		/* /proc/self/exe would need to be dumpable. */
		prctl(PR_SET_DUMPABLE, 1);
		show("child", prctl(PR_GET_DUMPABLE));
		_exit(0);
	}
	wait(NULL);
	show("get", prctl(PR_GET_DUMPABLE));
	show("set 1", prctl(PR_SET_DUMPABLE, 1));
	if (geteuid() == 0) {
		if (xfork() == 0) {
			show("child: setresuid", setresuid(1000, 1000, 0));
			show("child: after it", prctl(PR_GET_DUMPABLE));
			show("child: set 1", prctl(PR_SET_DUMPABLE, 1));
			show("child: get", prctl(PR_GET_DUMPABLE));
			_exit(0);
		}
		wait(NULL);
	}
	execl("/proc/self/exe", "self", "child", NULL);
	return 1;
}
