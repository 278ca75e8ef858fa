/*
 * tests/syscalls/pgrp_basic.c - setpgid(2), getpgid(2), getpgrp(2): own group, a child's, joining a
 * group, going back.
 */
#include "check.h"

static int child(void *arg)
{
	pid_t old = getpgrp(), a;

	(void)arg;
	show_true("getpgid(0) == getpgrp()", getpgid(0) == old);
	show_true("getpgid(self)", getpgid(getpid()) == old);
	show("setpgid(0, 0)", setpgid(0, 0));
	show_true("own group", getpgrp() == getpid());
	show("setpgid(0, 0) again", setpgid(0, 0));
	show("back to the old one", setpgid(0, old));
	show_true("old group", getpgrp() == old);

	a = xfork();
	if (a == 0)
		for (;;)
			pause();
	show("group for the child", setpgid(a, 0));
	show_true("its group", getpgid(a) == a);
	show_true("our group", getpgrp() == old);
	show("join the child's", setpgid(0, a));
	show_true("our group", getpgrp() == a);
	show("child joins the old one", setpgid(a, old));
	show_true("its group", getpgid(a) == old);
	show_true("ours has no leader in it", getpgrp() == a);
	kill(a, SIGKILL);
	show_status("child", xwait(a));
	show_true("group outlives the leader", getpgrp() == a);
	return 0;
}

int main(void)
{
	/* A session of our own, with at least two processes of the same group. */
	pid_t pid = xfork();

	if (pid == 0) {
		setsid();
		_exit(WEXITSTATUS(run_child(child, NULL)));
	}
	show_status("child", xwait(pid));
	return 0;
}
