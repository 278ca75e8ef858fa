/*
 * tests/syscalls/io_modes.c - reading and writing with descriptors opened read-only, write-only and
 * with O_PATH; counts too large; vectors.
 */
#include "check.h"
#include <sys/uio.h>

static void run(const char *what, int fd)
{
	char a[8], b[8];
	struct iovec iov[3] = {{a, 4}, {NULL, 0}, {b, 4}}, bad = {a, -1};
	struct iovec big[2] = {{a, INT64_MAX}, {b, 10}};

	say("%s", what);
	show("read", read(fd, a, 4));
	show("write", write(fd, "w", 1));
	show("readv", readv(fd, iov, 3));
	show("writev", writev(fd, iov, 3));
	show("preadv", preadv(fd, iov, 3, 0));
	show("preadv negative", preadv(fd, iov, 3, -1));
	show("readv, no pieces", readv(fd, iov, 0));
	show("readv, -1 pieces", raw(SYS_readv, fd, iov, -1L));
	show("readv, 1025 pieces", raw(SYS_readv, fd, iov, 1025L));
	show("readv, negative length", readv(fd, &bad, 1));
	show("readv, sum too large", readv(fd, big, 2));
	show("writev, negative length", writev(fd, &bad, 1));
	show("read, negative count", raw(SYS_read, fd, a, -1L));
	show("fstat", fstat(fd, &(struct stat){0}));
	show("fchmod", fchmod(fd, 0644));
	show("ftruncate", ftruncate(fd, 30));
	show("F_GETFL", fcntl(fd, F_GETFL) & (O_ACCMODE | O_PATH));
	show("close", close(fd));
	show("close again", close(fd));
}

int main(void)
{
	write_file("f", "0123456789012345678901234567890");
	run("O_RDONLY", open("f", O_RDONLY));
	run("O_WRONLY", open("f", O_WRONLY));
	run("O_RDWR", open("f", O_RDWR));
	run("O_PATH", open("f", O_PATH));
	run("3", open("f", 3));
	return 0;
}
