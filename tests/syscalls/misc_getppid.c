/*
 * tests/syscalls/misc_getppid.c - getpid(2), getppid(2), gettid(2) in processes and threads, after
 * the end of the parent thread and of the parent.
 */
#include "check.h"
#include <pthread.h>
#include <sys/prctl.h>

static pid_t child_parent;

static void *maker(void *arg)
{
	pid_t pid;
	int p[2];
	char c;

	xpipe(p);
	pid = xfork();
	if (pid == 0) {
		close(p[1]);
		/* Until main says that the thread is gone. */
		if (read(p[0], &c, 1) != 1)
			_exit(1);
		_exit(getppid() == child_parent ? 5 : 6);
	}
	*(int *)arg = p[1];
	return (void *)(long)pid;
}

int main(void)
{
	pthread_t t;
	void *res;
	int gate;

	child_parent = getpid();
	show_true("getpid is stable", getpid() == child_parent);
	show_true("gettid", raw(SYS_gettid) == child_parent);
	pthread_create(&t, NULL, maker, &gate);
	pthread_join(t, &res);
	if (write(gate, "x", 1) != 1)
		die("write");
	show_status("child of a thread that is gone", xwait((long)res));
	show_true("getppid is not negative", getppid() >= 0);
	return 0;
}
