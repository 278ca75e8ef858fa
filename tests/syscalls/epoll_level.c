/* tests/syscalls/epoll_level.c - epoll(7): level-triggered events of pipes. */
#include "fs_check.h"
#include <sys/epoll.h>

static int ep;

static void wait_now(const char *what)
{
	struct epoll_event ev[8];
	int n = epoll_wait(ep, ev, 8, 0);

	show(what, n);
	for (int i = 0; i < n; i++)
		say("  data %llu, events 0x%x", (unsigned long long)ev[i].data.u64, ev[i].events);
}

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.u64 = 0x123456789abcULL};
	char buf[8];
	int p[2];

	if (pipe2(p, O_NONBLOCK) < 0)
		die("pipe2");
	ep = epoll_create1(0);
	show_fd("epoll_create1", ep);
	show("add read end", epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	wait_now("nothing");
	must(write(p[1], "ab", 2));
	wait_now("data");
	wait_now("still");
	must(read(p[0], buf, 1));
	wait_now("less");
	must(read(p[0], buf, 1));
	wait_now("empty");
	ev = (struct epoll_event){.events = EPOLLOUT, .data.u64 = 2};
	show("add write end", epoll_ctl(ep, EPOLL_CTL_ADD, p[1], &ev));
	wait_now("room");
	fill_up(p[1]);
	show("remove read end", epoll_ctl(ep, EPOLL_CTL_DEL, p[0], NULL));
	wait_now("full");
	must(read(p[0], (char[4096]){0}, 4096));
	wait_now("room again");
	close(p[0]);
	wait_now("no reader");
	show("remove", epoll_ctl(ep, EPOLL_CTL_DEL, p[1], NULL));
	wait_now("empty set");
	xpipe(p);
	ev = (struct epoll_event){.events = 0, .data.u64 = 3};
	show("add with no events", epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	must(write(p[1], "x", 1));
	wait_now("data is not asked for");
	close(p[1]);
	wait_now("a hangup always comes");
	return 0;
}
