/*
 * tests/syscalls/fork_basic.c - fork(2): what it returns in parent and child, and that the memory
 * of the two is separate afterwards.
 */
#include "check.h"

static int data = 1;
static int bss;

int main(void)
{
	int local = 1;
	int *heap = malloc(sizeof(*heap));
	pid_t parent = getpid(), seen;
	int p[2], status;

	*heap = 1;
	xpipe(p);
	pid_t pid = xfork();

	if (pid == 0) {
		pid_t me = getpid();

		show_true("child: pid differs", me != parent);
		show_true("child: getppid is the parent", getppid() == parent);
		show_true("child: tid == pid", raw(SYS_gettid) == me);
		data = bss = local = *heap = 7;
		if (write(p[1], &me, sizeof(me)) != sizeof(me))
			_exit(1);
		_exit(42);
	}
	if (read(p[0], &seen, sizeof(seen)) != sizeof(seen))
		die("read");
	show_true("fork returned the pid of the child", pid == seen);
	show_true("waitpid returns it too", waitpid(pid, &status, 0) == pid);
	show_status("child", status);
	show_val("data", data);
	show_val("bss", bss);
	show_val("stack", local);
	show_val("heap", *heap);
	show_true("parent keeps its pid", getpid() == parent);
	free(heap);
	return 0;
}
