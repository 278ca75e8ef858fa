/* tests/syscalls/inet_dgram.c - UDP: messages, their limits, connected sockets, refusals. */
#include "inet_check.h"

static char big[70000];

static void life(int family)
{
	union addr a, b, from;
	int s = bound(family, SOCK_DGRAM, &a), c = bound(family, SOCK_DGRAM, &b), n;
	socklen_t len = sizeof(from);
	char buf[100];

	say("family %d", family);
	poll_now("empty", s, 0);
	show("recv, empty", recv(s, buf, sizeof(buf), MSG_DONTWAIT));
	show("send without address", send(c, "x", 1, 0));
	show("sendto", sendto(c, "first", 5, 0, &a.sa, addr_len(&a)));
	show("sendto, nothing", sendto(c, "", 0, 0, &a.sa, addr_len(&a)));
	show("sendto", sendto(c, "a longer one", 12, 0, &a.sa, addr_len(&a)));
	poll_now("three", s, 1000);
	show("FIONREAD", ioctl(s, 0x541b, &n));
	say("  %d", n);
	show_text("peek", recv(s, buf, 3, MSG_PEEK), buf);
	show_text("recvfrom", recvfrom(s, buf, sizeof(buf), 0, &from.sa, &len), buf);
	say("  from the sender: %d", memcmp(&from, &b, len) == 0);
	show_text("empty message", recv(s, buf, sizeof(buf), 0), buf);
	show_text("cut off", recv(s, buf, 8, MSG_TRUNC) == 12 ? 8 : -1, buf);
	show("gone", recv(s, buf, 8, MSG_DONTWAIT));
	show("the largest", sendto(c, big, 65507, 0, &a.sa, addr_len(&a)));
	show("too large", sendto(c, big, 65536, 0, &a.sa, addr_len(&a)));
	show("much too large", sendto(c, big, sizeof(big), 0, &a.sa, addr_len(&a)));
	wait_readable(s);
	show("received", recv(s, big, sizeof(big), 0));
	show("connect", connect(c, &a.sa, addr_len(&a)));
	show("write", write(c, "connected", 9));
	show_text("read", read(s, buf, sizeof(buf)), buf);
	close(s);
	show("to nobody", write(c, "x", 1));
	poll_now("refused", c, 1000);
	show("the refusal", write(c, "x", 1));
	from.sa.sa_family = AF_UNSPEC;
	show("disconnect", connect(c, &from.sa, sizeof(from.sa)));
	show("write", write(c, "x", 1));
	show("shutdown", shutdown(c, SHUT_RDWR));
	show("listen", listen(c, 1));
	show("accept", accept(c, NULL, NULL));
	close(c);
}

int main(void)
{
	life(AF_INET);
	life(AF_INET6);
	return 0;
}
