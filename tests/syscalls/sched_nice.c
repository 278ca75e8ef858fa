/*
 * tests/syscalls/sched_nice.c - getpriority(2), setpriority(2), nice(2): process, group and user;
 * clamping; users cannot go back; per thread.
 */
#include "check.h"
#include <pthread.h>
#include <sys/resource.h>

static void *thread(void *arg)
{
	(void)arg;
	show("thread", getpriority(PRIO_PROCESS, 0));
	setpriority(PRIO_PROCESS, 0, 9);
	show("thread, set", getpriority(PRIO_PROCESS, 0));
	return NULL;
}

int main(void)
{
	pthread_t t;
	pid_t pid;

	if (geteuid() == 0 && setuid(54322) < 0)
		die("setuid");
	setpgid(0, 0);
	show("get", getpriority(PRIO_PROCESS, 0));
	show("system call", raw(SYS_getpriority, PRIO_PROCESS, 0));
	show("set 3", setpriority(PRIO_PROCESS, 0, 3));
	show("get", getpriority(PRIO_PROCESS, 0));
	show("system call", raw(SYS_getpriority, PRIO_PROCESS, 0));
	pthread_create(&t, NULL, thread, NULL);
	pthread_join(t, NULL);
	show("main", getpriority(PRIO_PROCESS, 0));
	show("nice 2", nice(2));
	show("get", getpriority(PRIO_PROCESS, 0));
	show("lower", setpriority(PRIO_PROCESS, 0, 1));
	show("nice -1", nice(-1));
	pid = xfork();
	if (pid == 0)
		for (;;)
			pause();
	show("child", getpriority(PRIO_PROCESS, pid));
	show("set the child's", setpriority(PRIO_PROCESS, pid, 8));
	show("child", getpriority(PRIO_PROCESS, pid));
	show("group: the lowest", getpriority(PRIO_PGRP, 0));
	show("set the group's", setpriority(PRIO_PGRP, getpgrp(), 12));
	show("main", getpriority(PRIO_PROCESS, getpid()));
	show("child", getpriority(PRIO_PROCESS, pid));
	show("too much", setpriority(PRIO_PROCESS, 0, 100));
	show("is clamped", getpriority(PRIO_PROCESS, 0));
	show("unknown kind", getpriority(7, 0));
	show("set, unknown kind", setpriority(7, 0, 0));
	show("no process", getpriority(PRIO_PROCESS, 0x7ffffff));
	show("set, no process", setpriority(PRIO_PROCESS, 0x7ffffff, 19));
	show("no group", getpriority(PRIO_PGRP, 0x7ffffff));
	show("no user", getpriority(PRIO_USER, 54329));
	kill(pid, SIGKILL);
	xwait(pid);
	return 0;
}
