/*
 * tests/syscalls/vfork_basic.c - vfork(2): the child runs in the memory of its parent, which goes
 * on only when the child has exited.
 */
#include "check.h"

static volatile int value;
static volatile pid_t child, child_parent;

static __attribute__((noinline)) pid_t spawn(int code)
{
	pid_t pid = vfork();

	if (pid == 0) {
		child = getpid();
		child_parent = getppid();
		nap_ms(20);
		value++;
		_exit(code);
	}
	return pid;
}

int main(void)
{
	for (int i = 0; i < 3; i++) {
		pid_t pid = spawn(10 + i);

		show_val("value", value);
		show_true("pid of the child", pid == child);
		show_true("parent of the child", child_parent == getpid());
		show_status("child", xwait(pid));
	}
	return 0;
}
