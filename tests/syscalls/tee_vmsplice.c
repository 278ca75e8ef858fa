/* tests/syscalls/tee_vmsplice.c - tee(2) and vmsplice(2): copies inside and into pipes. */
#include "fs_check.h"
#include <sys/uio.h>

int main(void)
{
	char buf[64], one[4] = "one", two[4] = "two";
	struct iovec iov[2] = {{one, 3}, {two, 3}};
	int fd = xopen("f", O_RDWR | O_CREAT, 0644), p[2], q[2];

	xpipe(p);
	xpipe(q);
	if (write(p[1], "abcdef", 6) != 6)
		die("write");
	show("tee", tee(p[0], q[1], 4, 0));
	show_read("copy", read(q[0], buf, sizeof(buf)), buf);
	show_read("original", read(p[0], buf, sizeof(buf)), buf);
	show("tee, empty, NONBLOCK", tee(p[0], q[1], 4, SPLICE_F_NONBLOCK));
	show("tee nothing", tee(p[0], q[1], 0, 0));
	if (write(p[1], "xy", 2) != 2)
		die("write");
	show("tee more than there is", tee(p[0], q[1], 100, 0));
	show_read("copy", read(q[0], buf, sizeof(buf)), buf);
	show("tee to the same pipe", tee(p[0], p[1], 1, 0));
	show("tee to a file", tee(p[0], fd, 1, 0));
	show("tee from a file", tee(fd, q[1], 1, 0));
	show("tee from closed", tee(closed_fd(), q[1], 1, 0));
	show("tee, wrong ends", tee(p[1], q[0], 1, 0));
	show("tee, unknown flag", tee(p[0], q[1], 1, 0x100));

	show("vmsplice", vmsplice(q[1], iov, 2, 0));
	show_read("read", read(q[0], buf, sizeof(buf)), buf);
	show("vmsplice nothing", vmsplice(q[1], iov, 0, 0));
	show("write", write(q[1], "123456789", 9));
	show("vmsplice from a pipe", vmsplice(q[0], iov, 2, 0));
	show_data("first", one, 3);
	show_data("second", two, 3);
	show_read("rest", read(q[0], buf, sizeof(buf)), buf);
	iov[0].iov_base = bad_addr();
	show("vmsplice, bad memory", vmsplice(q[1], iov, 1, 0));
	show("vmsplice, bad vector", vmsplice(q[1], bad_addr(), 1, 0));
	show("vmsplice, unknown flag", vmsplice(q[1], iov, 1, 0x100));
	show("vmsplice on a file", vmsplice(fd, iov, 1, 0));
	show("vmsplice on closed", vmsplice(closed_fd(), iov, 1, 0));
	show("vmsplice, 1025 vectors", vmsplice(q[1], iov, 1025, 0));
	return 0;
}
