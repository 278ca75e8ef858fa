/* tests/syscalls/dev_fd.c - /dev/fd, /dev/stdin, /dev/stdout and /dev/stderr. */
#include "fs_check.h"

int main(void)
{
	char path[64], buf[32];
	int fd, p[2];

	show_link("/dev/fd", "/dev/fd");
	show_link("/dev/stdin", "/dev/stdin");
	show_link("/dev/stdout", "/dev/stdout");
	show_link("/dev/stderr", "/dev/stderr");
	write_file("f", "0123456789");
	fd = xopen("f", O_RDONLY, 0);
	must(lseek(fd, 5, SEEK_SET));
	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	fd = open(path, O_RDONLY);
	show_fd("file", fd);
	show_read("a position of its own", read(fd, buf, 32), buf);
	xpipe(p);
	must(write(p[1], "through the pipe", 16));
	snprintf(path, sizeof(path), "/dev/fd/%d", p[0]);
	fd = open(path, O_RDONLY);
	show_fd("pipe", fd);
	show_read("read", read(fd, buf, 32), buf);
	must(dup2(p[0], 0));
	must(write(p[1], "to stdin", 8));
	fd = open("/dev/stdin", O_RDONLY);
	show_fd("/dev/stdin", fd);
	show_read("read", read(fd, buf, 32), buf);
	snprintf(path, sizeof(path), "/dev/fd/%d", closed_fd());
	show_fd("closed", open(path, O_RDONLY));
	show_fd("not a number", open("/dev/fd/x", O_RDONLY));
	return 0;
}
