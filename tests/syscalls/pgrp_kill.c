/*
 * tests/syscalls/pgrp_kill.c - kill(2) with pid 0 and negative pids: signals for all processes of a
 * group.
 */
#include "check.h"

static volatile int got;

static void handler(int sig)
{
	(void)sig;
	got++;
}

static pid_t sleeper(pid_t pgid)
{
	pid_t pid = xfork();

	if (pid == 0)
		for (;;)
			pause();
	if (setpgid(pid, pgid) < 0)
		die("setpgid");
	return pid;
}

int main(void)
{
	pid_t a, b, c;
	int status;

	a = sleeper(0);
	b = sleeper(a);
	c = sleeper(0);
	show("kill(-group, 0)", kill(-a, 0));
	show("kill(-group)", kill(-a, SIGTERM));
	show_status("leader", xwait(a));
	show_status("member", xwait(b));
	show("kill of an empty group", kill(-a, SIGTERM));
	show("other group", waitpid(c, &status, WNOHANG));
	show("killpg", killpg(c, SIGINT));
	show_status("other group", xwait(c));

	/* pid 0: the own group. */
	c = xfork();
	if (c == 0) {
		setpgid(0, 0);
		a = sleeper(getpid());
		b = sleeper(0);
		on_signal(SIGUSR1, handler, 0);
		show("kill(0)", kill(0, SIGUSR1));
		show_val("handled here", got);
		show_status("member", xwait(a));
		show("not in the group", waitpid(b, &status, WNOHANG));
		kill(b, SIGKILL);
		xwait(b);
		show("killpg(0)", killpg(0, SIGUSR1));
		show_val("handled here", got);
		_exit(0);
	}
	show_status("child", xwait(c));
	return 0;
}
