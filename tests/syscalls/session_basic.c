/*
 * tests/syscalls/session_basic.c - setsid(2), getsid(2): a new session and group, EPERM for group
 * leaders, ESRCH, inheritance.
 */
#include "check.h"

static int child(void *arg)
{
	pid_t sid = getsid(0), pid = getpid();

	(void)arg;
	show_true("getsid of self", getsid(pid) == sid);
	show("getsid not there", getsid(0x7ffffff));
	show("getsid negative", getsid(-1));
	show_true("setsid", setsid() == pid);
	show_true("session", getsid(0) == pid);
	show_true("group", getpgrp() == pid);
	show("setsid again", setsid());
	show_true("seen from the child", getsid(getppid()) == sid);

	pid_t c = xfork();

	if (c == 0) {
		show_true("grandchild: session", getsid(0) == pid);
		show_true("grandchild: group", getpgrp() == pid);
		show("grandchild: setpgid", setpgid(0, 0));
		show("grandchild: setsid as group leader", setsid());
		show("grandchild: back", setpgid(0, pid));
		show_true("grandchild: setsid", setsid() == getpid());
		_exit(0);
	}
	show_status("grandchild", xwait(c));

	/* EPERM also when our pid is in use as a group by others. */
	c = xfork();
	if (c == 0) {
		pid_t self = getpid(), member;

		setpgid(0, 0);
		member = xfork();
		if (member == 0)
			for (;;)
				pause();
		setpgid(0, pid);
		show("setsid while the group exists", setsid());
		kill(member, SIGKILL);
		xwait(member);
		show_true("setsid then", setsid() == self);
		_exit(0);
	}
	show_status("grandchild", xwait(c));
	return 0;
}

int main(void)
{
	show_status("child", run_child(child, NULL));
	return 0;
}
