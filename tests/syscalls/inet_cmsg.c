/* tests/syscalls/inet_cmsg.c - control messages of UDP: packet info, TTL, TOS, times, errors. */
#include "inet_check.h"
#include <linux/errqueue.h>
#include <sys/uio.h>

static char control[512];

static void show_control(struct msghdr *h)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
		int val = 0;

		memcpy(&val, CMSG_DATA(c), 4);
		say("  level %d type %d, %zu bytes", c->cmsg_level, c->cmsg_type,
		    (size_t)c->cmsg_len);
		if (c->cmsg_level == IPPROTO_IP &&
		    (c->cmsg_type == IP_TTL || c->cmsg_type == IP_TOS))
			say("    %d", c->cmsg_type == IP_TOS ? val & 255 : val);
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo *p = (struct in_pktinfo *)CMSG_DATA(c);

			say("    interface %d, to %#x", p->ipi_ifindex, ntohl(p->ipi_addr.s_addr));
		}
		if (c->cmsg_type == IP_RECVERR && c->cmsg_level == IPPROTO_IP) {
			struct sock_extended_err *e = (struct sock_extended_err *)CMSG_DATA(c);

			say("    %s, origin %d, type %d code %d", errno_name((int)e->ee_errno),
			    e->ee_origin, e->ee_type, e->ee_code);
		}
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT)
			say("    %d", val);
	}
}

static void receive(const char *what, int s, size_t room, int flags)
{
	char buf[64];
	struct iovec iov = {buf, sizeof(buf)};
	union addr from;
	struct msghdr h = {.msg_name = &from,
			   .msg_namelen = sizeof(from),
			   .msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = room ? control : NULL,
			   .msg_controllen = room};
	ssize_t n = recvmsg(s, &h, flags);

	show_text(what, n, buf);
	if (n < 0)
		return;
	say("  flags %#x, control %zu, name %d", h.msg_flags, (size_t)h.msg_controllen,
	    (int)h.msg_namelen);
	show_control(&h);
}

static void send_with(const char *what, int s, const union addr *to, int level, int type,
		      const void *data, size_t len, size_t claim)
{
	struct iovec iov = {"data", 4};
	struct msghdr h = {.msg_name = (void *)to,
			   .msg_namelen = addr_len(to),
			   .msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = control};
	struct cmsghdr *c = (struct cmsghdr *)control;

	memset(control, 0, sizeof(control));
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = claim ? claim : CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
	h.msg_controllen = CMSG_SPACE(len);
	show(what, sendmsg(s, &h, 0));
}

static void v4(void)
{
	union addr a, b;
	int s = bound(AF_INET, SOCK_DGRAM, &a), c = bound(AF_INET, SOCK_DGRAM, &b), on = 1, ttl = 9;
	int fds = 0, tos = 0x10;
	struct in_pktinfo info = {.ipi_ifindex = 1};

	must(setsockopt(s, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)));
	must(setsockopt(s, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on)));
	must(setsockopt(s, IPPROTO_IP, IP_RECVTOS, &on, sizeof(on)));
	must(setsockopt(s, SOL_SOCKET, SO_TIMESTAMP, &on, sizeof(on)));
	must(setsockopt(c, IPPROTO_IP, IP_TTL, &(int){77}, sizeof(int)));
	for (int i = 0; i < 4; i++)
		must(sendto(c, "plain", 5, 0, &a.sa, addr_len(&a)));
	receive("all", s, sizeof(control), 0);
	receive("no room", s, 0, 0);
	receive("some room", s, 40, 0);
	receive("little room", s, 10, 0);
	send_with("with a TTL", c, &a, IPPROTO_IP, IP_TTL, &ttl, 4, 0);
	receive("then", s, sizeof(control), 0);
	send_with("with a TOS", c, &a, IPPROTO_IP, IP_TOS, &tos, 4, 0);
	receive("then", s, sizeof(control), 0);
	send_with("with a TOS of a byte", c, &a, IPPROTO_IP, IP_TOS, &tos, 1, 0);
	receive("then", s, sizeof(control), 0);
	send_with("with an interface", c, &a, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info), 0);
	receive("then", s, sizeof(control), 0);
	info.ipi_ifindex = 9999;
	send_with("with none", c, &a, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info), 0);
	send_with("short", c, &a, IPPROTO_IP, IP_PKTINFO, &info, 4, 0);
	send_with("TTL of 0", c, &a, IPPROTO_IP, IP_TTL, &fds, 4, 0);
	send_with("unknown", c, &a, IPPROTO_IP, 999, &ttl, 4, 0);
	send_with("unknown of SOL_SOCKET", c, &a, SOL_SOCKET, 999, &ttl, 4, 0);
	send_with("SCM_RIGHTS", c, &a, SOL_SOCKET, SCM_RIGHTS, &fds, 4, 0);
	send_with("of another level", c, &a, 999, 1, &ttl, 4, 0);
	send_with("longer than it is", c, &a, IPPROTO_IP, IP_TTL, &ttl, 4, 4000);
	send_with("shorter than a header", c, &a, IPPROTO_IP, IP_TTL, &ttl, 4, 3);
}

static void v6(void)
{
	union addr a, b;
	int s = bound(AF_INET6, SOCK_DGRAM, &a), c = bound(AF_INET6, SOCK_DGRAM, &b), on = 1,
	    hops = 5;

	must(setsockopt(s, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)));
	must(setsockopt(s, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on)));
	must(setsockopt(s, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof(on)));
	must(sendto(c, "plain", 5, 0, &a.sa, addr_len(&a)));
	receive("IPv6", s, sizeof(control), 0);
	send_with("hops", c, &a, IPPROTO_IPV6, IPV6_HOPLIMIT, &hops, 4, 0);
	receive("then", s, sizeof(control), 0);
	send_with("IPv4's", c, &a, IPPROTO_IP, IP_TTL, &hops, 4, 0);
	send_with("unknown", c, &a, IPPROTO_IPV6, 999, &hops, 4, 0);
}

static void errors(void)
{
	union addr a, b;
	int s = bound(AF_INET, SOCK_DGRAM, &a), c = bound(AF_INET, SOCK_DGRAM, &b), on = 1;

	close(s);
	must(setsockopt(c, IPPROTO_IP, IP_RECVERR, &on, sizeof(on)));
	receive("no errors yet", c, sizeof(control), MSG_ERRQUEUE);
	show("to nobody", sendto(c, "lost", 4, 0, &a.sa, addr_len(&a)));
	poll_now("an error", c, 1000);
	receive("the error", c, sizeof(control), MSG_ERRQUEUE);
	receive("no more", c, sizeof(control), MSG_ERRQUEUE | MSG_DONTWAIT);
	show("pending", send(c, "x", 1, MSG_DONTWAIT));
}

int main(void)
{
	v4();
	v6();
	errors();
	return 0;
}
