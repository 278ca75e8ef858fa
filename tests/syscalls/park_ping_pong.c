/*
 * tests/syscalls/park_ping_pong.c - two processes that wait for each other in turn, through everything that
 * can be waited for: each answer is the one to the last question.
 */
#include "check.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include "inet_check.h"

#define ROUNDS 300

typedef long wait_fn(int fd);

static long wait_not(int fd)
{
	(void)fd;
	return 1;
}

static long wait_poll(int fd)
{
	struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = -1}};

	return poll(p, 2, -1);
}

static long wait_poll_time(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 60000);
}

static long wait_ppoll(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	sigset_t none;

	sigemptyset(&none);
	return ppoll(&p, 1, NULL, &none);
}

static long wait_select(int fd)
{
	struct timeval tv = {60, 0};
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	return select(fd + 1, &set, NULL, NULL, &tv);
}

static int epoll_of(int fd, uint32_t events)
{
	struct epoll_event e = {.events = EPOLLIN | events, .data.fd = fd};
	int ep = epoll_create1(0);

	if (ep < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e) != 0)
		die("epoll");
	return ep;
}

static int ep; /* of this process */

static long wait_epoll(int fd)
{
	struct epoll_event e[4];

	return epoll_wait(ep, e, 4, -1) == 1 && e[0].data.fd == fd;
}

static long wait_epoll_time(int fd)
{
	struct epoll_event e;

	return epoll_wait(ep, &e, 1, 60000) == 1 && e.data.fd == fd;
}

/* How many questions or answers went wrong. */
static int talk(int in, int out, bool first, wait_fn *fn, size_t size)
{
	uint64_t v = 0;
	int wrong = 0;

	for (uint64_t i = 1; i <= ROUNDS; i++) {
		if (first)
			wrong += write(out, &i, size) != (long)size;
		wrong += fn(in) != 1;
		wrong += read(in, &v, size) != (long)size;
		wrong += memcmp(&v, &i, size) != 0;
		if (!first)
			wrong += write(out, &v, size) != (long)size;
		if (wrong)
			return wrong;
	}
	return 0;
}

static void ping_pong(const char *what, int a[2], int b[2], wait_fn *fn, bool with_epoll,
		      uint32_t events, size_t size)
{
	pid_t pid = xfork();
	int in = pid == 0 ? a[0] : b[0], wrong;

	if (with_epoll)
		ep = epoll_of(in, events);
	if (pid == 0)
		_exit(talk(in, b[1], false, fn, size));
	wrong = talk(in, a[1], true, fn, size);
	show_val(what, wrong + xwait(pid));
	if (with_epoll)
		close(ep);
}

static void pipes(void)
{
	int a[2], b[2];

	xpipe(a);
	xpipe(b);
	ping_pong("pipe", a, b, wait_not, false, 0, 1);
	ping_pong("pipe, poll", a, b, wait_poll, false, 0, 8);
	ping_pong("pipe, poll with time", a, b, wait_poll_time, false, 0, 1);
	ping_pong("pipe, ppoll with mask", a, b, wait_ppoll, false, 0, 1);
	ping_pong("pipe, select", a, b, wait_select, false, 0, 1);
	ping_pong("pipe, epoll", a, b, wait_epoll, true, 0, 1);
	ping_pong("pipe, epoll by edge", a, b, wait_epoll, true, EPOLLET, 8);
	ping_pong("pipe, epoll with time", a, b, wait_epoll_time, true, 0, 1);
}

static void both_ways(const char *what, const char *what2, int one, int two)
{
	int a[2] = {one, two}, b[2] = {two, one};

	ping_pong(what, a, b, wait_not, false, 0, 8);
	ping_pong(what2, a, b, wait_epoll, true, 0, 8);
	close(one);
	close(two);
}

static void sockets(void)
{
	int u[2], d[2], t[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, u) != 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, d) != 0)
		die("socketpair");
	connected(AF_INET, t);
	both_ways("unix", "unix, epoll", u[0], u[1]);
	both_ways("packets", "packets, epoll", d[0], d[1]);
	both_ways("tcp", "tcp, epoll", t[0], t[1]);
}

static void eventfds(void)
{
	int x = eventfd(0, 0), y = eventfd(0, 0);
	int a[2] = {x, x}, b[2] = {y, y};

	ping_pong("eventfd", a, b, wait_not, false, 0, 8);
	ping_pong("eventfd, poll", a, b, wait_poll, false, 0, 8);
}

int main(void)
{
	alarm(240);
	pipes();
	sockets();
	eventfds();
	return 0;
}
