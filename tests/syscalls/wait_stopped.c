/*
 * tests/syscalls/wait_stopped.c - wait4(2) with WUNTRACED and WCONTINUED: stops and continues of a
 * child, each reported once, and not without the option.
 */
#include "check.h"

int main(void)
{
	int status;
	pid_t pid = xfork();

	if (pid == 0)
		for (;;)
			pause();

	/* A group of its own, that is not orphaned: there SIGTSTP would do nothing. */
	setpgid(pid, pid);
	kill(pid, SIGSTOP);
	show_true("WUNTRACED", waitpid(pid, &status, WUNTRACED) == pid);
	show_status("status", status);
	show("again", waitpid(pid, &status, WUNTRACED | WNOHANG));
	kill(pid, SIGSTOP);
	show("second stop of a stopped child", waitpid(pid, &status, WUNTRACED | WNOHANG));
	show("WCONTINUED", waitpid(pid, &status, WCONTINUED | WNOHANG));
	kill(pid, SIGCONT);
	show_true("WCONTINUED", waitpid(pid, &status, WCONTINUED) == pid);
	show_status("status", status);
	show("again", waitpid(pid, &status, WCONTINUED | WNOHANG));
	kill(pid, SIGTSTP);
	show_true("WUNTRACED", waitpid(pid, &status, WUNTRACED) == pid);
	show_status("status", status);
	kill(pid, SIGCONT);
	show_true("WCONTINUED", waitpid(-1, &status, WUNTRACED | WCONTINUED) == pid);
	show_status("status", status);

	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	show_status("status", status);
	kill(pid, SIGKILL);
	show_true("wait", waitpid(pid, &status, 0) == pid);
	show_status("status", status);
	return 0;
}
