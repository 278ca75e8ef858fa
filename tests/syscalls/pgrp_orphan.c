/*
 * tests/syscalls/pgrp_orphan.c - orphaned process groups: SIGTSTP does not stop their members, a
 * stopped member gets SIGHUP and SIGCONT when the group becomes orphaned.
 */
#include "check.h"
#include <sys/prctl.h>

static int p[2];

static void note(int sig)
{
	char c = sig == SIGHUP ? 'h' : sig == SIGCONT ? 'c' : 't';

	if (write(p[1], &c, 1) != 1)
		_exit(1);
}

/* A session of one process: its group is orphaned. */
static int alone(void *arg)
{
	(void)arg;
	setsid();
	kill(getpid(), SIGTSTP);
	kill(getpid(), SIGTTIN);
	kill(getpid(), SIGTTOU);
	return 5;
}

static int leader(void *arg)
{
	int status;
	pid_t pid;

	(void)arg;
	setsid();
	pid = xfork();
	if (pid == 0) {
		setpgid(0, 0);
		on_signal(SIGHUP, note, 0);
		on_signal(SIGCONT, note, 0);
		raise(SIGSTOP);
		/* Here after SIGHUP and SIGCONT, which came together. */
		_exit(6);
	}
	if (waitpid(pid, &status, WUNTRACED) != pid)
		return 1;
	show_status("member", status);
	/* With our end, the group has no member with a parent in the session. */
	return 0;
}

int main(void)
{
	char buf[8] = "";
	int status;

	xpipe(p);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	show_status("SIGTSTP in an orphaned group", run_child(alone, NULL));
	show_status("leader", run_child(leader, NULL));
	show_true("wait for the orphan", waitpid(-1, &status, 0) > 0);
	show_status("orphan", status);
	show("signals", read(p[0], buf, 2));
	/* Which handler runs first depends on nothing but the numbers: SIGCONT's is on top. */
	show_str("order", buf);
	return 0;
}
