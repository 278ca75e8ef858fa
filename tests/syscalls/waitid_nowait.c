/*
 * tests/syscalls/waitid_nowait.c - waitid(2) with WNOWAIT: the child, its stop or its continue can
 * be waited for again.
 */
#include "check.h"

static pid_t pid;

static void look(const char *what, int options)
{
	siginfo_t si = {0};
	int r = waitid(P_PID, pid, &si, options);

	if (r < 0)
		show(what, r);
	else
		say("%s: %d code %d status %d", what, si.si_pid == pid, si.si_code, si.si_status);
}

int main(void)
{
	int status;

	pid = xfork();
	if (pid == 0)
		for (;;)
			pause();
	kill(pid, SIGSTOP);
	look("stop, kept", WSTOPPED | WNOWAIT);
	look("stop, kept", WSTOPPED | WNOWAIT);
	look("stop", WSTOPPED);
	look("stop again", WSTOPPED | WNOHANG);
	kill(pid, SIGCONT);
	look("continue, kept", WCONTINUED | WNOWAIT);
	look("continue", WCONTINUED);
	look("continue again", WCONTINUED | WNOHANG);
	kill(pid, SIGKILL);
	look("end, kept", WEXITED | WNOWAIT);
	look("end, kept, WNOHANG", WEXITED | WNOWAIT | WNOHANG);
	show("it is a zombie: kill", kill(pid, SIGTERM));
	show_true("waitpid", waitpid(pid, &status, 0) == pid);
	show_status("status", status);
	look("gone", WEXITED | WNOWAIT);
	return 0;
}
