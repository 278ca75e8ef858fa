/* tests/syscalls/inet_connect.c - connect(2) of TCP: in progress, refused, interrupted, timed out. */
#include "inet_check.h"

static void on_alarm(int sig)
{
	(void)sig;
}

static void show_error(int fd)
{
	int err = -1;
	socklen_t len = sizeof(err);

	show("SO_ERROR", getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len));
	say("  %s", errno_name(err));
}

static void nonblocking(void)
{
	union addr a;
	int l = listener(AF_INET, &a, 5), c = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
	long r = connect(c, &a.sa, addr_len(&a));

	say("non-blocking: %d", r == 0 || errno == EINPROGRESS);
	poll_now("connected", c, 1000);
	show_error(c);
	connect(c, &a.sa, addr_len(&a)); /* 0 or EISCONN */
	show("then", connect(c, &a.sa, addr_len(&a)));
	close(c);
	close(l);
	c = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
	r = connect(c, &a.sa, addr_len(&a));
	say("to nobody: %d", r < 0 && (errno == EINPROGRESS || errno == ECONNREFUSED));
	close(c);
	c = must(socket(AF_INET, SOCK_STREAM, 0));
	show("blocking, to nobody", connect(c, &a.sa, addr_len(&a)));
	show_error(c);
	poll_now("afterwards", c, 0);
	close(c);
}

/* A listener whose queue is full answers nobody. */
static void unanswered(void)
{
	struct timeval tv = {0, 200000};
	struct itimerval soon = {.it_value = {0, 200000}}, off = {0};
	struct sigaction sa = {.sa_handler = on_alarm};
	union addr a;
	int l = listener(AF_INET, &a, 0), c[4];

	for (int i = 0; i < 3; i++) {
		c[i] = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
		connect(c[i], &a.sa, addr_len(&a));
	}
	usleep(50000);
	c[3] = must(socket(AF_INET, SOCK_STREAM, 0));
	must(setsockopt(c[3], SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	show("timed out", connect(c[3], &a.sa, addr_len(&a)));
	show("again", connect(c[3], &a.sa, addr_len(&a)));
	must(fcntl(c[3], F_SETFL, O_NONBLOCK));
	show("non-blocking", connect(c[3], &a.sa, addr_len(&a)));
	show("send", send(c[3], "x", 1, MSG_NOSIGNAL));
	poll_now("waiting", c[3], 0);
	must(fcntl(c[3], F_SETFL, 0));
	tv.tv_usec = 0;
	must(setsockopt(c[3], SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	must(sigaction(SIGALRM, &sa, NULL));
	must(setitimer(ITIMER_REAL, &soon, NULL));
	show("interrupted", connect(c[3], &a.sa, addr_len(&a)));
	must(setitimer(ITIMER_REAL, &off, NULL));
	show("close", close(c[3]));
	close(l);
}

static void errors(void)
{
	union addr a, b;
	int c = must(socket(AF_INET, SOCK_STREAM, 0)), l = listener(AF_INET, &a, 5);

	b = a;
	show("bad address", connect(c, BAD_PTR, sizeof(a.in)));
	show("short", connect(c, &a.sa, 8));
	show("of one byte", connect(c, &a.sa, 1));
	show("too long", connect(c, &a.sa, 200));
	show("negative", connect(c, &a.sa, -1));
	b.sa.sa_family = AF_UNIX;
	show("AF_UNIX", connect(c, &b.sa, sizeof(b.in)));
	show("AF_UNIX, 3 bytes", connect(c, &b.sa, 3));
	b.sa.sa_family = AF_INET6;
	show("AF_INET6", connect(c, &b.sa, sizeof(b.in6)));
	b.sa.sa_family = AF_NETLINK;
	show("AF_NETLINK", connect(c, &b.sa, sizeof(b.in)));
	b.sa.sa_family = 999;
	show("999", connect(c, &b.sa, sizeof(b.in)));
	b.sa.sa_family = AF_UNSPEC;
	show("AF_UNSPEC", connect(c, &b.sa, sizeof(b.sa)));
	show("listener", connect(l, &a.sa, addr_len(&a)));
	show("good", connect(c, &a.sa, addr_len(&a)));
	show("AF_UNSPEC", connect(c, &b.sa, sizeof(b.sa)));
	show("good again", connect(c, &a.sa, addr_len(&a)));
	b = a;
	b.sa.sa_family = AF_UNIX;
	show("bind AF_UNIX", bind(must(socket(AF_INET, SOCK_STREAM, 0)), &b.sa, sizeof(b.in)));
	show("bind short", bind(must(socket(AF_INET, SOCK_STREAM, 0)), &a.sa, 4));
	show("bind v4 to v6", bind(must(socket(AF_INET6, SOCK_STREAM, 0)), &a.sa, sizeof(a.in6)));
	a.in.sin_addr.s_addr = htonl(0xc0000299); /* 192.0.2.153 */
	show("bind foreign", bind(must(socket(AF_INET, SOCK_STREAM, 0)), &a.sa, addr_len(&a)));
	show("bind twice", bind(l, &a.sa, addr_len(&a)));
}

int main(void)
{
	nonblocking();
	unanswered();
	errors();
	return 0;
}
