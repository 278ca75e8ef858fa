/* tests/syscalls/read_basic.c - read(2): counts, end of file, wrong descriptors and pointers. */
#include "fs_check.h"

int main(void)
{
	char buf[64], *end = page_end();
	int fd, fd2, p[2];

	write_file("f", "0123456789");
	fd = xopen("f", O_RDONLY, 0);
	show_read("4 bytes", read(fd, buf, 4), buf);
	show("nothing", read(fd, buf, 0));
	show_read("more than there is", read(fd, buf, 64), buf);
	show("end", read(fd, buf, 64));
	show("end again", read(fd, buf, 64));
	fd2 = xopen("f", O_WRONLY | O_APPEND, 0);
	show("write by another", write(fd2, "ab", 2));
	show_read("read it", read(fd, buf, 64), buf);
	lseek(fd, 100, SEEK_SET);
	show("past the end", read(fd, buf, 64));
	lseek(fd, 0, SEEK_SET);
	show("bad pointer", read(fd, bad_addr(), 4));
	show("position after it", lseek(fd, 0, SEEK_CUR));
	show("bad pointer, 0 bytes", read(fd, bad_addr(), 0));
	lseek(fd, 100, SEEK_SET);
	show("bad pointer at the end", read(fd, bad_addr(), 4));
	lseek(fd, 0, SEEK_SET);
	show("last bytes of a page", read(fd, end - 4, 4));
	show_data("they are", end - 4, 4);
	show("inaccessible page", read(fd, end, 4));
	show("position", lseek(fd, 0, SEEK_CUR));
	show("read-only memory", read(fd, (void *)"constant", 4));
	show("write-only", read(fd2, buf, 4));
	show("closed", read(closed_fd(), buf, 4));
	show("-1", read(-1, buf, 4));
	show("closed and bad pointer", read(closed_fd(), bad_addr(), 4));
	show("negative size", raw(SYS_read, fd, buf, -1L));
	xpipe(p);
	show("bad pointer, pipe with data", write(p[1], "xyz", 3));
	show("read", read(p[0], bad_addr(), 3));
	show_read("the data is still there", read(p[0], buf, 3), buf);
	return 0;
}
