/* tests/syscalls/epoll_edge.c - epoll(7): EPOLLET reports a change once. */
#include "fs_check.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

static int ep;

static void wait_now(const char *what)
{
	struct epoll_event ev[8];
	int n = epoll_wait(ep, ev, 8, 0);

	show(what, n);
	for (int i = 0; i < n; i++)
		say("  data %d, events 0x%x", ev[i].data.fd, ev[i].events);
}

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET, .data.fd = 1};
	char buf[8];
	int p[2], e;

	ep = epoll_create1(0);
	if (pipe2(p, O_NONBLOCK) < 0)
		die("pipe2");
	must(write(p[1], "a", 1));
	show("add with data in it", epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	wait_now("first");
	wait_now("second");
	must(write(p[1], "b", 1));
	wait_now("more data");
	wait_now("again");
	must(read(p[0], buf, 1));
	wait_now("after a partial read");
	must(read(p[0], buf, 8));
	wait_now("after the rest");
	must(write(p[1], "c", 1));
	wait_now("new data");
	must(write(p[1], "d", 1));
	must(write(p[1], "e", 1));
	wait_now("two writes, one event");
	wait_now("again");
	show("modify", epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev));
	wait_now("a modification arms it");
	wait_now("again");
	close(p[1]);
	wait_now("hangup");
	wait_now("again");

	e = eventfd(0, EFD_NONBLOCK);
	ev = (struct epoll_event){.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.fd = 2};
	show("eventfd", epoll_ctl(ep, EPOLL_CTL_ADD, e, &ev));
	wait_now("writable");
	wait_now("again");
	eventfd_write(e, 1);
	wait_now("after a write");
	eventfd_write(e, 1);
	wait_now("after another");
	wait_now("again");
	return 0;
}
