/* tests/syscalls/epoll_wait_errors.c - epoll_wait(2), epoll_pwait(2): arguments and time limits. */
#include "fs_check.h"
#include <sys/epoll.h>

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN}, out[4];
	int ep = epoll_create1(0), p[2], ret;
	long t;

	xpipe(p);
	must(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	show("no room", raw(SYS_epoll_wait, ep, out, 0, 0));
	show("negative room", raw(SYS_epoll_wait, ep, out, -1, 0));
	show("huge room", raw(SYS_epoll_wait, ep, out, 0x7fffffff, 0));
	show("not an epoll", epoll_wait(p[0], out, 4, 0));
	show("closed", epoll_wait(closed_fd(), out, 4, 0));
	show("nothing", epoll_wait(ep, out, 4, 0));
	show("bad buffer, nothing ready", epoll_wait(ep, bad_addr(), 4, 0));
	t = now_ms();
	show("15 ms", epoll_wait(ep, out, 4, 15));
	show_true("not too early", now_ms() - t >= 14);
	pest_start();
	ret = epoll_wait(ep, out, 4, -1);
	pest_stop();
	show("signal", ret);
	must(write(p[1], "x", 1));
	show("bad buffer", epoll_wait(ep, bad_addr(), 4, 0));
	show("good buffer", epoll_wait(ep, out, 4, 0));
	show("no time limit", epoll_wait(ep, out, 4, -1));
	show("time limit -5", epoll_wait(ep, out, 4, -5));
	show("pwait, bad mask size", raw(SYS_epoll_pwait, ep, out, 4, 0, &(sigset_t){0}, 5));
	show("pwait, bad mask", raw(SYS_epoll_pwait, ep, out, 4, 0, bad_addr(), 8));
	show("pwait, no mask", raw(SYS_epoll_pwait, ep, out, 4, 0, NULL, 0));
	return 0;
}
