/* tests/syscalls/pty_wait.c - blocked reads on both ends, woken by data, close or a signal. */
#include "pty_check.h"
#include <sys/epoll.h>

int main(void)
{
	struct pty t = open_pty();
	struct epoll_event ev = {.events = EPOLLIN};
	char buf[32];
	int ep, ret;
	ssize_t n;

	set_lflags(t.slave, 0, ECHO);
	if (xfork() == 0) {
		nap_ms(20);
		type(t.master, "for the slave\n");
		_exit(0);
	}
	n = read(t.slave, buf, 32);
	show_read("slave", n, buf);
	xwait(-1);
	if (xfork() == 0) {
		nap_ms(20);
		type(t.slave, "m");
		_exit(0);
	}
	n = read(t.master, buf, 32);
	show_read("master", n, buf);
	xwait(-1);
	pest_start();
	ret = read(t.slave, buf, 32);
	pest_stop();
	show("slave, signal", ret);
	pest_start();
	ret = read(t.master, buf, 32);
	pest_stop();
	show("master, signal", ret);
	ep = epoll_create1(0);
	must(epoll_ctl(ep, EPOLL_CTL_ADD, t.slave, &ev));
	show("epoll", epoll_wait(ep, &ev, 1, 0));
	type(t.master, "half");
	show("epoll, half a line", epoll_wait(ep, &ev, 1, PTY_QUIET_MS));
	if (xfork() == 0) {
		nap_ms(20);
		type(t.master, "\n");
		_exit(0);
	}
	show("epoll, whole line", epoll_wait(ep, &ev, 1, -1));
	xwait(-1);
	must(read(t.slave, buf, 32));
	if (xfork() == 0) {
		close(t.slave);
		nap_ms(20);
		_exit(0);
	}
	close(t.slave);
	close(ep);
	n = read(t.master, buf, 32);
	show("master, last slave closed", n);
	xwait(-1);
	return 0;
}
