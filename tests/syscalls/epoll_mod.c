/* tests/syscalls/epoll_mod.c - epoll_ctl(2): EPOLL_CTL_MOD changes events and data. */
#include "fs_check.h"
#include <sys/epoll.h>
#include <sys/socket.h>

static int ep;

static void wait_now(const char *what)
{
	struct epoll_event ev[8];
	int n = epoll_wait(ep, ev, 8, 0);

	show(what, n);
	for (int i = 0; i < n; i++)
		say("  data %d, events 0x%x", ev[i].data.fd, ev[i].events);
}

static void modify(int fd, uint32_t events, int data)
{
	struct epoll_event ev = {.events = events, .data.fd = data};

	show("modify", epoll_ctl(ep, EPOLL_CTL_MOD, fd, &ev));
}

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = 1};
	int s[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
		die("socketpair");
	ep = epoll_create1(0);
	must(epoll_ctl(ep, EPOLL_CTL_ADD, s[0], &ev));
	wait_now("nothing");
	modify(s[0], EPOLLOUT, 2);
	wait_now("writable");
	must(write(s[1], "x", 1));
	wait_now("data, not asked for");
	modify(s[0], EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI, 3);
	wait_now("both");
	modify(s[0], 0, 4);
	wait_now("nothing asked for");
	modify(s[0], EPOLLIN | EPOLLRDNORM, 5);
	wait_now("reading");
	show("shutdown", shutdown(s[1], SHUT_WR));
	wait_now("shutdown, RDHUP not asked for");
	modify(s[0], EPOLLRDHUP, 6);
	wait_now("RDHUP");
	close(s[1]);
	wait_now("closed");
	modify(s[0], 0, 7);
	wait_now("nothing asked for");
	return 0;
}
