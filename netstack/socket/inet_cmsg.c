/*
 * netstack/socket/inet_cmsg.c - control messages of Internet sockets: cmsg(3), ip(7), ipv6(7)
 *
 * Model: two lists, of what a guest may send along and of what it may be shown. Each message is taken
 * apart and built anew; none of those on the lists carries an address of memory or a descriptor.
 *
 * Differences from Linux: SCM_TXTIME, SO_MARK, IPv6 extension headers and routing options are not
 * offered; they give EINVAL as with an unknown type.
 *
 * Sources: __sock_cmsg_send(), ip_cmsg_send(), ip6_datagram_send_ctl(), udp_cmsg_send().
 */
#include <errno.h>
#include <time.h>

#include <linux/errqueue.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>

#include "netstack/socket/inet_impl.h"
#include "sentry/base/mem.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif
#ifndef IPV6_FLOWINFO
#define IPV6_FLOWINFO 11
#endif
#define TCP_CM_INQ_TYPE 36
#define OPT_RXQ_OVFL 40

struct cmsg_rule {
	int level, type;
	uint32_t min, max; /* bytes of data */
};

static const struct cmsg_rule rules_in[] = {
	{SOL_SOCKET, SO_TIMESTAMPING, 4, 4},  {IPPROTO_IP, IP_PKTINFO, 12, 12},
	{IPPROTO_IP, IP_TTL, 4, 4},	      {IPPROTO_IP, IP_TOS, 1, 4},
	{IPPROTO_IPV6, IPV6_PKTINFO, 20, 20}, {IPPROTO_IPV6, IPV6_HOPLIMIT, 4, 4},
	{IPPROTO_IPV6, IPV6_TCLASS, 4, 4},    {IPPROTO_IPV6, IPV6_DONTFRAG, 4, 4},
	{IPPROTO_UDP, UDP_SEGMENT, 2, 2},
};

#define ERR_MAX (sizeof(struct sock_extended_err) + sizeof(struct sockaddr_in6))

static const struct cmsg_rule rules_out[] = {
	{SOL_SOCKET, SO_TIMESTAMP, 16, 16},
	{SOL_SOCKET, SO_TIMESTAMPNS, 16, 16},
	{SOL_SOCKET, SO_TIMESTAMPING, 48, 48},
	{SOL_SOCKET, SO_TIMESTAMP_NEW, 16, 16},
	{SOL_SOCKET, SO_TIMESTAMPNS_NEW, 16, 16},
	{SOL_SOCKET, SO_TIMESTAMPING_NEW, 48, 48},
	{SOL_SOCKET, OPT_RXQ_OVFL, 4, 4},
	{IPPROTO_IP, IP_PKTINFO, 12, 12},
	{IPPROTO_IP, IP_TTL, 4, 4},
	{IPPROTO_IP, IP_TOS, 1, 4},
	{IPPROTO_IP, IP_RECVOPTS, 0, 40},
	{IPPROTO_IP, IP_RETOPTS, 0, 44},
	{IPPROTO_IP, IP_CHECKSUM, 4, 4},
	{IPPROTO_IP, IP_RECVERR, 16, ERR_MAX},
	{IPPROTO_IP, IP_ORIGDSTADDR, 16, 16},
	{IPPROTO_IP, IP_RECVFRAGSIZE, 4, 4},
	{IPPROTO_IPV6, IPV6_PKTINFO, 20, 20},
	{IPPROTO_IPV6, IPV6_HOPLIMIT, 4, 4},
	{IPPROTO_IPV6, IPV6_TCLASS, 4, 4},
	{IPPROTO_IPV6, IPV6_FLOWINFO, 4, 4},
	{IPPROTO_IPV6, IPV6_RECVERR, 16, ERR_MAX},
	{IPPROTO_IPV6, IPV6_ORIGDSTADDR, 28, 28},
	{IPPROTO_IPV6, IPV6_RECVFRAGSIZE, 4, 4},
	{IPPROTO_TCP, TCP_CM_INQ_TYPE, 4, 4},
	{IPPROTO_UDP, UDP_GRO, 2, 4},
};

