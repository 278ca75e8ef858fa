/* tests/syscalls/close_basic.c - close(2): descriptors that are open, closed or never were. */
#include "fs_check.h"

int main(void)
{
	char buf[4];
	int fd, fd2, p[2];

	write_file("f", "text");
	fd = xopen("f", O_RDWR, 0);
	show("close", close(fd));
	show("close again", close(fd));
	show("close -1", close(-1));
	show("close 1000000", close(1000000));
	show("close INT_MAX", close(0x7fffffff));
	show("read", read(fd, buf, 4));
	show("write", write(fd, "x", 1));
	show("fcntl", fcntl(fd, F_GETFD));
	show("dup", dup(fd));
	show("lseek", lseek(fd, 0, SEEK_SET));
	fd = xopen("f", O_RDWR, 0);
	fd2 = dup(fd);
	show("close of one of two", close(fd));
	show_read("read from the other", read(fd2, buf, 4), buf);
	show("close of the other", close(fd2));
	xpipe(p);
	show("close write end", close(p[1]));
	show("read", read(p[0], buf, 4));
	show("close read end", close(p[0]));
	/* A child has descriptors of its own. */
	fd = xopen("f", O_RDWR, 0);
	if (xfork() == 0) {
		show("close in child", close(fd));
		_exit(0);
	}
	xwait(-1);
	show("F_GETFD in parent", fcntl(fd, F_GETFD));
	return 0;
}
