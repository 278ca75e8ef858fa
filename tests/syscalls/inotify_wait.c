/* tests/syscalls/inotify_wait.c - inotify(7): a blocked read is woken by another process. */
#include "fs_check.h"
#include <sys/epoll.h>
#include <sys/inotify.h>

int main(void)
{
	char buf[512] __attribute__((aligned(8)));
	struct inotify_event *e = (void *)buf;
	struct epoll_event ev = {.events = EPOLLIN};
	int in = inotify_init1(0), ep = epoll_create1(0);
	ssize_t n;

	xmkdir("d", 0755);
	must(inotify_add_watch(in, "d", IN_CREATE));
	if (xfork() == 0) {
		nap_ms(20);
		write_file("d/one", "x");
		_exit(0);
	}
	n = read(in, buf, sizeof(buf));
	show_true("event", n > 0 && e->mask == IN_CREATE);
	show_str("name", e->name);
	xwait(-1);
	must(epoll_ctl(ep, EPOLL_CTL_ADD, in, &ev));
	show("epoll_wait", epoll_wait(ep, &ev, 1, 0));
	if (xfork() == 0) {
		nap_ms(20);
		write_file("d/two", "x");
		_exit(0);
	}
	show("epoll_wait", epoll_wait(ep, &ev, 1, -1));
	n = read(in, buf, sizeof(buf));
	show_true("event", n > 0 && e->mask == IN_CREATE);
	show_str("name", e->name);
	xwait(-1);
	pest_start();
	n = read(in, buf, sizeof(buf));
	pest_stop();
	show("interrupted", n);
	/* A child shares the queue. */
	if (xfork() == 0) {
		write_file("d/three", "x");
		n = read(in, buf, sizeof(buf));
		show_str("the child reads", e->name);
		_exit(0);
	}
	xwait(-1);
	show_ready("nothing is left", in, POLLIN);
	return 0;
}
