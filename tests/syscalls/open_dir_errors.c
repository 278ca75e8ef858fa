/* tests/syscalls/open_dir_errors.c - open(2): a directory as a file to read or write. */
#include "fs_check.h"
#include <sys/uio.h>

int main(void)
{
	char buf[64];
	struct iovec iov = {buf, sizeof(buf)};
	int fd;

	xmkdir("dir", 0755);
	show_fd("O_WRONLY", open("dir", O_WRONLY));
	show_fd("O_RDWR", open("dir", O_RDWR));
	show_fd("O_CREAT", open("dir", O_RDONLY | O_CREAT, 0644));
	show_fd("O_CREAT | O_WRONLY", open("dir", O_WRONLY | O_CREAT, 0644));
	show_fd("O_TRUNC", open("dir", O_RDONLY | O_TRUNC));
	show_fd("O_APPEND for reading", open("dir", O_RDONLY | O_APPEND));
	show_fd("creat", creat("dir", 0644));
	fd = open("dir", O_RDONLY);
	show_fd("O_RDONLY", fd);
	show("read", read(fd, buf, sizeof(buf)));
	show("read of 0 bytes", read(fd, buf, 0));
	show("readv", readv(fd, &iov, 1));
	show("pread", pread(fd, buf, sizeof(buf), 0));
	show("write", write(fd, "x", 1));
	show("pwrite", pwrite(fd, "x", 1, 0));
	show("ftruncate", ftruncate(fd, 0));
	show("truncate", truncate("dir", 0));
	show("fsync", fsync(fd));
	show("mmap", mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
	show_ready("poll", fd, POLLIN | POLLOUT);
	show("close", close(fd));
	return 0;
}
