/*
 * tests/syscalls/poll_basic.c - poll(2): several descriptors, zero timeout, negative descriptors.
 */
#include "fs_check.h"
#include <sys/socket.h>

int main(void)
{
	struct pollfd f[6];
	int p[2], s[2], ret;
	long t;

	xpipe(p);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
		die("socketpair");
	f[0] = (struct pollfd){p[0], POLLIN, -1};
	f[1] = (struct pollfd){p[1], POLLOUT, -1};
	f[2] = (struct pollfd){-1, POLLIN, -1};
	f[3] = (struct pollfd){s[0], POLLIN | POLLOUT, -1};
	f[4] = (struct pollfd){s[0], POLLIN, -1};
	f[5] = (struct pollfd){-77, 0, -1};
	ret = poll(f, 6, 0);
	show("six", ret);
	for (int i = 0; i < 6; i++)
		show_poll("  revents", 0, f[i].revents);
	must(write(p[1], "x", 1));
	must(write(s[1], "x", 1));
	ret = poll(f, 6, 0);
	show("with data", ret);
	for (int i = 0; i < 6; i++)
		show_poll("  revents", 0, f[i].revents);
	ret = poll(f, 6, -1);
	show("no need to wait", ret);
	t = now_ms();
	f[0].fd = -1;
	ret = poll(f, 1, 15);
	show("only a negative one", ret);
	show_true("the time has passed", now_ms() - t >= 14);
	t = now_ms();
	ret = poll(NULL, 0, 15);
	show("none", ret);
	show_true("the time has passed", now_ms() - t >= 14);
	show("none, no time", poll(NULL, 0, 0));
	return 0;
}
