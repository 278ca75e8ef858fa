/* tests/syscalls/epoll_fork.c - epoll(7): an epoll that parent and child share. */
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
	int p[2], q[2];

	ep = epoll_create1(0);
	xpipe(p);
	xpipe(q);
	must(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	must(write(p[1], "x", 1));
	if (xfork() == 0) {
		wait_now("child");
		ev.data.fd = 2;
		show("child adds", epoll_ctl(ep, EPOLL_CTL_ADD, q[0], &ev));
		must(write(q[1], "y", 1));
		show("child removes", epoll_ctl(ep, EPOLL_CTL_DEL, p[0], &ev));
		_exit(0);
	}
	xwait(-1);
	wait_now("parent");
	show("parent adds what the child removed", epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	/* Descriptors that only the child has are reported to the parent too. */
	if (xfork() == 0) {
		int r[2], go[2];

		xpipe(r);
		xpipe(go);
		ev = (struct epoll_event){.events = EPOLLIN, .data.fd = 3};
		must(epoll_ctl(ep, EPOLL_CTL_ADD, r[0], &ev));
		must(write(r[1], "z", 1));
		_exit(0);
	}
	xwait(-1);
	wait_now("the child's pipe is gone with it");
	return 0;
}
