/*
 * tests/syscalls/exec_txtbsy.c - ETXTBSY: a file open for writing cannot be executed, a running
 * program cannot be opened for writing; unlink and rename are fine.
 */
#include "check.h"

int main(int argc, char **argv)
{
	int p[2], fd;
	char c;

	(void)argv;
	if (argc > 1) {
		/* Runs until the other end of standard input is closed. */
		_exit(read(0, &c, 1) == 0 ? 7 : 8);
	}
	copy_self("prog");
	fd = open("prog", O_RDWR);
	show("exec while open for writing", execl("./prog", "prog", "child", NULL));
	close(fd);

	if (pipe2(p, O_CLOEXEC) < 0)
		die("pipe2");
	pid_t pid = vfork();

	if (pid == 0) {
		dup2(p[0], 0);
		execl("./prog", "prog", "child", NULL);
		_exit(1);
	}
	show_fd("open for writing while it runs", open("prog", O_WRONLY));
	show("truncate", truncate("prog", 0));
	show_fd("open for reading", open("prog", O_RDONLY));
	show("rename", rename("prog", "prog2"));
	show("unlink", unlink("prog2"));
	close(p[1]);
	show_status("program", xwait(pid));
	return 0;
}
