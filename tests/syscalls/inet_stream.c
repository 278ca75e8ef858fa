/* tests/syscalls/inet_stream.c - TCP: a connection from its beginning to its end, IPv4 and IPv6. */
#include "inet_check.h"

static void names(const char *what, int fd, const union addr *want, int peer)
{
	union addr a;
	socklen_t len = sizeof(a);
	long r = peer ? getpeername(fd, &a.sa, &len) : getsockname(fd, &a.sa, &len);

	show(what, r);
	if (r == 0)
		say("  family %d, %d bytes, %s", a.sa.sa_family, (int)len,
		    want && memcmp(&a, want, len) == 0 ? "as expected" : "another");
}

static void life(int family)
{
	union addr a, from;
	socklen_t len = sizeof(from);
	int l = listener(family, &a, 5), c, s;
	char buf[100];

	say("family %d", family);
	poll_now("listener", l, 0);
	c = must(socket(family, SOCK_STREAM, 0));
	poll_now("fresh", c, 0);
	names("name of fresh", c, NULL, 0);
	names("peer of fresh", c, NULL, 1);
	show("send on fresh", send(c, "x", 1, MSG_NOSIGNAL));
	show("recv on fresh", recv(c, buf, 1, 0));
	show("connect", connect(c, &a.sa, addr_len(&a)));
	show("again", connect(c, &a.sa, addr_len(&a)));
	poll_now("listener", l, 1000);
	s = must(accept4(l, &from.sa, &len, SOCK_CLOEXEC));
	say("accepted: family %d, %d bytes, flags %d %d", from.sa.sa_family, (int)len,
	    fcntl(s, F_GETFD), fcntl(s, F_GETFL) & O_NONBLOCK);
	names("own name", s, &a, 0);
	names("peer's name", s, &from, 1);
	names("client's peer", c, &a, 1);
	poll_now("connected", c, 0);
	show("write", write(c, "hello, world", 12));
	poll_now("server", s, 1000);
	show_text("read", read(s, buf, 5), buf);
	show_text("recv", recv(s, buf, sizeof(buf), 0), buf);
	show("recv, empty", recv(s, buf, sizeof(buf), MSG_DONTWAIT));
	len = sizeof(from);
	show("send", send(s, "answer", 6, 0));
	wait_readable(c);
	show_text("recvfrom", recvfrom(c, buf, sizeof(buf), 0, &from.sa, &len), buf);
	say("  address of %d bytes", (int)len);
	show("sendto with an address", sendto(c, "x", 1, 0, &a.sa, addr_len(&a)));
	show("shutdown", shutdown(c, SHUT_WR));
	poll_now("client", c, 0);
	wait_readable(s);
	show("read at the end", read(s, buf, sizeof(buf)));
	show("again", read(s, buf, sizeof(buf)));
	poll_now("server", s, 0);
	show("write the other way", write(s, "rest", 4));
	close(s);
	wait_readable(c);
	show_text("read", read(c, buf, sizeof(buf)), buf);
	show("read", read(c, buf, sizeof(buf)));
	show("write", send(c, "x", 1, MSG_NOSIGNAL));
	poll_now("client", c, 0);
	show("shutdown twice", shutdown(c, SHUT_RDWR));
	close(c);
	show("bind to the same port",
	     bind(must(socket(family, SOCK_STREAM, 0)), &a.sa, addr_len(&a)));
	close(l);
}

int main(void)
{
	life(AF_INET);
	life(AF_INET6);
	return 0;
}
