/*
 * tests/syscalls/eintr_pause.c - pause(2): returns EINTR after a handler only, with and without
 * SA_RESTART; not for ignored signals or after stop and continue.
 */
#include "check.h"

static volatile int calls;

static void handler(int sig)
{
	(void)sig;
	calls++;
}

int main(void)
{
	int status;
	pid_t pid;

	on_signal(SIGALRM, handler, 0);
	tick_ms(5);
	show("pause", pause());
	tick_ms(0);
	show_true("handled", calls > 0);
	on_signal(SIGALRM, handler, SA_RESTART);
	tick_ms(5);
	show("pause with SA_RESTART", pause());
	tick_ms(0);

	pid = xfork();
	if (pid == 0) {
		pause();
		_exit(1);
	}
	nap_ms(10);
	kill(pid, SIGCHLD);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	show_status("child", status);
	kill(pid, SIGCONT);
	nap_ms(10);
	show("child still pauses", waitpid(pid, &status, WNOHANG));
	kill(pid, SIGKILL);
	show_status("child", xwait(pid));
	return 0;
}
