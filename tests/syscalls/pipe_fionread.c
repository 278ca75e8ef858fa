/* tests/syscalls/pipe_fionread.c - ioctl FIONREAD and poll on both ends of a pipe. */
#include "fs_check.h"
#include <sys/ioctl.h>

static void state(const char *what, int p[2])
{
	int n = -1;

	show(what, ioctl(p[0], FIONREAD, &n));
	show_val("  bytes", n);
	show_ready("  read end", p[0], POLLIN | POLLOUT | POLLPRI | POLLRDNORM);
	show_ready("  write end", p[1], POLLIN | POLLOUT | POLLWRNORM);
}

int main(void)
{
	char buf[8];
	int p[2], n;

	if (pipe2(p, O_NONBLOCK) < 0)
		die("pipe2");
	state("empty", p);
	must(write(p[1], "abc", 3));
	state("three", p);
	must(read(p[0], buf, 1));
	state("two", p);
	must(read(p[0], buf, 2));
	fill_up(p[1]);
	state("full", p);
	must(read(p[0], buf, 1));
	state("one less", p);
	show("FIONREAD on the write end", ioctl(p[1], FIONREAD, &n));
	show_val("is", n);
	show("bad pointer", ioctl(p[0], FIONREAD, bad_addr()));
	show("unknown", ioctl(p[0], 0x12345, &n));
	return 0;
}
