/*
 * tests/syscalls/clone_vfork.c - clone(2) with CLONE_VFORK: the parent sleeps until the child is
 * done, with a memory of its own (without CLONE_VM) or the shared one.
 */
#include "check.h"
#include <sched.h>

static char stack[1 << 16] __attribute__((aligned(16)));
static volatile int value;
static int p[2];

static int child(void *arg)
{
	(void)arg;
	nap_ms(20);
	value = 1;
	if (write(p[1], "x", 1) != 1)
		return 1;
	return 6;
}

static void run(const char *what, int flags)
{
	char c;
	int pid;

	say("%s", what);
	value = 0;
	pid = clone(child, stack + sizeof(stack), flags | SIGCHLD, NULL);
	if (pid < 0)
		die("clone");
	show("child has written", read(p[0], &c, 1));
	show_val("value", value);
	show_status("child", xwait(pid));
}

int main(void)
{
	if (pipe2(p, O_NONBLOCK) < 0)
		die("pipe2");
	run("CLONE_VFORK", CLONE_VFORK);
	run("CLONE_VFORK|CLONE_VM", CLONE_VFORK | CLONE_VM);
	return 0;
}