static const struct cmsg_rule *find_rule(const struct cmsg_rule *rules, size_t nr,
					 const struct cmsghdr *h)
{
	for (size_t i = 0; i < nr; i++)
		if (rules[i].level == h->cmsg_level && rules[i].type == h->cmsg_type)
			return &rules[i];
	return NULL;
}

/* Appends to a buffer of INET_CONTROL_MAX bytes; false: full. */
static bool append(void *to, size_t *at, const struct cmsghdr *h, const void *data)
{
	size_t len = h->cmsg_len - sizeof(*h);

	if (INET_CONTROL_MAX - *at < CMSG_SPACE(len))
		return false;
	memset((char *)to + *at, 0, CMSG_SPACE(len));
	memcpy((char *)to + *at, h, sizeof(*h));
	memcpy((char *)to + *at + sizeof(*h), data, len);
	*at += CMSG_SPACE(len);
	return true;
}

/* What Linux does with a message that is on no list: 0: it looks past it. */
static int answer_unknown(const struct socket *s, const struct cmsghdr *h)
{
	if (h->cmsg_level == SOL_SOCKET)
		return h->cmsg_type == SCM_RIGHTS || h->cmsg_type == SCM_CREDENTIALS ? 0 : -EINVAL;
	if (inet_is_stream(s))
		return 0;
	if (h->cmsg_level == (s->family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6) ||
	    (h->cmsg_level == IPPROTO_UDP && s->protocol == IPPROTO_UDP))
		return -EINVAL;
	return 0;
}

int inet_control_in(const struct socket *s, const void *from, size_t len, void *to, size_t *ret_len)
{
	size_t at = 0;

	*ret_len = 0;
	while (len - at >= sizeof(struct cmsghdr)) {
		const struct cmsg_rule *rule;
		struct cmsghdr h;
		int err;

		memcpy(&h, (const char *)from + at, sizeof(h));
		if (h.cmsg_len < sizeof(h) || h.cmsg_len > len - at)
			return -EINVAL;
		rule = find_rule(rules_in, ARRAY_SIZE(rules_in), &h);
		err = rule ? 0 : answer_unknown(s, &h);
		if (err < 0)
			return err;
		if (rule) {
			size_t size = h.cmsg_len - sizeof(h);

			if (size < rule->min || size > rule->max)
				return -EINVAL;
			if (!append(to, ret_len, &h, (const char *)from + at + sizeof(h)))
				return -ENOBUFS;
		}
		if (ALIGN_UP(h.cmsg_len, sizeof(size_t)) >= len - at)
			break;
		at += ALIGN_UP(h.cmsg_len, sizeof(size_t));
	}
	return 0;
}

int inet_control_out(const void *from, size_t len, struct sock_msg *m)
{
	size_t at = 0;

	mem_free(m->control);
	m->control = mem_alloc(INET_CONTROL_MAX);
	m->control_len = 0;
	if (m->control == NULL)
		return -ENOMEM;
	while (len - at >= sizeof(struct cmsghdr)) {
		const struct cmsg_rule *rule;
		struct cmsghdr h;

		memcpy(&h, (const char *)from + at, sizeof(h));
		if (h.cmsg_len < sizeof(h) || h.cmsg_len > len - at)
			break;
		rule = find_rule(rules_out, ARRAY_SIZE(rules_out), &h);
		if (rule && h.cmsg_len - sizeof(h) >= rule->min &&
		    h.cmsg_len - sizeof(h) <= rule->max)
			append(m->control, &m->control_len, &h,
			       (const char *)from + at + sizeof(h));
		if (ALIGN_UP(h.cmsg_len, sizeof(size_t)) >= len - at)
			break;
		at += ALIGN_UP(h.cmsg_len, sizeof(size_t));
	}
	return 0;
}
