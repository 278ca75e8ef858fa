/*
 * tests/syscalls/clone_parent.c - clone(2) with CLONE_PARENT: the new process is a sibling of its
 * creator, with the exit signal that the creator has.
 */
#include "check.h"
#include <sched.h>

int main(void)
{
	pid_t me = getpid(), sibling;
	int p[2];

	xpipe(p);
	pid_t pid = xfork();

	if (pid == 0) {
		long s = raw(SYS_clone, CLONE_PARENT | SIGUSR1, 0, NULL, NULL, 0);

		if (s == 0)
			_exit(getppid() == me ? 21 : 22);
		sibling = s;
		if (write(p[1], &sibling, sizeof(sibling)) < 0)
			_exit(1);
		show("child: wait for the sibling", waitpid(s, NULL, __WALL));
		_exit(20);
	}
	show_status("child", xwait(pid));
	if (read(p[0], &sibling, sizeof(sibling)) != sizeof(sibling))
		die("read");
	show_status("sibling", xwait(sibling));
	show("no more", waitpid(-1, NULL, __WALL));
	return 0;
}
