/* tests/syscalls/epoll_many.c - epoll_wait(2): more ready descriptors than fit take turns. */
#include "fs_check.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

#define FDS 20

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN}, out[FDS];
	int ep = epoll_create1(0), fds[FDS], seen[FDS] = {0}, min = 1000, max = 0, n;

	for (int i = 0; i < FDS; i++) {
		fds[i] = eventfd(1, 0);
		ev.data.fd = i;
		must(epoll_ctl(ep, EPOLL_CTL_ADD, fds[i], &ev));
	}
	show("all", epoll_wait(ep, out, FDS, 0));
	show("five", epoll_wait(ep, out, 5, 0));
	/* Eight rounds of five show every one twice. */
	for (int round = 0; round < 8; round++) {
		n = epoll_wait(ep, out, 5, 0);
		for (int i = 0; i < n; i++)
			seen[out[i].data.fd]++;
	}
	for (int i = 0; i < FDS; i++) {
		min = seen[i] < min ? seen[i] : min;
		max = seen[i] > max ? seen[i] : max;
	}
	say("seen between %d and %d times", min, max);
	for (int i = 0; i < FDS; i += 2)
		must(read(fds[i], &(uint64_t){0}, 8));
	show("half", epoll_wait(ep, out, FDS, 0));
	for (int i = 1; i < FDS; i += 2)
		close(fds[i]);
	show("none", epoll_wait(ep, out, FDS, 0));
	return 0;
}
