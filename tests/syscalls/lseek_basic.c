/* tests/syscalls/lseek_basic.c - lseek(2): SET, CUR, END and where they fail. */
#include "fs_check.h"
#include <sys/eventfd.h>
#include <sys/socket.h>

int main(void)
{
	int fd, p[2], s[2];

	write_file("f", "0123456789");
	fd = xopen("f", O_RDWR, 0);
	show("SEEK_SET 4", lseek(fd, 4, SEEK_SET));
	show("SEEK_CUR 3", lseek(fd, 3, SEEK_CUR));
	show("SEEK_CUR -7", lseek(fd, -7, SEEK_CUR));
	show("SEEK_CUR -1", lseek(fd, -1, SEEK_CUR));
	show("SEEK_END 0", lseek(fd, 0, SEEK_END));
	show("SEEK_END -4", lseek(fd, -4, SEEK_END));
	show("SEEK_END -11", lseek(fd, -11, SEEK_END));
	show("SEEK_END 5", lseek(fd, 5, SEEK_END));
	show("SEEK_CUR 0", lseek(fd, 0, SEEK_CUR));
	show("SEEK_SET -1", lseek(fd, -1, SEEK_SET));
	show("SEEK_SET 1 << 33", lseek(fd, 1L << 33, SEEK_SET));
	show("SEEK_CUR to overflow", lseek(fd, 0x7fffffffffffffff, SEEK_CUR));
	show("SEEK_END to overflow", lseek(fd, 0x7fffffffffffffff, SEEK_END));
	show("whence 5", lseek(fd, 0, 5));
	show("whence 99", lseek(fd, 0, 99));
	show("whence -1", lseek(fd, 0, -1));
	show("position is the same", lseek(fd, 0, SEEK_CUR));
	show_val("size is the same", file_size("f"));
	xpipe(p);
	show("pipe", lseek(p[0], 0, SEEK_SET));
	show("pipe, whence 99", lseek(p[0], 0, 99));
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
		die("socketpair");
	show("socket", lseek(s[0], 0, SEEK_CUR));
	show("closed", lseek(closed_fd(), 0, SEEK_SET));
	show("-1", lseek(-1, 0, SEEK_SET));
	show("O_PATH", lseek(xopen("f", O_PATH, 0), 0, SEEK_SET));
	fd = xopen("f", O_WRONLY | O_APPEND, 0);
	show("O_APPEND", lseek(fd, 3, SEEK_SET));
	fd = xopen(".", O_RDONLY, 0);
	show("directory", lseek(fd, 0, SEEK_SET));
	show("directory, -1", lseek(fd, -1, SEEK_SET));
	return 0;
}
