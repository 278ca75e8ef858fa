/* tests/syscalls/epoll_nested.c - epoll(7): an epoll inside an epoll; poll on an epoll. */
#include "fs_check.h"
#include <sys/epoll.h>

static void wait_now(const char *what, int ep)
{
	struct epoll_event ev[8];
	int n = epoll_wait(ep, ev, 8, 0);

	show(what, n);
	for (int i = 0; i < n; i++)
		say("  data %d, events 0x%x", ev[i].data.fd, ev[i].events);
}

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = 1};
	int a = epoll_create1(0), b = epoll_create1(0), c = epoll_create1(0), p[2];

	xpipe(p);
	must(epoll_ctl(a, EPOLL_CTL_ADD, p[0], &ev));
	ev.data.fd = 2;
	show("b watches a", epoll_ctl(b, EPOLL_CTL_ADD, a, &ev));
	ev.data.fd = 3;
	ev.events = EPOLLIN | EPOLLET;
	show("c watches b, edge", epoll_ctl(c, EPOLL_CTL_ADD, b, &ev));
	wait_now("c", c);
	show_ready("poll a", a, POLLIN | POLLOUT);
	must(write(p[1], "x", 1));
	show_ready("poll a", a, POLLIN | POLLOUT);
	show_ready("poll b", b, POLLIN | POLLOUT);
	show_ready("poll c", c, POLLIN | POLLOUT);
	wait_now("c", c);
	wait_now("c again", c);
	wait_now("b", b);
	wait_now("b again", b);
	wait_now("a", a);
	must(read(p[0], &(char){0}, 1));
	wait_now("b, all read", b);
	wait_now("a, all read", a);
	show_ready("poll b", b, POLLIN);
	must(write(p[1], "y", 1));
	wait_now("c, new data", c);
	show("close the innermost", close(a));
	wait_now("b", b);
	show_ready("poll c", c, POLLIN);
	return 0;
}
