/* tests/syscalls/epoll_loop.c - epoll_ctl(2): circles and too deep nesting give ELOOP. */
#include "fs_check.h"
#include <sys/epoll.h>

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN};
	int a = epoll_create1(0), b = epoll_create1(0), c = epoll_create1(0), p[2];
	int chain[10];

	show("b in a", epoll_ctl(a, EPOLL_CTL_ADD, b, &ev));
	show("a in b", epoll_ctl(b, EPOLL_CTL_ADD, a, &ev));
	show("c in b", epoll_ctl(b, EPOLL_CTL_ADD, c, &ev));
	show("a in c", epoll_ctl(c, EPOLL_CTL_ADD, a, &ev));
	show("c in a", epoll_ctl(a, EPOLL_CTL_ADD, c, &ev));
	show("a in itself", epoll_ctl(a, EPOLL_CTL_ADD, a, &ev));
	show("its duplicate in itself", epoll_ctl(a, EPOLL_CTL_ADD, dup(a), &ev));
	show("remove b", epoll_ctl(a, EPOLL_CTL_DEL, b, &ev));
	show("remove c", epoll_ctl(a, EPOLL_CTL_DEL, c, &ev));
	show("a in c", epoll_ctl(c, EPOLL_CTL_ADD, a, &ev));
	xpipe(p);
	for (int i = 0; i < 10; i++)
		chain[i] = epoll_create1(0);
	for (int i = 1; i < 10; i++) {
		if (epoll_ctl(chain[i], EPOLL_CTL_ADD, chain[i - 1], &ev) < 0) {
			show("chain ends", -1);
			show_val("at", i);
			break;
		}
	}
	show("a pipe at the bottom", epoll_ctl(chain[0], EPOLL_CTL_ADD, p[0], &ev));
	return 0;
}
