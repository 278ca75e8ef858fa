/*
 * tests/syscalls/exec_empty_argv.c - execve(2) with no argument at all, or argv NULL: the program
 * gets one empty string as argv[0].
 */
#include "check.h"

int main(int argc, char **argv)
{
	if (argc == 1 && argv[0][0] == '\0') {
		show_val("argc", argc);
		show_true("argv ends with NULL", argv[1] == NULL);
		return 4;
	}

	char *none[] = {NULL};
	char *env[] = {"E=1", NULL};
	pid_t pid = xfork();

	if (pid == 0) {
		raw(SYS_execve, "/proc/self/exe", none, env);
		_exit(1);
	}
	show_status("empty argv", xwait(pid));
	pid = xfork();
	if (pid == 0) {
		raw(SYS_execve, "/proc/self/exe", NULL, env);
		_exit(1);
	}
	show_status("NULL argv", xwait(pid));
	return 0;
}
