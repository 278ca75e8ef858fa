/*
 * tests/syscalls/clone_failed.c - a clone that fails keeps nothing of its maker's: a pipe ends when the
 * maker closes it
 */
#include "check.h"
#include <sched.h>
#include <sys/syscall.h>

#define BAD_TLS (~0UL >> 1) /* no address: EPERM */

static void check(const char *name, unsigned long flags)
{
	int fds[2];
	pid_t pid = xfork();

	if (pid == 0) {
		char c;

		xpipe(fds);
		show(name, syscall(SYS_clone, flags | SIGCHLD | CLONE_SETTLS, 0, 0, 0, BAD_TLS));
		close(fds[1]);
		show("read", read(fds[0], &c, 1));
		fflush(stdout);
		_exit(0);
	}
	show_status(name, xwait(pid));
}

int main(void)
{
	check("fork", 0);
	check("CLONE_PARENT", CLONE_PARENT);
	check("vfork", CLONE_VM | CLONE_VFORK);
	check("CLONE_FILES", CLONE_FILES);
	check("thread", CLONE_THREAD | CLONE_SIGHAND | CLONE_VM);
	return 0;
}
