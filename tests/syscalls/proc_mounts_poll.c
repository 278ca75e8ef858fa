/* tests/syscalls/proc_mounts_poll.c - polling /proc/self/mounts: always readable, in epolls too. */
#include "check.h"
#include <poll.h>
#include <sys/epoll.h>

int main(void)
{
	struct pollfd p = {.events = POLLPRI | POLLIN};
	struct epoll_event ev = {.events = EPOLLPRI};
	int ep = epoll_create1(0);

	p.fd = open("/proc/self/mounts", O_RDONLY);
	show("poll", poll(&p, 1, 0));
	show("revents", p.revents & (POLLIN | POLLERR | POLLPRI));
	show("epoll_ctl", epoll_ctl(ep, EPOLL_CTL_ADD, p.fd, &ev));
	show("epoll_wait", epoll_wait(ep, &ev, 1, 0));
	return 0;
}
