/* tests/syscalls/proc_fdinfo.c - /proc/self/fdinfo/N: position and flags. */
#include "fs_check.h"

static void info(const char *what, int fd)
{
	char path[64], buf[1024], *p;
	long pos = -1;
	unsigned int flags = 0;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	if (read_file(path, buf, sizeof(buf)) < 0) {
		show(what, -1);
		return;
	}
	if ((p = strstr(buf, "pos:\t")))
		pos = atol(p + 5);
	if ((p = strstr(buf, "flags:\t")))
		flags = strtoul(p + 7, NULL, 8);
	say("%s: pos %ld, flags 0%o", what, pos, flags);
}

int main(void)
{
	char buf[8];
	int fd, p[2];

	write_file("f", "0123456789");
	fd = xopen("f", O_RDONLY, 0);
	info("read-only", fd);
	must(read(fd, buf, 4));
	info("after a read", fd);
	must(lseek(fd, 100, SEEK_SET));
	info("after a seek", fd);
	xfcntl(fd, F_SETFD, FD_CLOEXEC);
	info("with FD_CLOEXEC", fd);
	info("append", xopen("f", O_WRONLY | O_APPEND | O_CLOEXEC, 0));
	info("both, not blocking", xopen("f", O_RDWR | O_NONBLOCK, 0));
	info("O_PATH", xopen("f", O_PATH, 0));
	info("directory", xopen(".", O_RDONLY | O_DIRECTORY, 0));
	xpipe(p);
	info("pipe, read", p[0]);
	info("pipe, write", p[1]);
	info("closed", closed_fd());
	return 0;
}
