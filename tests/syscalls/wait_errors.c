/*
 * tests/syscalls/wait_errors.c - wait4(2) and waitid(2): bad options, id types, ids and pointers.
 */
#include "check.h"
#include <sys/resource.h>

static pid_t child(void)
{
	pid_t pid = xfork();

	if (pid == 0)
		_exit(1);
	return pid;
}

int main(void)
{
	siginfo_t si;
	int status, fd;

	child();
	show("wait4 bad options", raw(SYS_wait4, -1, &status, 0x100, NULL));
	show("wait4 WEXITED", raw(SYS_wait4, -1, &status, WEXITED, NULL));
	show("wait4 WNOWAIT", raw(SYS_wait4, -1, &status, WNOWAIT, NULL));
	show("wait4 INT_MIN", raw(SYS_wait4, INT32_MIN, &status, 0, NULL));
	show("wait4 of pid 1", raw(SYS_wait4, 1, &status, 0, NULL));
	show("wait4 of a large pid", raw(SYS_wait4, 0x7fffffff, &status, 0, NULL));
	show("waitid no options", waitid(P_ALL, 0, &si, 0));
	show("waitid WNOHANG alone", waitid(P_ALL, 0, &si, WNOHANG));
	show("waitid bad options", waitid(P_ALL, 0, &si, WEXITED | 0x100));
	show("waitid bad id type", waitid(77, 0, &si, WEXITED));
	show("waitid P_PID 0", waitid(P_PID, 0, &si, WEXITED));
	show("waitid P_PID -1", waitid(P_PID, -1, &si, WEXITED));
	show("waitid P_PGID -1", waitid(P_PGID, -1, &si, WEXITED));
	show("waitid P_PIDFD 999", waitid(P_PIDFD, 999, &si, WEXITED));
	show("waitid P_PIDFD -1", waitid(P_PIDFD, -1, &si, WEXITED));
	fd = open(".", O_RDONLY);
	show("waitid P_PIDFD of a directory", waitid(P_PIDFD, fd, &si, WEXITED));
	show("waitid other pid", waitid(P_PID, 0x7fffffff, &si, WEXITED));

	/* A bad pointer is noticed when the child has been reaped already. */
	show("wait4 bad status pointer", raw(SYS_wait4, -1, BAD_PTR, 0, NULL));
	show("child is gone", wait(&status));
	child();
	show("waitid bad siginfo pointer", raw(SYS_waitid, P_ALL, 0, BAD_PTR, WEXITED, NULL));
	show("child is gone", wait(&status));
	child();
	show("wait4 bad rusage pointer", raw(SYS_wait4, -1, &status, 0, BAD_PTR));
	show("child is gone", wait(&status));
	return 0;
}
