/* tests/syscalls/inet_options.c - options of Internet sockets: set, got back, refused. */
#include "inet_check.h"

static void one(int s, int level, int name, const char *what, int val)
{
	int got = -77, before = -77;
	socklen_t len = sizeof(got), len2 = sizeof(before);
	long r = getsockopt(s, level, name, &before, &len2);

	say("%s: before %ld %d", what, r, r ? -errno : before);
	r = setsockopt(s, level, name, &val, sizeof(val));
	say("  set %ld %s", r, errno_name(r ? errno : 0));
	r = getsockopt(s, level, name, &got, &len);
	say("  get %ld %d, %d bytes", r, r ? -errno : got, (int)len);
	r = setsockopt(s, level, name, &val, 3);
	say("  short %ld %s", r, errno_name(r ? errno : 0));
	r = setsockopt(s, level, name, BAD_PTR, sizeof(val));
	say("  bad %ld %s", r, errno_name(r ? errno : 0));
}

#define ONE(s, level, name, val) one(s, level, name, #name, val)

static void common(int s)
{
	ONE(s, SOL_SOCKET, SO_REUSEADDR, 1);
	ONE(s, SOL_SOCKET, SO_REUSEPORT, 1);
	ONE(s, SOL_SOCKET, SO_KEEPALIVE, 1);
	ONE(s, SOL_SOCKET, SO_OOBINLINE, 1);
	ONE(s, SOL_SOCKET, SO_DONTROUTE, 1);
	ONE(s, SOL_SOCKET, SO_BROADCAST, 7);
	ONE(s, SOL_SOCKET, SO_PRIORITY, 4);
	ONE(s, SOL_SOCKET, SO_RCVLOWAT, 9);
	ONE(s, SOL_SOCKET, SO_TIMESTAMP, 1);
	ONE(s, SOL_SOCKET, SO_SNDBUF, 20000);
	ONE(s, SOL_SOCKET, SO_RCVBUF, 20000);
	ONE(s, SOL_SOCKET, SO_TYPE, 1);
	ONE(s, SOL_SOCKET, SO_ERROR, 1);
	ONE(s, SOL_SOCKET, SO_ACCEPTCONN, 1);
	ONE(s, SOL_SOCKET, SO_DOMAIN, 1);
	ONE(s, SOL_SOCKET, 999, 1);
	ONE(s, IPPROTO_IP, IP_TOS, 0x10);
	ONE(s, IPPROTO_IP, IP_TTL, 33);
	ONE(s, IPPROTO_IP, IP_TTL, 333);
	ONE(s, IPPROTO_IP, IP_RECVTTL, 1);
	ONE(s, IPPROTO_IP, IP_PKTINFO, 1);
	ONE(s, IPPROTO_IP, IP_RECVERR, 1);
	ONE(s, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
	ONE(s, IPPROTO_IP, IP_MULTICAST_TTL, 3);
	ONE(s, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
	ONE(s, IPPROTO_IP, IP_FREEBIND, 1);
	ONE(s, IPPROTO_IP, 9999, 1);
	ONE(s, IPPROTO_ICMP, 1, 1);
	ONE(s, 9999, 1, 1);
}

static void tcp(int s)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);
	char name[32] = {0};

	ONE(s, IPPROTO_TCP, TCP_NODELAY, 1);
	ONE(s, IPPROTO_TCP, TCP_CORK, 1);
	ONE(s, IPPROTO_TCP, TCP_KEEPIDLE, 60);
	ONE(s, IPPROTO_TCP, TCP_KEEPINTVL, 10);
	ONE(s, IPPROTO_TCP, TCP_KEEPCNT, 4);
	ONE(s, IPPROTO_TCP, TCP_SYNCNT, 2);
	ONE(s, IPPROTO_TCP, TCP_LINGER2, 5);
	ONE(s, IPPROTO_TCP, TCP_DEFER_ACCEPT, 1);
	ONE(s, IPPROTO_TCP, TCP_USER_TIMEOUT, 1000);
	ONE(s, IPPROTO_TCP, TCP_FASTOPEN, 5);
	ONE(s, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 4096);
	ONE(s, IPPROTO_TCP, 9999, 1);
	show("TCP_INFO", getsockopt(s, IPPROTO_TCP, TCP_INFO, &info, &len));
	say("  state %d, %d bytes", info.tcpi_state, (int)len);
	len = sizeof(name);
	show("TCP_CONGESTION", getsockopt(s, IPPROTO_TCP, TCP_CONGESTION, name, &len));
	show("the same", setsockopt(s, IPPROTO_TCP, TCP_CONGESTION, name, (socklen_t)strlen(name)));
	show("none such", setsockopt(s, IPPROTO_TCP, TCP_CONGESTION, "nosuch", 6));
	show("UDP level", setsockopt(s, IPPROTO_UDP, 1, &len, sizeof(len)));
}

static void ip6(int s)
{
	ONE(s, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	ONE(s, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 12);
	ONE(s, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	ONE(s, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
	ONE(s, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
	ONE(s, IPPROTO_IPV6, IPV6_TCLASS, 8);
	ONE(s, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 2);
	ONE(s, IPPROTO_IPV6, IPV6_RECVERR, 1);
	ONE(s, IPPROTO_IPV6, 9999, 1);
}

static void structs(int s)
{
	struct linger l = {1, 7};
	struct timeval tv = {1, 500000};
	struct ip_mreqn m = {.imr_ifindex = 1};
	socklen_t len = sizeof(l);
	char dev[16] = "?";

	show("SO_LINGER", setsockopt(s, SOL_SOCKET, SO_LINGER, &l, sizeof(l)));
	memset(&l, 0, sizeof(l));
	show("get", getsockopt(s, SOL_SOCKET, SO_LINGER, &l, &len));
	say("  %d %d, %d bytes", l.l_onoff, l.l_linger, (int)len);
	l.l_linger = 0;
	show("zero", setsockopt(s, SOL_SOCKET, SO_LINGER, &l, sizeof(l)));
	show("short", setsockopt(s, SOL_SOCKET, SO_LINGER, &l, 4));
	show("SO_RCVTIMEO", setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	len = sizeof(tv);
	memset(&tv, 0, sizeof(tv));
	show("get", getsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, &len));
	say("  %ld %ld, %d bytes", tv.tv_sec, tv.tv_usec, (int)len);
	len = sizeof(dev);
	show("SO_BINDTODEVICE", getsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, dev, &len));
	say("  %d bytes", (int)len);
	show("lo", setsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2));
	len = sizeof(dev);
	show("get", getsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, dev, &len));
	say("  \"%s\", %d bytes", dev, (int)len);
	m.imr_multiaddr.s_addr = htonl(0xe0000155);
	show("join", setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m)));
	show("join again", setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m)));
	show("leave", setsockopt(s, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof(m)));
	show("leave again", setsockopt(s, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof(m)));
	show("short", setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, 4));
}

int main(void)
{
	union addr a;

	common(must(socket(AF_INET, SOCK_STREAM, 0)));
	common(must(socket(AF_INET, SOCK_DGRAM, 0)));
	tcp(must(socket(AF_INET, SOCK_STREAM, 0)));
	tcp(must(socket(AF_INET, SOCK_DGRAM, 0)));
	ip6(must(socket(AF_INET6, SOCK_STREAM, 0)));
	ip6(must(socket(AF_INET, SOCK_STREAM, 0)));
	structs(must(socket(AF_INET, SOCK_DGRAM, 0)));
	one(listener(AF_INET, &a, 1), SOL_SOCKET, SO_ACCEPTCONN, "listener", 1);
	return 0;
}
