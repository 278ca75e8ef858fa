/*
 * tests/syscalls/wait_zombie.c - what can be done with a zombie: kill, getpgid, getsid,
 * getpriority, /proc; and that all fails with ESRCH when it is reaped.
 */
#include "check.h"
#include <sys/resource.h>

static void look(pid_t pid)
{
	char path[64], buf[1024], state = '?', *p;

	show("kill 0", kill(pid, 0));
	show("kill SIGKILL", kill(pid, SIGKILL));
	show_true("getpgid", getpgid(pid) == getpgrp());
	show_true("getsid", getsid(pid) == getsid(0));
	errno = 0;
	show("getpriority", getpriority(PRIO_PROCESS, pid));
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	show("stat file", read_file(path, buf, sizeof(buf)) > 0);
	p = strrchr(buf, ')');
	if (p)
		state = p[2];
	say("state: %c", state);
}

int main(void)
{
	siginfo_t si;
	pid_t pid = xfork();

	if (pid == 0)
		_exit(1);
	waitid(P_PID, pid, &si, WEXITED | WNOWAIT);
	look(pid);
	show_status("reaped", xwait(pid));
	look(pid);
	return 0;
}
