/* tests/syscalls/pty_slave_close.c - the master when no slave is open: EIO, POLLHUP, reopening. */
#include "pty_check.h"

int main(void)
{
	char buf[16];
	struct pty t = open_pty();
	int second;

	make_raw(t.slave);
	second = xopen(t.name, O_RDWR | O_NOCTTY, 0);
	type(t.slave, "last words");
	close(t.slave);
	expect_nothing("one slave closed", second);
	close(second);
	expect("data first", t.master, 10);
	show("then", read(t.master, buf, 16));
	show("again", read(t.master, buf, 16));
	show_ready("poll", t.master, POLLIN | POLLOUT);
	show("write", write(t.master, "input", 5));
	t.slave = xopen(t.name, O_RDWR | O_NOCTTY, 0);
	show_ready("poll, reopened", t.master, POLLIN | POLLOUT);
	type(t.slave, "hello");
	expect("read", t.master, 5);
	expect("input from before", t.slave, 5);
	close(t.slave);
	show("read, closed", read(t.master, buf, 16));
	/* A master that was never connected waits. */
	t.master = posix_openpt(O_RDWR | O_NOCTTY);
	show_ready("poll, new", t.master, POLLIN | POLLOUT);
	xfcntl(t.master, F_SETFL, O_RDWR | O_NONBLOCK);
	show("read, new", read(t.master, buf, 16));
	return 0;
}
