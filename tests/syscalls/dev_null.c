/* tests/syscalls/dev_null.c - /dev/null: swallows what is written, is always at its end. */
#include "fs_check.h"
#include <sys/ioctl.h>
#include <sys/uio.h>

int main(void)
{
	char buf[16] = "untouched";
	struct iovec iov[2] = {{buf, 4}, {buf + 4, 4}};
	int fd = xopen("/dev/null", O_RDWR, 0), n;

	show("read", read(fd, buf, sizeof(buf)));
	show_str("buffer", buf);
	show("write", write(fd, "hello", 5));
	show("write a megabyte", write(fd, shared_alloc(1 << 20), 1 << 20));
	show("writev", writev(fd, iov, 2));
	show("readv", readv(fd, iov, 2));
	show("pread", pread(fd, buf, 4, 100));
	show("pwrite", pwrite(fd, buf, 4, 100));
	show("bad pointer, read", read(fd, bad_addr(), 4));
	show("bad pointer, write", write(fd, bad_addr(), 4));
	show("lseek 1000", lseek(fd, 1000, SEEK_SET));
	show("lseek end", lseek(fd, 0, SEEK_END));
	show("lseek -1", lseek(fd, -1, SEEK_SET));
	show_ready("poll", fd, POLLIN | POLLOUT);
	show("mmap", mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
	show("fallocate", fallocate(fd, 0, 0, 10));
	show("FIONREAD", ioctl(fd, FIONREAD, &n));
	show("isatty", isatty(fd));
	show("O_APPEND", write(xopen("/dev/null", O_WRONLY | O_APPEND, 0), "x", 1));
	show("O_TRUNC", write(xopen("/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0644), "x", 1));
	show_fd("O_EXCL", open("/dev/null", O_WRONLY | O_CREAT | O_EXCL, 0644));
	show_fd("O_DIRECTORY", open("/dev/null", O_RDONLY | O_DIRECTORY));
	show("read-only, write", write(xopen("/dev/null", O_RDONLY, 0), "x", 1));
	show("write-only, read", read(xopen("/dev/null", O_WRONLY, 0), buf, 1));
	return 0;
}
