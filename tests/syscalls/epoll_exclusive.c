/* tests/syscalls/epoll_exclusive.c - epoll(7): EPOLLEXCLUSIVE, what it combines with. */
#include "fs_check.h"
#include <sys/epoll.h>

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN | EPOLLEXCLUSIVE}, out[4];
	int ep = epoll_create1(0), ep2 = epoll_create1(0), inner = epoll_create1(0), p[2];

	xpipe(p);
	show("add", epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	show("add to another", epoll_ctl(ep2, EPOLL_CTL_ADD, p[0], &ev));
	must(write(p[1], "x", 1));
	show("wait", epoll_wait(ep, out, 4, 0));
	show("wait on the other", epoll_wait(ep2, out, 4, 0));
	ev.events = EPOLLIN;
	show("modify an exclusive one", epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev));
	ev.events = EPOLLIN | EPOLLEXCLUSIVE;
	show("remove", epoll_ctl(ep, EPOLL_CTL_DEL, p[0], &ev));
	ev.events = EPOLLIN;
	show("add without it", epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	ev.events = EPOLLIN | EPOLLEXCLUSIVE;
	show("modify to exclusive", epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev));
	show("remove", epoll_ctl(ep, EPOLL_CTL_DEL, p[0], &ev));
	ev.events = EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT;
	show("with EPOLLONESHOT", epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	ev.events = EPOLLIN | EPOLLEXCLUSIVE | EPOLLPRI;
	show("with EPOLLPRI", epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	ev.events = EPOLLIN | EPOLLEXCLUSIVE;
	show("an epoll", epoll_ctl(ep, EPOLL_CTL_ADD, inner, &ev));
	ev.events = EPOLLIN | EPOLLOUT | EPOLLET | EPOLLEXCLUSIVE;
	show("with EPOLLET", epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	return 0;
}
