/*
 * tests/syscalls/timerfd_basic.c - timerfd_create(2) and friends: reading expirations, blocking and
 * not, gettime, disarming, poll and epoll.
 */
#include "check.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

static int fd;

static int ready(int timeout)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN | POLLOUT};
	int r = poll(&pfd, 1, timeout);

	return r > 0 ? pfd.revents : r;
}

int main(void)
{
	struct itimerspec its = {{0, 0}, {0, 2000000}}, off = {0}, old;
	struct epoll_event ev = {.events = EPOLLIN};
	int ep = epoll_create1(0);
	uint64_t n = 0;

	fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	show_fd("create", fd < 0 ? fd : 0);
	show("F_GETFD", fcntl(fd, F_GETFD));
	show("read, not armed", read(fd, &n, 8));
	show("poll, not armed", ready(0));
	show("settime", timerfd_settime(fd, 0, &its, NULL));
	show_true("poll", ready(20000) == POLLIN);
	show("read", read(fd, &n, 8));
	show_val("expirations", n);
	show("read again", read(fd, &n, 8));
	show("poll", ready(0));
	show("gettime", timerfd_gettime(fd, &old));
	say("not armed: %ld %ld", old.it_value.tv_sec, old.it_value.tv_nsec);

	its.it_interval.tv_nsec = 1000000;
	show("interval", timerfd_settime(fd, 0, &its, NULL));
	nap_ms(20);
	show("read", read(fd, &n, 8));
	show_true("several expirations", n >= 10);
	show("gettime", timerfd_gettime(fd, &old));
	show_val("interval", old.it_interval.tv_nsec);
	show_true("value", old.it_value.tv_sec == 0 && old.it_value.tv_nsec <= 1000000);
	fcntl(fd, F_SETFL, 0);
	show("blocking read", read(fd, &n, 8));
	show_true("expirations", n >= 1);
	show("epoll_ctl", epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev));
	show("epoll_wait", epoll_wait(ep, &ev, 1, 20000));
	show("settime 0", timerfd_settime(fd, 0, &off, &old));
	show_val("old interval", old.it_interval.tv_nsec);
	/* A new setting takes pending expirations away. */
	show("poll", ready(0));
	its.it_value.tv_sec = 50;
	show("settime", timerfd_settime(fd, 0, &its, NULL));
	timerfd_gettime(fd, &old);
	show_true("value", old.it_value.tv_sec > 40 && old.it_value.tv_sec <= 50);
	return 0;
}
