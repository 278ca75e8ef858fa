/* tests/syscalls/pipe_poll_hup.c - poll(2) on a pipe of which one end is closed. */
#include "fs_check.h"

int main(void)
{
	char buf[8];
	int p[2], q[2];

	xpipe(p);
	must(write(p[1], "abc", 3));
	close(p[1]);
	show_ready("data, no writer", p[0], POLLIN | POLLOUT | POLLRDHUP);
	show_ready("asking for nothing", p[0], 0);
	must(read(p[0], buf, 8));
	show_ready("no data, no writer", p[0], POLLIN | POLLOUT | POLLRDHUP);
	show("read", read(p[0], buf, 8));
	xpipe(q);
	close(q[0]);
	show_ready("no reader", q[1], POLLIN | POLLOUT);
	show_ready("asking for nothing", q[1], 0);
	close(q[1]);
	if (pipe2(q, O_NONBLOCK) < 0)
		die("pipe2");
	fill_up(q[1]);
	show_ready("full", q[1], POLLOUT);
	close(q[0]);
	show_ready("full, no reader", q[1], POLLOUT);
	return 0;
}
