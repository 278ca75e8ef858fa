/* tests/syscalls/unix_poll.c - poll(2) and epoll(7) of sockets in all states. */
#include "fs_check.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#define ALL (POLLIN | POLLPRI | POLLOUT | POLLRDHUP | POLLRDNORM | POLLWRNORM)

static void states(int type)
{
	char block[4096];
	int s[2];

	say("type %d:", type);
	show_ready("fresh", must(socket(AF_UNIX, type, 0)), ALL);
	must(socketpair(AF_UNIX, type, 0, s));
	show_ready("pair", s[0], ALL);
	must(write(s[1], "x", 1));
	show_ready("readable", s[0], ALL);
	while (send(s[0], block, sizeof(block), MSG_DONTWAIT) > 0)
		;
	show_ready("full", s[0], ALL);
	must(read(s[1], block, sizeof(block)));
	show_ready("almost full", s[0], ALL);
	while (recv(s[1], block, sizeof(block), MSG_DONTWAIT) > 0)
		;
	show_ready("empty", s[0], ALL);
	shutdown(s[1], SHUT_WR);
	show_ready("half", s[0], ALL);
	show_ready("half, other side", s[1], ALL);
	shutdown(s[0], SHUT_WR);
	show_ready("both", s[0], ALL);
	show_ready("both, other side", s[1], ALL);
	close(s[1]);
	show_ready("closed", s[0], ALL);
	must(socketpair(AF_UNIX, type, 0, s));
	must(write(s[0], "unread", 6));
	close(s[1]);
	show_ready("closed with unread data", s[0], ALL);
	show("read", recv(s[0], block, 1, MSG_DONTWAIT));
	show_ready("afterwards", s[0], ALL);
}

int main(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "sock"};
	struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET}, out[4];
	int l, c, s[2], ep = must(epoll_create1(0));
	struct pollfd p;
	char b;

	states(SOCK_STREAM);
	states(SOCK_DGRAM);
	states(SOCK_SEQPACKET);
	l = must(socket(AF_UNIX, SOCK_STREAM, 0));
	must(bind(l, (struct sockaddr *)&a, sizeof(a)));
	must(listen(l, 1));
	show_ready("listening", l, ALL);
	if (xfork() == 0) {
		nap_ms(20);
		c = must(socket(AF_UNIX, SOCK_STREAM, 0));
		must(connect(c, (struct sockaddr *)&a, sizeof(a)));
		_exit(0);
	}
	p = (struct pollfd){.fd = l, .events = POLLIN};
	show_poll("wait for a connection", poll(&p, 1, 5000), p.revents);
	xwait(-1);
	close(accept(l, NULL, NULL));

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	must(epoll_ctl(ep, EPOLL_CTL_ADD, s[0], &ev));
	show("first", epoll_wait(ep, out, 4, 0));
	show_val("  events", out[0].events);
	show("edge", epoll_wait(ep, out, 4, 0));
	must(write(s[1], "x", 1));
	show("data", epoll_wait(ep, out, 4, 0));
	show_val("  events", out[0].events);
	must(write(s[1], "y", 1));
	show("more data", epoll_wait(ep, out, 4, 0));
	show("nothing new", epoll_wait(ep, out, 4, 0));
	must(read(s[0], &b, 1));
	shutdown(s[1], SHUT_WR);
	show("shut down", epoll_wait(ep, out, 4, 0));
	show_val("  events", out[0].events);
	if (xfork() == 0) {
		close(s[0]);
		nap_ms(20);
		_exit(0);
	}
	close(s[1]);
	show("closed", epoll_wait(ep, out, 4, 5000));
	xwait(-1);
	show("by the last one", epoll_wait(ep, out, 4, 1000));
	show_val("  events", out[0].events);
	return 0;
}
