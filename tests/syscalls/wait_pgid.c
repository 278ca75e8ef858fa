/*
 * tests/syscalls/wait_pgid.c - wait4(2) with pid 0 and negative pids, and waitid(2) with P_PGID:
 * children by process group.
 */
#include "check.h"

static pid_t child(pid_t pgid, int code)
{
	pid_t pid = xfork();

	if (pid == 0) {
		setpgid(0, pgid == -1 ? getppid() : pgid);
		_exit(code);
	}
	setpgid(pid, pgid == -1 ? getpid() : pgid);
	return pid;
}

static void drain(const char *what, pid_t which)
{
	int status, sum = 0, n = 0;

	while (waitpid(which, &status, 0) > 0) {
		sum += WEXITSTATUS(status);
		n++;
	}
	say("%s: %d children, sum %d, then %s", what, n, sum, errno_name(errno));
}

int main(void)
{
	siginfo_t si;
	pid_t leader;

	setpgid(0, 0);
	leader = child(0, 1);
	child(leader, 2);
	child(leader, 4);
	child(-1, 8);
	child(-1, 16);
	drain("group 0", 0);
	drain("group of the first child", -leader);

	leader = child(0, 1);
	child(-1, 2);
	show("P_PGID of ours", waitid(P_PGID, getpgrp(), &si, WEXITED));
	show_val("status", si.si_status);
	show("again", waitid(P_PGID, getpgrp(), &si, WEXITED));
	show("P_PGID of the child's", waitid(P_PGID, leader, &si, WEXITED));
	show_val("status", si.si_status);
	child(-1, 3);
	show("P_PGID 0", waitid(P_PGID, 0, &si, WEXITED));
	show_val("status", si.si_status);
	show("missing group", waitpid(-0x7ffffff, NULL, 0));
	return 0;
}
