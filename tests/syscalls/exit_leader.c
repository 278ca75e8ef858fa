/*
 * tests/syscalls/exit_leader.c - exit(2) of the main thread alone: the process lives until its last
 * thread ends, with the code of the leader or of exit_group.
 */
#include "check.h"
#include <pthread.h>

static int pipes[2];

static void *last(void *arg)
{
	nap_ms(20);
	if (write(pipes[1], "x", 1) != 1)
		_exit(1);
	if (arg)
		raw(SYS_exit_group, 7);
	raw(SYS_exit, 8);
	return NULL;
}

static pid_t spawn(bool group)
{
	pid_t pid = xfork();
	pthread_t t;

	if (pid)
		return pid;
	pthread_create(&t, NULL, last, group ? &t : NULL);
	raw(SYS_exit, 5);
	_exit(1);
}

int main(void)
{
	int status;
	char c;
	pid_t pid;

	xpipe(pipes);
	pid = spawn(false);
	nap_ms(5);
	show("process is not a zombie", waitpid(pid, &status, WNOHANG));
	show("thread is alive", read(pipes[0], &c, 1));
	show_status("last thread calls exit", xwait(pid));

	pid = spawn(true);
	show("thread is alive", read(pipes[0], &c, 1));
	show_status("last thread calls exit_group", xwait(pid));

	pid = spawn(false);
	nap_ms(5);
	show("signal to a process without leader", kill(pid, SIGKILL));
	show_status("killed", xwait(pid));
	return 0;
}
