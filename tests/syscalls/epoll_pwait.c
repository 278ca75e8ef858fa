/* tests/syscalls/epoll_pwait.c - epoll_pwait(2), epoll_pwait2(2): signal mask and nanoseconds. */
#include "fs_check.h"
#include <sys/epoll.h>

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN}, out[4];
	sigset_t block, empty, now;
	struct timespec ts = {0, 15000000};
	int ep = epoll_create1(0), p[2];
	long t;

	xpipe(p);
	must(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	catch_signal(SIGUSR1, count_signal, 0);
	sigemptyset(&empty);
	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	sigprocmask(SIG_BLOCK, &block, NULL);
	kill(getpid(), SIGUSR1);
	show("blocked", epoll_pwait(ep, out, 4, 0, NULL));
	show_val("signals", signals_seen);
	show("let in", epoll_pwait(ep, out, 4, 10000, &empty));
	show_val("signals", signals_seen);
	sigprocmask(SIG_SETMASK, NULL, &now);
	show_true("blocked again", sigismember(&now, SIGUSR1));
	kill(getpid(), SIGUSR1);
	must(write(p[1], "x", 1));
	show("ready and pending", epoll_pwait(ep, out, 4, 10000, &empty));
	show_val("signals", signals_seen);
	sigprocmask(SIG_SETMASK, &empty, NULL);
	show_val("signals", signals_seen);
	show("pwait2, ready", raw(SYS_epoll_pwait2, ep, out, 4, &ts, NULL, 8));
	must(read(p[0], &(char){0}, 1));
	t = now_ms();
	show("pwait2, 15 ms", raw(SYS_epoll_pwait2, ep, out, 4, &ts, NULL, 8));
	show_true("not too early", now_ms() - t >= 14);
	ts = (struct timespec){0, 0};
	show("pwait2, no time", raw(SYS_epoll_pwait2, ep, out, 4, &ts, NULL, 8));
	ts.tv_nsec = 1000000000;
	show("pwait2, bad time", raw(SYS_epoll_pwait2, ep, out, 4, &ts, NULL, 8));
	ts = (struct timespec){-1, 0};
	show("pwait2, negative time", raw(SYS_epoll_pwait2, ep, out, 4, &ts, NULL, 8));
	show("pwait2, bad pointer", raw(SYS_epoll_pwait2, ep, out, 4, bad_addr(), NULL, 8));
	return 0;
}
