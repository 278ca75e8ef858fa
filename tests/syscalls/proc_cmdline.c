/* tests/syscalls/proc_cmdline.c - /proc/self/cmdline and environ after execve. */
#include "fs_check.h"

extern char **environ;

static void show_proc(const char *what, const char *path)
{
	char buf[512];
	ssize_t n = read_file(path, buf, sizeof(buf));

	if (n < 0)
		show(what, n);
	else
		show_data(what, buf, n);
}

int main(int argc, char **argv)
{
	char *args[] = {"zeroth", "one", "", "three words here", "--opt=\n", NULL};
	char *env[] = {"A=1", "LONG=some value", "EMPTY=", "NOEQUALS", NULL};
	char path[64];
	pid_t pid;
	int up[2];

	if (argc > 2) {
		show_proc("cmdline", "/proc/self/cmdline");
		show_proc("environ", "/proc/self/environ");
		/* What the program changes in place is seen. */
		argv[1][0] = 'O';
		environ[0][2] = '9';
		show_proc("cmdline", "/proc/self/cmdline");
		show_proc("environ", "/proc/self/environ");
		setenv("NEW", "1", 1);
		show_proc("environ after setenv", "/proc/self/environ");
		return 0;
	}
	if (argc > 1) {
		send_byte(150);
		for (;;)
			pause();
	}
	if (xfork() == 0) {
		execve("/proc/self/exe", args, env);
		die("execve");
	}
	xwait(-1);
	xpipe(up);
	pid = xfork();
	if (pid == 0) {
		must(dup2(up[1], 150));
		execve("/proc/self/exe", (char *[]){"sleeper", "x", NULL}, (char *[]){NULL});
		die("execve");
	}
	await_byte(up[0]);
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	show_proc("another process", path);
	snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	show_proc("its empty environment", path);
	kill(pid, SIGKILL);
	xwait(pid);
	show_proc("gone", path);
	return 0;
}
