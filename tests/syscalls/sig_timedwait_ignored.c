/*
 * tests/syscalls/sig_timedwait_ignored.c - rt_sigtimedwait(2) is not ended by ignored signals
 */
#include "check.h"

int main(void)
{
	struct timespec second = {1, 0};
	sigset_t set;
	pid_t pid;

	signal(SIGUSR1, SIG_IGN);
	pid = xfork();
	if (pid == 0) {
		nap_ms(50);
		kill(getppid(), SIGUSR1);
		kill(getppid(), SIGWINCH);
		_exit(0); /* SIGCHLD */
	}
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	second.tv_sec = 0;
	second.tv_nsec = 300000000;
	show("timed out", sigtimedwait(&set, NULL, &second));
	show_status("child", xwait(pid));
	/* Also if they keep coming. */
	pid = xfork();
	if (pid == 0) {
		for (;;) {
			kill(getppid(), SIGUSR1);
			nap_ms(20);
		}
	}
	show("timed out", sigtimedwait(&set, NULL, &second));
	kill(pid, SIGKILL);
	show_status("child", xwait(pid));
	return 0;
}
