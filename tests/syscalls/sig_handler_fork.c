/*
 * tests/syscalls/sig_handler_fork.c - fork and wait within a handler, and a handler that ends
 * the process.
 */
#include "check.h"

static volatile int status = -1;

static void forking(int sig)
{
	pid_t pid = fork();

	(void)sig;
	if (pid == 0)
		_exit(23);
	waitpid(pid, (int *)&status, 0);
}

static void leaving(int sig)
{
	_exit(100 + sig);
}

static int child(void *arg)
{
	(void)arg;
	on_signal(SIGHUP, leaving, 0);
	raise(SIGHUP);
	return 0;
}

int main(void)
{
	on_signal(SIGUSR1, forking, 0);
	raise(SIGUSR1);
	show_status("child of the handler", status);
	show_status("handler that exits", run_child(child, NULL));
	return 0;
}
