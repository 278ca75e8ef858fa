/*
 * tests/syscalls/exec_script.c - execve(2) of "#!" scripts: what argv the interpreter gets, for the
 * many ways to write the first line.
 */
#include "check.h"

static void run(const char *line)
{
	char *args[] = {"script's argv[0]", "one", "two", NULL};
	char *env[] = {NULL};
	pid_t pid;

	show_str("script", line);
	write_file("script", line);
	chmod("script", 0755);
	pid = xfork();
	if (pid == 0) {
		execve("./script", args, env);
		show_str("exec", errno_name(errno));
		_exit(1);
	}
	show_status("child", xwait(pid));
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		for (int i = 0; i < argc; i++)
			show_str("\targv", argv[i]);
		return 0;
	}
	copy_self("interp");
	run("#!./interp\n");
	run("#! ./interp\n");
	run("#!\t ./interp\t \n");
	run("#!./interp arg\n");
	run("#!./interp several args in one \n");
	run("#!./interp \t spaces  inside\t\n");
	run("#!./interp\nrest of the file\n");
	run("#!./interp");
	run("#!./interp no newline");
	run("#!interp\n");
	run("#!./interp\targ\r\n");
	return 0;
}
