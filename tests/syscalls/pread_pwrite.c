/* tests/syscalls/pread_pwrite.c - pread(2), pwrite(2): an offset of their own. */
#include "fs_check.h"

int main(void)
{
	char buf[16];
	int fd, ro, p[2];

	write_file("f", "0123456789");
	fd = xopen("f", O_RDWR, 0);
	ro = xopen("f", O_RDONLY, 0);
	lseek(fd, 3, SEEK_SET);
	show_read("pread 5", pread(fd, buf, 3, 5), buf);
	show_read("pread across the end", pread(fd, buf, 16, 8), buf);
	show("pread at the end", pread(fd, buf, 16, 10));
	show("pread past the end", pread(fd, buf, 16, 1000));
	show("pwrite", pwrite(fd, "AB", 2, 1));
	show("pwrite past the end", pwrite(fd, "Z", 1, 12));
	show("position", lseek(fd, 0, SEEK_CUR));
	show_file("content", "f");
	show("pread -1", pread(fd, buf, 1, -1));
	show("pwrite -1", pwrite(fd, buf, 1, -1));
	show("pread 0 bytes", pread(fd, buf, 0, 0));
	show("pread 0 bytes at -1", pread(fd, buf, 0, -1));
	show("pread bad pointer", pread(fd, bad_addr(), 4, 0));
	show("pwrite bad pointer", pwrite(fd, bad_addr(), 4, 0));
	show("pread at the largest offset", pread(fd, buf, 1, 0x7fffffffffffffff));
	show("pwrite on O_RDONLY", pwrite(ro, "x", 1, 0));
	show("pread closed", pread(closed_fd(), buf, 1, 0));
	show("pwrite closed", pwrite(closed_fd(), buf, 1, 0));
	xpipe(p);
	show("pread on a pipe", pread(p[0], buf, 1, 0));
	show("pwrite on a pipe", pwrite(p[1], buf, 1, 0));
	show("pread on a pipe, -1", pread(p[0], buf, 1, -1));
	return 0;
}
