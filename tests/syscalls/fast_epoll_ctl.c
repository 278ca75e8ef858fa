/* tests/syscalls/fast_epoll_ctl.c - epoll_ctl(2) many times over, with events at the end of memory and none. */
#include "fs_check.h"
#include <sys/epoll.h>
#include <sys/mman.h>

static int ep, ends[2];

static void at_the_end(char *page, int fd)
{
	struct epoll_event *last = (void *)(page + 4096 - sizeof(struct epoll_event));

	epoll_ctl(ep, EPOLL_CTL_DEL, fd, NULL);
	*last = (struct epoll_event){.events = EPOLLIN, .data.u64 = 7};
	show("last bytes of a page", epoll_ctl(ep, EPOLL_CTL_ADD, fd, last));
	show("beyond", epoll_ctl(ep, EPOLL_CTL_MOD, fd, (void *)(page + 4096)));
	show("half of it", epoll_ctl(ep, EPOLL_CTL_MOD, fd, (void *)(page + 4090)));
	show("none", epoll_ctl(ep, EPOLL_CTL_MOD, fd, NULL_PTR));
	show("none to be taken out", epoll_ctl(ep, EPOLL_CTL_DEL, fd, BAD_PTR));
}

int main(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t sum = 0;

	must(page != MAP_FAILED ? 0 : -1);
	must(mprotect(page + 4096, 4096, PROT_NONE));
	must(ep = epoll_create1(0));
	must(pipe(ends));
	for (uint64_t i = 0; i < 3000; i++) {
		struct epoll_event ev = {.events = i % 2 ? EPOLLIN : EPOLLOUT,
					 .data.u64 = i << 40 | i};
		int fd = ends[i % 2], n;

		if (i % 500 == 499)
			at_the_end(page, fd);
		if (epoll_ctl(ep, EPOLL_CTL_MOD, fd, &ev) < 0 &&
		    epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev) < 0)
			say("%d: %s", (int)i, errno_name(errno));
		n = epoll_wait(ep, &ev, 1, 0);
		sum = sum * 31 + (n > 0 ? ev.data.u64 + ev.events : 1);
	}
	say("sum %llx", (unsigned long long)sum);
	return 0;
}
