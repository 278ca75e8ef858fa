/*
 * tests/syscalls/wait_thread.c - wait4(2) in threads: children belong to the process, so that any
 * thread may wait for them; with __WNOTHREAD only the one that made them.
 */
#include "check.h"
#include <pthread.h>

static pid_t pid;

static void *waiter(void *arg)
{
	int status = 0;

	(void)arg;
	show("__WNOTHREAD", waitpid(pid, &status, __WNOTHREAD));
	show_true("plain", waitpid(pid, &status, 0) == pid);
	show_status("status", status);
	return NULL;
}

static void *maker(void *arg)
{
	(void)arg;
	pid = xfork();
	if (pid == 0)
		_exit(12);
	return NULL;
}

int main(void)
{
	pthread_t t;
	int status;

	pid = xfork();
	if (pid == 0)
		_exit(11);
	pthread_create(&t, NULL, waiter, NULL);
	pthread_join(t, NULL);

	/* The child of a thread that has ended. */
	pthread_create(&t, NULL, maker, NULL);
	pthread_join(t, NULL);
	show_true("main waits", waitpid(pid, &status, 0) == pid);
	show_status("status", status);
	return 0;
}
