/*
 * tests/syscalls/exec_args.c - execve(2): the arguments and the environment reach the new program
 * as they are, empty strings and odd bytes included.
 */
#include "check.h"

extern char **environ;

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "child") == 0) {
		show_val("argc", argc);
		for (int i = 0; i < argc; i++)
			show_str("argv", argv[i]);
		show_true("argv ends with NULL", argv[argc] == NULL);
		for (char **e = environ; *e; e++)
			show_str("env", *e);
		show_str("getenv B", getenv("B"));
		return 0;
	}

	char *args[] = {"a name with spaces", "child", "", "x\ty\n", "\xff\x01", "", NULL};
	char *env[] = {"A=1", "B=two words", "novalue", "", "A=again", "=odd", NULL};
	char *none[] = {NULL};

	pid_t pid = xfork();

	if (pid == 0) {
		execve("/proc/self/exe", args, env);
		_exit(1);
	}
	show_status("child", xwait(pid));

	pid = xfork();
	if (pid == 0) {
		args[2] = NULL;
		execve("/proc/self/exe", args, none);
		_exit(1);
	}
	show_status("child without environment", xwait(pid));

	pid = xfork();
	if (pid == 0) {
		execve("/proc/self/exe", args, NULL);
		_exit(1);
	}
	show_status("child with environment NULL", xwait(pid));
	return 0;
}
