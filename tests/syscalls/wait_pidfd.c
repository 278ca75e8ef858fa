/*
 * tests/syscalls/wait_pidfd.c - waitid(2) with P_PIDFD: own children, others, blocking and not.
 */
#include "check.h"

static int open_pidfd(pid_t pid, int flags)
{
	return raw(SYS_pidfd_open, pid, flags);
}

int main(void)
{
	siginfo_t si;
	int fd, self;
	pid_t pid = xfork();

	if (pid == 0)
		for (;;)
			pause();
	fd = open_pidfd(pid, 0);
	show_fd("pidfd", fd < 0 ? fd : 0);
	memset(&si, 0, sizeof(si));
	show("WNOHANG", waitid(P_PIDFD, fd, &si, WEXITED | WNOHANG));
	show_val("si_pid", si.si_pid);
	kill(pid, SIGSTOP);
	show("WSTOPPED", waitid(P_PIDFD, fd, &si, WSTOPPED));
	show_true("si_pid", si.si_pid == pid);
	show_str("status", sig_name(si.si_status));
	kill(pid, SIGKILL);
	show("WNOWAIT", waitid(P_PIDFD, fd, &si, WEXITED | WNOWAIT));
	show("WEXITED", waitid(P_PIDFD, fd, &si, WEXITED));
	show_str("status", sig_name(si.si_status));
	show("again", waitid(P_PIDFD, fd, &si, WEXITED));
	close(fd);

	self = open_pidfd(getpid(), 0);
	show("own pidfd", waitid(P_PIDFD, self, &si, WEXITED));

	pid = xfork();
	if (pid == 0)
		for (;;)
			pause();
	fd = open_pidfd(pid, O_NONBLOCK);
	show_fd("nonblocking pidfd", fd < 0 ? fd : 0);
	show("waitid", waitid(P_PIDFD, fd, &si, WEXITED));
	kill(pid, SIGKILL);
	show("WNOWAIT by pid", waitid(P_PID, pid, &si, WEXITED | WNOWAIT));
	show("waitid", waitid(P_PIDFD, fd, &si, WEXITED));
	return 0;
}
