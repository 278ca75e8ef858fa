/* tests/syscalls/ftruncate_basic.c - ftruncate(2): longer, shorter, and what must not work. */
#include "fs_check.h"
#include <sys/socket.h>

int main(void)
{
	char buf[32];
	struct stat st;
	int fd, ro, p[2], s[2];

	write_file("f", "0123456789");
	fd = xopen("f", O_RDWR, 0);
	ro = xopen("f", O_RDONLY, 0);
	lseek(fd, 8, SEEK_SET);
	show("to 4", ftruncate(fd, 4));
	show_file("content", "f");
	show("position", lseek(fd, 0, SEEK_CUR));
	show("to 7", ftruncate(fd, 7));
	show_file("the new bytes are zero", "f");
	show("write at the position", write(fd, "x", 1));
	show_file("content", "f");
	show("to 0", ftruncate(fd, 0));
	show("to 100000", ftruncate(fd, 100000));
	fstat(fd, &st);
	show_val("size", st.st_size);
	show_read("in the middle", pread(fd, buf, 3, 50000), buf);
	show("to the same", ftruncate(fd, 100000));
	show("to -1", ftruncate(fd, -1));
	show("O_RDONLY", ftruncate(ro, 0));
	show("closed", ftruncate(closed_fd(), 0));
	show("-1", ftruncate(-1, 0));
	show("O_PATH", ftruncate(xopen("f", O_PATH, 0), 0));
	show("directory", ftruncate(xopen(".", O_RDONLY, 0), 0));
	xpipe(p);
	show("pipe", ftruncate(p[1], 0));
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
		die("socketpair");
	show("socket", ftruncate(s[0], 0));
	show("/dev/null", ftruncate(xopen("/dev/null", O_RDWR, 0), 0));
	/* Cut inside a page and grow again: nothing of the old content comes back. */
	pattern_fill(buf, sizeof(buf), 0);
	must(ftruncate(fd, 0));
	must(pwrite(fd, buf, 32, 0));
	show("to 5", ftruncate(fd, 5));
	show("to 32", ftruncate(fd, 32));
	show("read", pread(fd, buf, 32, 0));
	show_true("old part", pattern_ok(buf, 5, 0));
	show_true("rest is zero", all_zero(buf + 5, 27));
	return 0;
}
