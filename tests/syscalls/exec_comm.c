/*
 * tests/syscalls/exec_comm.c - execve(2): the name of the task comes from the file, cut at 15
 * bytes; of scripts, from the script. Seen by prctl, /proc/self/comm and /proc/self/status.
 */
#include "check.h"
#include <sys/prctl.h>

static void run(const char *path)
{
	pid_t pid = xfork();

	if (pid == 0) {
		execl(path, "argv0", "child", NULL);
		_exit(1);
	}
	show_status(path, xwait(pid));
}

int main(int argc, char **argv)
{
	char name[16] = "", buf[4096], *nl;

	(void)argv;
	if (argc > 1) {
		prctl(PR_GET_NAME, name);
		show_str("PR_GET_NAME", name);
		read_file("/proc/self/comm", buf, sizeof(buf));
		show_str("comm", buf);
		read_file("/proc/self/status", buf, sizeof(buf));
		nl = strchr(buf, '\n');
		if (nl)
			*nl = '\0';
		show_str("status", buf);
		return 0;
	}
	prctl(PR_SET_NAME, "before");
	mkdir("d", 0755);
	copy_self("d/prog");
	copy_self("a-rather-long-name-of-a-program");
	write_file("script", "#!d/prog\n");
	chmod("script", 0755);
	if (symlink("d/prog", "link") < 0)
		die("symlink");
	run("d/prog");
	run("./a-rather-long-name-of-a-program");
	run("./script");
	run("./link");
	return 0;
}
