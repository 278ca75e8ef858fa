/* tests/syscalls/dup2_basic.c - dup2(2): onto free, open, equal and impossible numbers. */
#include "fs_check.h"
#include <sys/resource.h>

int main(void)
{
	char buf[8];
	struct rlimit rl;
	int a, b, p[2];

	write_file("f", "fff");
	write_file("g", "ggg");
	a = xopen("f", O_RDONLY | O_CLOEXEC, 0);
	b = xopen("g", O_RDONLY | O_CLOEXEC, 0);
	show("onto 150", dup2(a, 150));
	show("F_GETFD of 150", fcntl(150, F_GETFD));
	show_true("onto an open one", dup2(a, b) == b);
	show("F_GETFD of it", fcntl(b, F_GETFD));
	show_read("read from it", read(b, buf, 2), buf);
	show("position of the first", lseek(a, 0, SEEK_CUR));
	show_true("onto itself", dup2(a, a) == a);
	show("F_GETFD keeps", fcntl(a, F_GETFD));
	show("closed", dup2(closed_fd(), 151));
	show("closed onto itself", dup2(closed_fd(), closed_fd()));
	show("-1", dup2(-1, 151));
	show("onto -1", dup2(a, -1));
	show("151 is not open", fcntl(151, F_GETFD));
	if (getrlimit(RLIMIT_NOFILE, &rl) < 0)
		die("getrlimit");
	rl.rlim_cur = 1000;
	if (setrlimit(RLIMIT_NOFILE, &rl) < 0)
		die("setrlimit");
	show("onto the limit", dup2(a, rl.rlim_cur));
	show_true("onto the highest", dup2(a, 999) == 999);
	show("onto INT_MAX", dup2(a, 0x7fffffff));
	/* A failing call must not close the target. */
	show("bad onto 150", dup2(-1, 150));
	show("F_GETFD of 150", fcntl(150, F_GETFD));
	/* The target is closed in effect. */
	xpipe(p);
	show_true("over a pipe's write end", dup2(a, p[1]) == p[1]);
	show("read gives end of file", read(p[0], buf, 8));
	return 0;
}
