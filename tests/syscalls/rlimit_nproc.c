/*
 * tests/syscalls/rlimit_nproc.c - RLIMIT_NPROC: EAGAIN of fork and of new threads for a user; the
 * limit counts all processes of the user.
 */
#include "check.h"
#include <pthread.h>
#include <sys/resource.h>

static void *thread(void *arg)
{
	return arg;
}

int main(void)
{
	struct rlimit rl = {1, 1};
	pthread_t t;
	pid_t pid;

	/* A user that has no other process. */
	if (geteuid() != 0)
		return 0;
	if (setgid(54321) < 0 || setuid(54321) < 0)
		die("setuid");
	show("setrlimit", setrlimit(RLIMIT_NPROC, &rl));
	pid = fork();
	if (pid == 0)
		_exit(0);
	show("fork", pid);
	show_err("pthread_create", pthread_create(&t, NULL, thread, NULL));
	pid = vfork();
	if (pid == 0)
		_exit(0);
	show("vfork", pid);
	return 0;
}
