/* tests/syscalls/inet_create.c - socket(2), socketpair(2) of AF_INET and AF_INET6: what exists. */
#include "inet_check.h"

static void make(const char *what, int family, int type, int protocol)
{
	int s = socket(family, type, protocol), val[3] = {0};
	socklen_t len = sizeof(int);

	show(what, s < 0 ? s : 0);
	if (s < 0)
		return;
	getsockopt(s, SOL_SOCKET, SO_TYPE, &val[0], &len);
	getsockopt(s, SOL_SOCKET, SO_DOMAIN, &val[1], &len);
	getsockopt(s, SOL_SOCKET, SO_PROTOCOL, &val[2], &len);
	say("  type %d, domain %d, protocol %d, flags %#x %#x", val[0], val[1], val[2],
	    fcntl(s, F_GETFL), fcntl(s, F_GETFD));
	close(s);
}

int main(void)
{
	int pair[2];

	for (int family = AF_INET; family <= AF_INET6; family += AF_INET6 - AF_INET) {
		make("stream", family, SOCK_STREAM, 0);
		make("stream, TCP", family, SOCK_STREAM, IPPROTO_TCP);
		make("stream, UDP", family, SOCK_STREAM, IPPROTO_UDP);
		make("dgram", family, SOCK_DGRAM, 0);
		make("dgram, UDP", family, SOCK_DGRAM, IPPROTO_UDP);
		make("dgram, TCP", family, SOCK_DGRAM, IPPROTO_TCP);
		make("flags", family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		make("seqpacket", family, SOCK_SEQPACKET, 0);
		make("rdm", family, SOCK_RDM, 0);
		make("raw, no protocol", family, SOCK_RAW, 0);
		make("protocol -1", family, SOCK_STREAM, -1);
		make("protocol 255", family, SOCK_STREAM, 255);
		make("protocol 9999", family, SOCK_STREAM, 9999);
		make("type 11", family, 11, 0);
		make("type 0", family, 0, 0);
		make("flag", family, SOCK_STREAM | 0x10000, 0);
		show("pair", socketpair(family, SOCK_STREAM, 0, pair));
		show("pair, bad", socketpair(family, SOCK_STREAM, 0, BAD_PTR));
	}
	return 0;
}
