/* RTM_GETLINK and RTM_GETADDR: dumps and single answers, of a network with lo alone. */
#include "check.h"
#include "netlink_check.h"

#include <arpa/inet.h>

#define LINK sizeof(struct ifinfomsg)

static void show_link(const struct nlmsghdr *h)
{
	const struct ifinfomsg *i = NLMSG_DATA(h);
	const char *name = nl_find(h, LINK, IFLA_IFNAME, NULL);
	int len = 0, stats = 0, stats64 = 0;
	const unsigned char *a = nl_find(h, LINK, IFLA_ADDRESS, &len);

	nl_find(h, LINK, IFLA_STATS, &stats);
	nl_find(h, LINK, IFLA_STATS64, &stats64);
	say("type %u flags %#x family %d index %d arp %d up %#x change %#x name %s", h->nlmsg_type,
	    h->nlmsg_flags, i->ifi_family, i->ifi_index, i->ifi_type, i->ifi_flags, i->ifi_change,
	    name);
	say("mtu %ld qlen %ld state %ld mode %ld group %ld queues %ld %ld carrier %ld promisc %ld",
	    nl_find_u32(h, LINK, IFLA_MTU), nl_find_u32(h, LINK, IFLA_TXQLEN),
	    nl_find_u32(h, LINK, IFLA_OPERSTATE), nl_find_u32(h, LINK, IFLA_LINKMODE),
	    nl_find_u32(h, LINK, IFLA_GROUP), nl_find_u32(h, LINK, IFLA_NUM_TX_QUEUES),
	    nl_find_u32(h, LINK, IFLA_NUM_RX_QUEUES), nl_find_u32(h, LINK, IFLA_CARRIER),
	    nl_find_u32(h, LINK, IFLA_PROMISCUITY));
	say("address len %d %02x:%02x qdisc %s stats %d %d", len, a[0], a[5],
	    (const char *)nl_find(h, LINK, IFLA_QDISC, NULL), stats > 0, stats64 > 0);
}

static void show_addr(const struct nlmsghdr *h)
{
	const struct ifaddrmsg *a = NLMSG_DATA(h);
	int len;
	char text[64] = "";
	const void *addr = nl_find(h, sizeof(*a), IFA_ADDRESS, &len);
	const void *local = nl_find(h, sizeof(*a), IFA_LOCAL, NULL);
	const char *label = nl_find(h, sizeof(*a), IFA_LABEL, NULL);
	const struct ifa_cacheinfo *c = nl_find(h, sizeof(*a), IFA_CACHEINFO, NULL);

	inet_ntop(a->ifa_family, addr, text, sizeof(text));
	say("type %u flags %#x family %d index %d prefix %d scope %d %#x %s len %d local %d label "
	    "%s",
	    h->nlmsg_type, h->nlmsg_flags, a->ifa_family, a->ifa_index, a->ifa_prefixlen,
	    a->ifa_scope, a->ifa_flags, text, len, local && memcmp(local, addr, len) == 0,
	    label ? label : "-");
	say("flags %#lx brd %d valid %#x", nl_find_u32(h, sizeof(*a), IFA_FLAGS),
	    nl_find(h, sizeof(*a), IFA_BROADCAST, NULL) != NULL, c ? c->ifa_valid : 0);
}

static void one_link(int fd, const char *what, int index, const char *name, int fixed)
{
	struct nl_req q = nl_new(fixed);

	q.link.ifi_index = index;
	if (name)
		nl_attr(&q, IFLA_IFNAME, name, strlen(name) + 1);
	nl_ask(fd, &q, RTM_GETLINK, 0);
	nl_answers(fd, what, show_link);
}

static void dump(int fd, const char *what, int type, int family, int fixed,
		 void (*fn)(const struct nlmsghdr *))
{
	struct nl_req q = nl_new(fixed);

	q.gen.rtgen_family = family;
	nl_ask(fd, &q, type, NLM_F_DUMP);
	nl_answers(fd, what, fn);
}

int main(void)
{
	int fd, on = 1;

	fresh_network();
	fd = nl_socket(0);
	dump(fd, "links", RTM_GETLINK, AF_UNSPEC, sizeof(struct rtgenmsg), show_link);
	dump(fd, "links, full", RTM_GETLINK, AF_PACKET, LINK, show_link);
	dump(fd, "addrs", RTM_GETADDR, AF_UNSPEC, sizeof(struct rtgenmsg), show_addr);
	dump(fd, "addrs 4", RTM_GETADDR, AF_INET, sizeof(struct ifaddrmsg), show_addr);
	dump(fd, "addrs 6", RTM_GETADDR, AF_INET6, sizeof(struct ifaddrmsg), show_addr);
	one_link(fd, "index", 1, NULL, LINK);
	one_link(fd, "name", 0, "lo", LINK);
	one_link(fd, "no index", 99, NULL, LINK);
	one_link(fd, "no name", 0, "nothere", LINK);
	one_link(fd, "neither", 0, NULL, LINK);
	one_link(fd, "long name", 0, "abcdefghijklmnopqrst", LINK);
	one_link(fd, "short", 0, NULL, 4);
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	dump(fd, "strict, short", RTM_GETADDR, AF_INET, sizeof(struct rtgenmsg), show_addr);
	dump(fd, "strict", RTM_GETADDR, AF_INET, sizeof(struct ifaddrmsg), show_addr);
	return 0;
}
