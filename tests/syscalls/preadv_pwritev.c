/* tests/syscalls/preadv_pwritev.c - preadv(2), pwritev(2): vectors at an offset. */
#include "fs_check.h"
#include <sys/uio.h>

int main(void)
{
	char a[4] = "AAAA", b[4] = "BBBB";
	struct iovec iov[1025] = {{a, 4}, {b, 4}};
	int fd, p[2];

	fd = xopen("f", O_RDWR | O_CREAT, 0644);
	show("pwritev", pwritev(fd, iov, 2, 2));
	show("position", lseek(fd, 0, SEEK_CUR));
	show_file("content", "f");
	must(pwrite(fd, "0123456789", 10, 0));
	show("preadv", preadv(fd, iov, 2, 3));
	show_data("first", a, 4);
	show_data("second", b, 3);
	show("position", lseek(fd, 0, SEEK_CUR));
	show("preadv past the end", preadv(fd, iov, 2, 100));
	show("preadv -1", preadv(fd, iov, 2, -1));
	show("pwritev -1", pwritev(fd, iov, 2, -1));
	show("preadv -100", preadv(fd, iov, 2, -100));
	show("preadv, no vector", preadv(fd, iov, 0, 0));
	show("preadv, bad vector", preadv(fd, bad_addr(), 1, 0));
	show("preadv, 1025 vectors", preadv(fd, iov, 1025, 0));
	show("preadv, closed", preadv(closed_fd(), iov, 1, 0));
	xpipe(p);
	show("preadv on a pipe", preadv(p[0], iov, 1, 0));
	show("pwritev on a pipe", pwritev(p[1], iov, 1, 0));
	return 0;
}
