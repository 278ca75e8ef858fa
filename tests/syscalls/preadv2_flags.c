/* tests/syscalls/preadv2_flags.c - preadv2(2), pwritev2(2): RWF_ flags and the offset -1. */
#include "fs_check.h"
#include <sys/uio.h>

int main(void)
{
	char buf[4];
	struct iovec in = {buf, 4}, out = {(char *)"wxyz", 4};
	int fd, p[2];

	write_file("f", "0123456789");
	fd = xopen("f", O_RDWR, 0);
	show_read("preadv2 at 2", preadv2(fd, &in, 1, 2, 0), buf);
	show("position", lseek(fd, 0, SEEK_CUR));
	show_read("preadv2 at -1", preadv2(fd, &in, 1, -1, 0), buf);
	show("position", lseek(fd, 0, SEEK_CUR));
	show("pwritev2 at -1", pwritev2(fd, &out, 1, -1, 0));
	show("position", lseek(fd, 0, SEEK_CUR));
	show("pwritev2 at 0", pwritev2(fd, &out, 1, 0, 0));
	show_file("content", "f");
	show("preadv2 at -2", preadv2(fd, &in, 1, -2, 0));
	show("RWF_DSYNC", pwritev2(fd, &out, 1, 0, RWF_DSYNC));
	show("RWF_SYNC", pwritev2(fd, &out, 1, 0, RWF_SYNC));
	show("RWF_DSYNC, reading", preadv2(fd, &in, 1, 0, RWF_DSYNC));
	show("RWF_APPEND", pwritev2(fd, &out, 1, 0, RWF_APPEND));
	show_file("content", "f");
	show("position", lseek(fd, 0, SEEK_CUR));
	show("RWF_APPEND at -1", pwritev2(fd, &out, 1, -1, RWF_APPEND));
	show("position", lseek(fd, 0, SEEK_CUR));
	show_val("size", file_size("f"));
	show("unknown flag", pwritev2(fd, &out, 1, 0, 1 << 20));
	show("unknown flag, reading", preadv2(fd, &in, 1, 0, 1 << 20));
	show("closed", preadv2(closed_fd(), &in, 1, 0, 0));
	xpipe(p);
	show("pipe at 0", pwritev2(p[1], &out, 1, 0, 0));
	show("pipe at -1", pwritev2(p[1], &out, 1, -1, 0));
	show_read("pipe, read at -1", preadv2(p[0], &in, 1, -1, 0), buf);
	show("pipe, RWF_NOWAIT", preadv2(p[0], &in, 1, -1, RWF_NOWAIT));
	return 0;
}
