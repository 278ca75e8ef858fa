/*
 * inet_check.h - what the tests of Internet sockets share; all of them stay on 127.0.0.1 and ::1
 *
 * Ports are chosen by the kernel and never printed.
 */
#ifndef TESTS_LIB_INET_CHECK_H
#define TESTS_LIB_INET_CHECK_H

#include "fs_check.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

union addr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_storage ss;
};

CHECK_UNUSED static socklen_t loopback(union addr *a, int family, int port)
{
	memset(a, 0, sizeof(*a));
	a->sa.sa_family = (sa_family_t)family;
	a->in.sin_port = htons((uint16_t)port); /* at the same place in both */
	if (family == AF_INET) {
		a->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return sizeof(a->in);
	}
	a->in6.sin6_addr = in6addr_loopback;
	return sizeof(a->in6);
}

/* A socket bound to a free port of the loopback interface, whose address is *a. */
CHECK_UNUSED static int bound(int family, int type, union addr *a)
{
	socklen_t len = loopback(a, family, 0);
	int s = must(socket(family, type, 0));

	must(bind(s, &a->sa, len));
	must(getsockname(s, &a->sa, &len));
	return s;
}

CHECK_UNUSED static int listener(int family, union addr *a, int backlog)
{
	int s = bound(family, SOCK_STREAM, a);

	must(listen(s, backlog));
	return s;
}

CHECK_UNUSED static socklen_t addr_len(const union addr *a)
{
	return a->sa.sa_family == AF_INET ? sizeof(a->in) : sizeof(a->in6);
}

/* Both ends of a TCP connection. */
CHECK_UNUSED static void connected(int family, int ends[2])
{
	union addr a;
	int l = listener(family, &a, 5);

	ends[0] = must(socket(family, SOCK_STREAM, 0));
	must(connect(ends[0], &a.sa, addr_len(&a)));
	ends[1] = must(accept(l, NULL, NULL));
	close(l);
}

/* What poll(2) says within ms. */
CHECK_UNUSED static void poll_now(const char *what, int fd, int ms)
{
	struct pollfd p = {.fd = fd,
			   .events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP | POLLRDNORM |
				     POLLWRNORM};
	int n = poll(&p, 1, ms);

	say("%s: %d%s%s%s%s%s%s", what, n, p.revents & POLLIN ? " IN" : "",
	    p.revents & POLLOUT ? " OUT" : "", p.revents & POLLPRI ? " PRI" : "",
	    p.revents & POLLRDHUP ? " RDHUP" : "", p.revents & POLLERR ? " ERR" : "",
	    p.revents & POLLHUP ? " HUP" : "");
}

CHECK_UNUSED static void show_text(const char *what, ssize_t n, const char *buf)
{
	int err = errno;

	if (n < 0)
		say("%s: %s", what, errno_name(err));
	else
		say("%s: %zd \"%.*s\"", what, n, (int)n, buf);
}

CHECK_UNUSED static void wait_readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	must(poll(&p, 1, 5000));
}

#endif
