/*
 * tests/syscalls/exec_thread_wait.c - execve(2) in a thread while the leader has exited already,
 * or waits in the kernel: the parent sees one process, and its exit status.
 */
#include "check.h"
#include <pthread.h>

static void *execer(void *arg)
{
	nap_ms(10);
	/* Not /proc/self/exe: that is the file of the leader. */
	execl("./prog", "prog", arg, NULL);
	_exit(1);
}

static pid_t spawn(bool leader_exits)
{
	pid_t pid = xfork();
	pthread_t t;
	int p[2];
	char c;

	if (pid)
		return pid;
	xpipe(p);
	pthread_create(&t, NULL, execer, leader_exits ? "31" : "32");
	if (leader_exits)
		raw(SYS_exit, 9);
	if (read(p[0], &c, 1) < 0)
		_exit(2);
	_exit(3);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		if (raw(SYS_gettid) != getpid())
			return 1;
		return atoi(argv[1]);
	}
	copy_self("prog");
	show_status("leader had exited", xwait(spawn(true)));
	show_status("leader was reading", xwait(spawn(false)));
	show("no more children", waitpid(-1, NULL, __WALL));
	return 0;
}
