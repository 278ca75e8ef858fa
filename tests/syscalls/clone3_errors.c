/*
 * tests/syscalls/clone3_errors.c - clone3(2): bad sizes, flags, signals, stacks and pointers.
 */
#include "check.h"
#include <linux/sched.h>

static void try(const char *what, struct clone_args args)
{
	long pid = raw(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		_exit(0);
	if (pid > 0) {
		waitpid(pid, NULL, __WALL);
		pid = 0;
	}
	show(what, pid);
}

int main(void)
{
	struct clone_args ok = {.exit_signal = SIGCHLD}, a;
	char big[256] = "";

	show("NULL", raw(SYS_clone3, NULL, sizeof(ok)));
	show("bad pointer", raw(SYS_clone3, BAD_PTR, sizeof(ok)));
	show("size 0", raw(SYS_clone3, &ok, 0));
	show("size 63", raw(SYS_clone3, &ok, 63));
	show("size over a page", raw(SYS_clone3, &ok, 5000));
	big[200] = 1;
	show("unknown bytes set", raw(SYS_clone3, big, sizeof(big)));

	try("fine", ok);
	a = ok;
	a.flags = SIGCHLD;
	try("signal in the flags", a);
	a = ok;
	a.flags = CLONE_DETACHED;
	try("CLONE_DETACHED", a);
	a = ok;
	a.flags = 1ULL << 63;
	try("unknown flag", a);
	a = ok;
	a.exit_signal = 65;
	try("exit signal 65", a);
	a.exit_signal = 1ULL << 32;
	try("exit signal out of 32 bits", a);
	a = ok;
	a.stack_size = 4096;
	try("stack size without stack", a);
	a = ok;
	a.stack = 4096;
	try("stack without size", a);
	a = ok;
	a.flags = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM;
	try("thread with exit signal", a);
	a.flags = CLONE_SIGHAND | CLONE_CLEAR_SIGHAND | CLONE_VM;
	try("SIGHAND and CLEAR_SIGHAND", a);
	a = ok;
	a.flags = CLONE_PIDFD;
	a.pidfd = (uintptr_t)BAD_PTR;
	try("pidfd to a bad pointer", a);
	a = ok;
	a.set_tid_size = 1;
	try("set_tid_size without set_tid", a);
	a.set_tid_size = 100;
	a.set_tid = (uintptr_t)big;
	try("set_tid_size too large", a);
	return 0;
}
