/*
 * tests/syscalls/exit_codes.c - exit_group(2): the low eight bits of the code reach the parent;
 * exit(3) runs atexit functions and flushes, _exit(2) does not; return from main exits.
 */
#include "check.h"

static void at_exit(void)
{
	say("atexit function runs");
}

static int leave(void *arg)
{
	long code = (long)arg;

	_exit(code);
}

static int leave_politely(void *arg)
{
	(void)arg;
	atexit(at_exit);
	exit(3);
}

static int leave_raw(void *arg)
{
	atexit(at_exit);
	printf("not a whole line");
	raw(arg ? SYS_exit : SYS_exit_group, 0x1234);
	return 1;
}

int main(int argc, char **argv)
{
	long codes[] = {0, 1, 2, 127, 128, 255, 256, 257, -1, 0x7fffffff};

	(void)argv;
	if (argc > 1)
		return 0x145;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		show_status("_exit", run_child(leave, (void *)codes[i]));
	show_status("exit", run_child(leave_politely, NULL));
	show_status("exit_group", run_child(leave_raw, NULL));
	show_status("exit system call", run_child(leave_raw, (void *)1));

	pid_t pid = xfork();

	if (pid == 0) {
		execl("/proc/self/exe", "self", "child", NULL);
		_exit(1);
	}
	show_status("return from main", xwait(pid));
	return 0;
}
