/*
 * tests/syscalls/wait_ignored.c - children of a process that ignores SIGCHLD, or has SA_NOCLDWAIT:
 * no zombies, and wait blocks until all have ended, then fails with ECHILD.
 */
#include "check.h"

static volatile int got;

static void handler(int sig)
{
	(void)sig;
	got++;
}

static void run(const char *what)
{
	int p[2], status;
	char c;

	say("%s", what);
	xpipe(p);
	for (int i = 0; i < 3; i++) {
		if (xfork() == 0) {
			nap_ms(5 * i);
			_exit(i);
		}
	}
	close(p[1]);
	show("wait", wait(&status));
	/* All of them have ended: they had the write end of the pipe. */
	show("pipe", read(p[0], &c, 1));
	close(p[0]);
	show("WNOHANG", waitpid(-1, &status, WNOHANG));
}

int main(void)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_NOCLDWAIT | SA_RESTART};
	int status;

	signal(SIGCHLD, SIG_IGN);
	run("SIG_IGN");
	sigaction(SIGCHLD, &sa, NULL);
	run("SA_NOCLDWAIT");
	show_true("signals come nevertheless", got > 0);

	/* A zombie from before is not taken away. */
	signal(SIGCHLD, SIG_DFL);
	pid_t pid = xfork();

	if (pid == 0)
		_exit(9);
	siginfo_t si;

	waitid(P_PID, pid, &si, WEXITED | WNOWAIT);
	signal(SIGCHLD, SIG_IGN);
	show_true("zombie of before", waitpid(pid, &status, 0) == pid);
	show_status("status", status);
	return 0;
}
