/*
 * tests/syscalls/kill_basic.c - kill(2): self, child, signal 0, bad signals and pids, all processes
 * with signal 0.
 */
#include "check.h"

static volatile int got;

static void handler(int sig)
{
	(void)sig;
	got++;
}

int main(void)
{
	pid_t pid;

	on_signal(SIGUSR1, handler, 0);
	show("self 0", kill(getpid(), 0));
	show("self SIGUSR1", kill(getpid(), SIGUSR1));
	show_val("handled before kill returned", got);
	show("signal 65", kill(getpid(), 65));
	show("signal -1", kill(getpid(), -1));
	show("no process", kill(0x7ffffff, 0));
	show("no process, bad signal", kill(0x7ffffff, 100));
	show("no group", kill(-0x7ffffff, SIGTERM));
	show("INT_MIN", kill(INT32_MIN, 0));

	pid = xfork();
	if (pid == 0)
		for (;;)
			pause();
	show("all, signal 0", kill(-1, 0));
	show("child 0", kill(pid, 0));
	show("child signal 64", kill(pid, SIGRTMAX));
	show_status("child", xwait(pid));
	show("gone", kill(pid, 0));
	return 0;
}
