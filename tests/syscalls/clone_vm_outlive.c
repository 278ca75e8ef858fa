/*
 * tests/syscalls/clone_vm_outlive.c - clone(2): a task that shares the memory of its parent goes on
 * when the parent is gone.
 */
#include "check.h"
#include <sched.h>
#include <sys/prctl.h>

static char stack[1 << 16] __attribute__((aligned(16)));
static int p[2], gate[2];

static int late(void *arg)
{
	char c;

	(void)arg;
	close(gate[1]);
	/* End of file when the creator has ended. */
	if (read(gate[0], &c, 1) != 0)
		return 1;
	if (write(p[1], "alive", 5) != 5)
		return 2;
	return 8;
}

int main(void)
{
	char buf[16] = "";
	int status;

	xpipe(p);
	xpipe(gate);
	prctl(PR_SET_CHILD_SUBREAPER, 1);

	pid_t pid = xfork();

	if (pid == 0) {
		if (clone(late, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL) < 0)
			_exit(1);
		_exit(0);
	}
	close(gate[1]);
	show_status("creator", xwait(pid));
	show("read", read(p[0], buf, 5));
	show_str("data", buf);
	show_true("the late one is ours now", waitpid(-1, &status, 0) > 0);
	show_status("late one", status);
	return 0;
}
