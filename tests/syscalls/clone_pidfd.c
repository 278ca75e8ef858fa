/*
 * tests/syscalls/clone_pidfd.c - clone(2) with CLONE_PIDFD: the descriptor is close-on-exec, polls
 * readable when the child ends, and takes pidfd_send_signal.
 */
#include "check.h"
#include <poll.h>
#include <sched.h>

int main(void)
{
	int pidfd = -1;
	long pid = raw(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &pidfd, NULL, 0);
	struct pollfd pfd;
	siginfo_t si;

	if (pid == 0) {
		for (;;)
			pause();
	}
	if (pid < 0)
		die("clone");
	show_true("descriptor stored", pidfd >= 0);
	show("F_GETFD", fcntl(pidfd, F_GETFD));
	pfd = (struct pollfd){.fd = pidfd, .events = POLLIN};
	show("poll while it runs", poll(&pfd, 1, 0));
	show("read", read(pidfd, &si, sizeof(si)));
	show("waitid WNOHANG", waitid(P_PIDFD, pidfd, &si, WEXITED | WNOHANG));
	show("pidfd_send_signal", raw(SYS_pidfd_send_signal, pidfd, SIGTERM, NULL, 0));
	show("poll after the signal", poll(&pfd, 1, -1));
	show_val("POLLIN", pfd.revents & POLLIN);
	memset(&si, 0, sizeof(si));
	show("waitid", waitid(P_PIDFD, pidfd, &si, WEXITED));
	show_true("si_pid", si.si_pid == pid);
	show_str("si_status", sig_name(si.si_status));
	show("signal afterwards", raw(SYS_pidfd_send_signal, pidfd, SIGTERM, NULL, 0));
	show("waitid afterwards", waitid(P_PIDFD, pidfd, &si, WEXITED));
	return 0;
}
