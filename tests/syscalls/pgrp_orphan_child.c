/*
 * tests/syscalls/pgrp_orphan_child.c - a stopped process whose group becomes orphaned dies of the
 * SIGHUP, if it does not handle that.
 */
#include "check.h"
#include <sys/prctl.h>

static int leader(void *arg)
{
	int status;
	pid_t pid;

	(void)arg;
	setsid();
	pid = xfork();
	if (pid == 0) {
		setpgid(0, 0);
		raise(SIGTSTP);
		_exit(6);
	}
	if (waitpid(pid, &status, WUNTRACED) != pid)
		return 1;
	show_status("member", status);
	return 0;
}

int main(void)
{
	int status;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	show_status("leader", run_child(leader, NULL));
	show_true("wait for the orphan", waitpid(-1, &status, 0) > 0);
	show_status("orphan", status);
	return 0;
}
