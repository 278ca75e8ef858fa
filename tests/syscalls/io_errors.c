/*
 * tests/syscalls/io_errors.c - read(2), write(2), lseek(2), close(2), dup(2), fcntl(2), ioctl(2) on
 * bad descriptors, wrong modes, directories and pipes.
 */
#include "check.h"
#include <sys/ioctl.h>
#include <sys/mman.h>

static void run(const char *what, int fd)
{
	char buf[16];
	int n;

	say("%s", what);
	show("read", read(fd, buf, 16));
	show("read 0", read(fd, buf, 0));
	show("write", write(fd, "x", 1));
	show("write 0", write(fd, "x", 0));
	show("pread", pread(fd, buf, 16, 0));
	show("pread negative", pread(fd, buf, 16, -1));
	show("pwrite", pwrite(fd, "x", 1, 0));
	show("lseek", lseek(fd, 0, SEEK_SET));
	show("lseek negative", lseek(fd, -1, SEEK_SET));
	show("lseek unknown", lseek(fd, 0, 99));
	show("ftruncate", ftruncate(fd, 0));
	show("fsync", fsync(fd));
	show("FIONREAD", ioctl(fd, FIONREAD, &n));
	show("unknown ioctl", ioctl(fd, 0x12345678, &n));
	show("F_GETFL", fcntl(fd, F_GETFL) == -1 ? -1 : 0);
	show("unknown fcntl", fcntl(fd, 9999, 0));
	show("fchdir", fchdir(fd));
	show("dup2 to -1", dup2(fd, -1));
	show("dup3 to itself", dup3(fd, fd, 0));
}

int main(void)
{
	int p[2];

	write_file("f", "0123456789");
	mkdir("d", 0755);
	xpipe(p);
	if (write(p[1], "0123456789", 10) != 10)
		die("write");
	run("closed", 999);
	run("negative", -1);
	run("directory", open("d", O_RDONLY));
	if (chdir("..") < 0)
		die("chdir");
	run("pipe, read end", p[0]);
	close(p[0]);
	signal(SIGPIPE, SIG_IGN);
	run("pipe, write end", p[1]);
	return 0;
}
