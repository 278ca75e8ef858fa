/* tests/syscalls/epoll_close.c - epoll(7): closed and duplicated descriptors. */
#include "fs_check.h"
#include <sys/epoll.h>

static int ep;

static int by_data(const void *a, const void *b)
{
	return ((const struct epoll_event *)a)->data.fd - ((const struct epoll_event *)b)->data.fd;
}

static void wait_now(const char *what)
{
	struct epoll_event ev[8];
	int n = epoll_wait(ep, ev, 8, 0);

	show(what, n);
	if (n > 1)
		qsort(ev, n, sizeof(ev[0]), by_data);
	for (int i = 0; i < n; i++)
		say("  data %d, events 0x%x", ev[i].data.fd, ev[i].events);
}

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = 1};
	int p[2], d, old;

	ep = epoll_create1(0);
	xpipe(p);
	must(write(p[1], "x", 1));
	must(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	wait_now("open");
	d = dup(p[0]);
	ev.data.fd = 2;
	show("add the duplicate as well", epoll_ctl(ep, EPOLL_CTL_ADD, d, &ev));
	wait_now("both");
	old = p[0];
	close(old);
	/* The open file lives on in the duplicate, so both go on to report. */
	wait_now("first closed");
	show("remove the closed one", epoll_ctl(ep, EPOLL_CTL_DEL, old, &ev));
	close(d);
	wait_now("both closed");
	/* The same number for another file. */
	xpipe(p);
	show_true("the number is used again", p[0] == old);
	ev.data.fd = 3;
	show("add", epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	wait_now("empty");
	must(write(p[1], "y", 1));
	wait_now("data");
	d = fcntl(p[1], F_DUPFD, 0);
	dup2(d, p[0]);
	wait_now("replaced by dup2");
	show("add the replacement", epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	show("remove it", epoll_ctl(ep, EPOLL_CTL_DEL, p[0], &ev));
	return 0;
}
