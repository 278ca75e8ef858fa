/* tests/syscalls/readv_writev.c - readv(2), writev(2): vectors, empty parts, limits, errors. */
#include "fs_check.h"
#include <sys/uio.h>

int main(void)
{
	static struct iovec many[1025];
	char a[4], b[1], c[8], *end = page_end();
	struct iovec iov[4];
	int fd, p[2];

	memset(a, 'a', sizeof(a));
	memset(b, 'b', sizeof(b));
	memset(c, 'c', sizeof(c));
	fd = xopen("f", O_RDWR | O_CREAT, 0644);
	iov[0] = (struct iovec){a, 4};
	iov[1] = (struct iovec){b, 0};
	iov[2] = (struct iovec){b, 1};
	iov[3] = (struct iovec){c, 8};
	show("writev", writev(fd, iov, 4));
	show_file("content", "f");
	must(pwrite(fd, "0123456789xyz", 13, 0));
	lseek(fd, 2, SEEK_SET);
	show("readv", readv(fd, iov, 4));
	show_data("first", a, 4);
	show_data("third", b, 1);
	show_data("fourth", c, 8);
	show("readv at the end", readv(fd, iov, 4));
	lseek(fd, 0, SEEK_SET);
	show("no vector", readv(fd, iov, 0));
	show("no vector, bad pointer", readv(fd, bad_addr(), 0));
	show("bad vector pointer", readv(fd, bad_addr(), 1));
	show("negative count", raw(SYS_readv, fd, iov, -1L));
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = (struct iovec){c, 1};
	show("1024 vectors", readv(fd, many, 1024));
	show("1025 vectors", readv(fd, many, 1025));
	show("1024 vectors, writev", writev(fd, many, 1024));
	show("1025 vectors, writev", writev(fd, many, 1025));
	iov[1].iov_len = (size_t)-1;
	show("negative length", readv(fd, iov, 4));
	show("negative length, writev", writev(fd, iov, 4));
	iov[1].iov_len = 0;
	iov[1].iov_base = bad_addr();
	lseek(fd, 0, SEEK_SET);
	show("bad pointer of length 0", readv(fd, iov, 4));
	/* Here the second part fails, and the first is what counts. */
	iov[0] = (struct iovec){end - 4, 4};
	iov[1] = (struct iovec){end, 4};
	lseek(fd, 0, SEEK_SET);
	show("second inaccessible", readv(fd, iov, 2));
	show_data("read before it", end - 4, 4);
	iov[0] = (struct iovec){end, 4};
	iov[1] = (struct iovec){end - 4, 4};
	show("first inaccessible", readv(fd, iov, 2));
	show("first inaccessible, writev", writev(fd, iov, 2));
	show("closed", readv(closed_fd(), iov, 1));
	show("closed, writev", writev(closed_fd(), iov, 1));

	xpipe(p);
	iov[0] = (struct iovec){(char *)"ab", 2};
	iov[1] = (struct iovec){(char *)"cde", 3};
	show("writev to a pipe", writev(p[1], iov, 2));
	iov[0] = (struct iovec){a, 4};
	iov[1] = (struct iovec){c, 8};
	show("readv from a pipe", readv(p[0], iov, 2));
	show_data("first", a, 4);
	show_data("second", c, 1);
	show("writev on the read end", writev(p[0], iov, 2));
	return 0;
}
