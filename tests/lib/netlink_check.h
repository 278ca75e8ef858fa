/*
 * netlink_check.h - what the tests of AF_NETLINK share: a network with lo alone, requests, answers
 */
#ifndef TESTS_LIB_NETLINK_CHECK_H
#define TESTS_LIB_NETLINK_CHECK_H

#include "check.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

struct nl_req {
	struct nlmsghdr h;
	union {
		struct rtgenmsg gen;
		struct ifinfomsg link;
		struct ifaddrmsg addr;
		struct rtmsg route;
		unsigned char bytes[512];
	};
};

/* Natively a namespace of our own; a sandbox begins with one like it. */
CHECK_UNUSED static void fresh_network(void)
{
	struct ifreq r = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd;

	if (unshare(CLONE_NEWNET) < 0)
		return;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &r) < 0)
		die("lo");
	close(fd);
}

CHECK_UNUSED static int nl_socket(int protocol)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		die("netlink socket");
	return fd;
}

CHECK_UNUSED static void nl_attr(struct nl_req *q, int type, const void *data, size_t len)
{
	struct nlattr *a = (void *)((char *)&q->h + NLMSG_ALIGN(q->h.nlmsg_len));

	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	memcpy(a + 1, data, len);
	q->h.nlmsg_len = NLMSG_ALIGN(q->h.nlmsg_len) + NLA_ALIGN(a->nla_len);
}

/* Sends one request whose fixed part has so many bytes. */
CHECK_UNUSED static int nl_ask(int fd, struct nl_req *q, int type, int flags)
{
	q->h.nlmsg_type = type;
	q->h.nlmsg_flags = NLM_F_REQUEST | flags;
	return send(fd, q, q->h.nlmsg_len, 0) == q->h.nlmsg_len ? 0 : -1;
}

CHECK_UNUSED static struct nl_req nl_new(size_t fixed)
{
	struct nl_req q = {.h = {.nlmsg_len = NLMSG_LENGTH(fixed), .nlmsg_seq = 7}};

	return q;
}

CHECK_UNUSED static const void *nl_find(const struct nlmsghdr *h, size_t fixed, int type,
					int *ret_len)
{
	const char *p = (const char *)NLMSG_DATA(h) + NLMSG_ALIGN(fixed);
	const char *end = (const char *)h + h->nlmsg_len;

	while (end - p >= NLA_HDRLEN) {
		const struct nlattr *a = (const void *)p;

		if (a->nla_len < NLA_HDRLEN || a->nla_len > end - p)
			break;
		if ((a->nla_type & NLA_TYPE_MASK) == type) {
			if (ret_len)
				*ret_len = a->nla_len - NLA_HDRLEN;
			return a + 1;
		}
		p += NLA_ALIGN(a->nla_len);
	}
	return NULL;
}

CHECK_UNUSED static long nl_find_u32(const struct nlmsghdr *h, size_t fixed, int type)
{
	int len;
	const uint32_t *v = nl_find(h, fixed, type, &len);

	return v && len == 4 ? (long)*v : v && len == 1 ? *(const uint8_t *)v : -1;
}

/* Calls fn for each message until the dump ends, an error comes, or one message was not part of one. */
CHECK_UNUSED static void nl_answers(int fd, const char *what, void (*fn)(const struct nlmsghdr *))
{
	char *buf = malloc(65536);
	bool more = true;

	while (more) {
		ssize_t n = recv(fd, buf, 65536, MSG_DONTWAIT);

		if (n < 0) {
			say("%s: %s", what, errno_name(errno));
			break;
		}
		for (struct nlmsghdr *h = (void *)buf; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
			more = h->nlmsg_flags & NLM_F_MULTI;
			if (h->nlmsg_seq != 7)
				say("%s: seq %u", what, h->nlmsg_seq);
			if (h->nlmsg_type == NLMSG_DONE) {
				say("%s: done %d", what, *(int *)NLMSG_DATA(h));
				more = false;
			} else if (h->nlmsg_type == NLMSG_ERROR) {
				struct nlmsgerr *e = NLMSG_DATA(h);

				say("%s: error %s len %u flags %#x, of type %u len %u", what,
				    errno_name(-e->error), h->nlmsg_len, h->nlmsg_flags,
				    e->msg.nlmsg_type, e->msg.nlmsg_len);
				more = false;
			} else if (fn) {
				fn(h);
			}
		}
	}
	free(buf);
}

#endif
