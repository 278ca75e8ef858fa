/*
 * tests/syscalls/exec_proc_cmdline.c - /proc/self/cmdline and environ show the strings of exec, and
 * what the program writes over them.
 */
#include "check.h"

int main(int argc, char **argv)
{
	char buf[4096];
	ssize_t n;

	if (argc > 1 && strcmp(argv[1], "child") == 0) {
		n = read_file("/proc/self/cmdline", buf, sizeof(buf));
		show_data("cmdline", buf, n);
		n = read_file("/proc/self/environ", buf, sizeof(buf));
		show_data("environ", buf, n);
		memset(argv[2], 'z', 3);
		n = read_file("/proc/self/cmdline", buf, sizeof(buf));
		show_data("cmdline", buf, n);

		pid_t pid = xfork();

		if (pid == 0) {
			n = read_file("/proc/self/cmdline", buf, sizeof(buf));
			show_data("child: cmdline", buf, n);
			_exit(0);
		}
		xwait(pid);
		return 0;
	}

	char *args[] = {"zero", "child", "two", "", "three four", NULL};
	char *env[] = {"A=1", "B=", NULL};

	execve("/proc/self/exe", args, env);
	return 1;
}
