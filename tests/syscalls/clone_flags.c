/*
 * tests/syscalls/clone_flags.c - clone(2): combinations of flags that fail with EINVAL.
 */
#include "check.h"
#include <sched.h>

#define NO_STACK 0

static void try(const char *what, unsigned long flags)
{
	long pid = raw(SYS_clone, flags, NO_STACK, NULL, NULL, 0);

	if (pid == 0)
		_exit(0);
	if (pid > 0) {
		waitpid(pid, NULL, __WALL);
		pid = 0;
	}
	show(what, pid);
}

int main(void)
{
	try("THREAD", CLONE_THREAD);
	try("THREAD|VM", CLONE_THREAD | CLONE_VM);
	try("THREAD|SIGHAND", CLONE_THREAD | CLONE_SIGHAND);
	try("SIGHAND", CLONE_SIGHAND | SIGCHLD);
	try("FS|NEWNS", CLONE_FS | CLONE_NEWNS | SIGCHLD);
	try("FS|NEWUSER", CLONE_FS | CLONE_NEWUSER | SIGCHLD);
	try("THREAD|NEWPID", CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_NEWPID);
	try("THREAD|NEWUSER", CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_NEWUSER);
	try("SYSVSEM|NEWIPC", CLONE_SYSVSEM | CLONE_NEWIPC | SIGCHLD);
	try("PIDFD|PARENT_SETTID", CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD);
	try("PIDFD|DETACHED", CLONE_PIDFD | CLONE_DETACHED | SIGCHLD);
	try("PIDFD to NULL", CLONE_PIDFD | SIGCHLD);
	try("DETACHED", CLONE_DETACHED | SIGCHLD);
	try("UNTRACED", CLONE_UNTRACED | SIGCHLD);
	try("SYSVSEM", CLONE_SYSVSEM | SIGCHLD);
	try("FS", CLONE_FS | SIGCHLD);
	try("FILES", CLONE_FILES | SIGCHLD);
	try("IO", CLONE_IO | SIGCHLD);
	try("none", SIGCHLD);
	return 0;
}
