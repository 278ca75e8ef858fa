/*
 * tests/syscalls/misc_pid_namespace.c - a PID namespace of one's own: pid 1, parents that are not
 * visible, the end of init ends all. Root only.
 */
#include "check.h"
#include <sched.h>

static char stack[1 << 16] __attribute__((aligned(16)));
static int gate[2];

static int init(void *arg)
{
	pid_t pid;

	(void)arg;
	close(gate[0]);
	show_val("pid", getpid());
	show_val("tid", raw(SYS_gettid));
	show_val("ppid", getppid());
	show_val("pgid", getpgrp());
	show_val("sid", getsid(0));
	pid = xfork();
	if (pid == 0) {
		show_val("child: pid", getpid());
		show_val("child: ppid", getppid());
		if (xfork() == 0) {
			while (getppid() != 1)
				nap_ms(1);
			_exit(7);
		}
		_exit(3);
	}
	show_status("child", xwait(pid));
	show_val("pid of the child", pid);
	show_status("orphan", xwait(-1));
	/* Signals without a handler do nothing to init. */
	kill(getpid(), SIGTERM);
	kill(getpid(), SIGKILL);
	say("init lives");
	/* A process that does not end by itself holds the pipe. */
	if (xfork() == 0)
		for (;;)
			pause();
	return 9;
}

int main(void)
{
	pid_t pid;
	char c;

	if (geteuid() != 0)
		return 0;
	xpipe(gate);
	pid = clone(init, stack + sizeof(stack), CLONE_NEWPID | SIGCHLD, NULL);
	if (pid < 0) {
		show("clone", pid);
		return 0;
	}
	close(gate[1]);
	show("all are gone", read(gate[0], &c, 1));
	show_true("seen from outside", pid > 1);
	show_status("init", xwait(pid));
	return 0;
}
