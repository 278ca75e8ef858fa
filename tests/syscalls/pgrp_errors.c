/*
 * tests/syscalls/pgrp_errors.c - setpgid(2), getpgid(2): EPERM for session leaders, other sessions
 * and unknown groups, ESRCH, EINVAL, EACCES for a child after its exec.
 */
#include "check.h"

static int child(void *arg)
{
	pid_t a, b, leader = getppid();
	int p[2], go[2];
	char c;

	(void)arg;
	xpipe(p);
	show("negative group", setpgid(0, -1));
	show("negative pid", setpgid(-1, 0));
	show("pid not there", setpgid(0x7ffffff, 0));
	show("group not there", setpgid(0, 0x7ffffff));
	show("the parent", setpgid(leader, 0));
	show("getpgid not there", getpgid(0x7ffffff));
	show("getpgid negative", getpgid(-1));

	/* A session leader cannot be moved. */
	a = xfork();
	if (a == 0) {
		setsid();
		if (write(p[1], "x", 1) != 1)
			_exit(1);
		show("session leader, own group", setpgid(0, 0));
		show("session leader, other group", setpgid(0, leader));
		if (write(p[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	if (read(p[0], &c, 1) != 1 || read(p[0], &c, 1) != 1)
		die("read");
	show("child that leads a session", setpgid(a, 0));
	show("join another session", setpgid(0, a));
	kill(a, SIGKILL);
	xwait(a);

	/* A child that has called exec, which closes the pipe. */
	xpipe(go);
	fcntl(go[1], F_SETFD, FD_CLOEXEC);
	b = xfork();
	if (b == 0) {
		execl("/proc/self/exe", "self", "sleep", NULL);
		_exit(1);
	}
	close(go[1]);
	show("exec is done", read(go[0], &c, 1));
	show("child after exec", setpgid(b, 0));
	kill(b, SIGKILL);
	show_status("child", xwait(b));
	show("reaped child", setpgid(b, 0));

	b = xfork();
	if (b == 0) {
		pid_t g = xfork();

		if (g == 0)
			for (;;)
				pause();
		if (write(p[1], &g, sizeof(g)) != sizeof(g))
			_exit(1);
		for (;;)
			pause();
	}
	if (read(p[0], &a, sizeof(a)) != sizeof(a))
		die("read");
	show("grandchild", setpgid(a, 0));
	kill(a, SIGKILL);
	kill(b, SIGKILL);
	xwait(b);
	return 0;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		for (;;)
			pause();
	pid_t pid = xfork();

	if (pid == 0) {
		setsid();
		_exit(WEXITSTATUS(run_child(child, NULL)));
	}
	show_status("child", xwait(pid));
	return 0;
}
