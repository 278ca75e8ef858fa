/* tests/syscalls/epoll_oneshot.c - epoll(7): EPOLLONESHOT disarms after one event. */
#include "fs_check.h"
#include <sys/epoll.h>

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
	struct epoll_event ev = {.events = EPOLLIN | EPOLLONESHOT, .data.fd = 1};
	int p[2];

	ep = epoll_create1(0);
	xpipe(p);
	show("add", epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	wait_now("nothing");
	must(write(p[1], "a", 1));
	wait_now("first");
	wait_now("disarmed");
	must(write(p[1], "b", 1));
	wait_now("even with new data");
	show("add again", epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	ev.data.fd = 2;
	show("modify", epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev));
	wait_now("armed");
	wait_now("disarmed");
	close(p[1]);
	wait_now("hangup while disarmed");
	show("modify", epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev));
	wait_now("armed");
	ev = (struct epoll_event){.events = EPOLLIN | EPOLLONESHOT | EPOLLET, .data.fd = 3};
	show("with EPOLLET", epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev));
	wait_now("armed");
	wait_now("disarmed");
	show("remove", epoll_ctl(ep, EPOLL_CTL_DEL, p[0], NULL));
	return 0;
}
