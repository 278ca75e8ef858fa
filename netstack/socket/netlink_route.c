/*
 * netstack/socket/netlink_route.c - NETLINK_ROUTE: interfaces, addresses, and what is asked and
 * refused; rtnetlink(7)
 *
 * Differences from Linux: changes are refused (EPERM), but for bringing up an interface that is up;
 * no statistics of queues, no namespaces, no kinds of interfaces (IFLA_LINKINFO).
 *
 * Sources: net/core/rtnetlink.c, net/ipv4/devinet.c, net/ipv6/addrconf.c.
 */
#include <errno.h>
#include <linux/capability.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>

#include "netstack/socket/netinfo.h"
#include "netstack/socket/netlink_impl.h"
#include "sentry/cred.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

#ifndef IFLA_ALT_IFNAME
#define IFLA_ALT_IFNAME 53
#endif

/* ---- interfaces ---- */

static void put_stats(struct nl_out *o, const struct net_if *i)
{
	const uint64_t *s = i->stats;
	struct rtnl_link_stats64 all = {
		.rx_packets = s[NETSTAT_RX_PACKETS],
		.tx_packets = s[NETSTAT_TX_PACKETS],
		.rx_bytes = s[NETSTAT_RX_BYTES],
		.tx_bytes = s[NETSTAT_TX_BYTES],
		.rx_errors = s[NETSTAT_RX_ERRORS],
		.tx_errors = s[NETSTAT_TX_ERRORS],
		.rx_dropped = s[NETSTAT_RX_DROPPED],
		.tx_dropped = s[NETSTAT_TX_DROPPED],
		.multicast = s[NETSTAT_MULTICAST],
		.collisions = s[NETSTAT_COLLISIONS],
		.rx_frame_errors = s[NETSTAT_RX_FRAME],
		.rx_fifo_errors = s[NETSTAT_RX_FIFO],
		.tx_carrier_errors = s[NETSTAT_TX_CARRIER],
		.tx_fifo_errors = s[NETSTAT_TX_FIFO],
		.rx_compressed = s[NETSTAT_RX_COMPRESSED],
		.tx_compressed = s[NETSTAT_TX_COMPRESSED],
	};
	uint64_t wide[sizeof(struct rtnl_link_stats) / sizeof(uint32_t)];
	uint32_t narrow[ARRAY_SIZE(wide)];

	/* The old form has the same members, of half the size. */
	STATIC_ASSERT(sizeof(wide) <= sizeof(all));
	memcpy(wide, &all, sizeof(wide));
	for (size_t k = 0; k < ARRAY_SIZE(wide); k++)
		narrow[k] = (uint32_t)wide[k];
	nl_put(o, IFLA_STATS64, &all, sizeof(all));
	nl_put(o, IFLA_STATS, narrow, sizeof(narrow));
}

static void put_link(struct nl_out *o, const struct net_if *i, uint8_t family)
{
	struct ifinfomsg h = {.ifi_family = family == AF_INET6 ? AF_INET6 : AF_UNSPEC,
			      .ifi_type = i->type,
			      .ifi_index = i->index,
			      .ifi_flags = i->flags};
	struct rtnl_link_ifmap map = {0};

	if (!nl_begin(o, RTM_NEWLINK, &h, sizeof(h)))
		return;
	nl_put_str(o, IFLA_IFNAME, i->name);
	nl_put_u32(o, IFLA_TXQLEN, i->txqlen);
	nl_put_u8(o, IFLA_OPERSTATE, i->operstate);
	nl_put_u8(o, IFLA_LINKMODE, 0);
	nl_put_u32(o, IFLA_MTU, i->mtu);
	nl_put_u32(o, IFLA_GROUP, 0);
	nl_put_u32(o, IFLA_PROMISCUITY, i->flags & IFF_PROMISC ? 1 : 0);
	nl_put_u32(o, IFLA_NUM_TX_QUEUES, 1);
	nl_put_u32(o, IFLA_NUM_RX_QUEUES, 1);
	nl_put_u8(o, IFLA_CARRIER, i->flags & IFF_RUNNING || i->flags & IFF_LOOPBACK);
	if (i->flags & IFF_LOOPBACK)
		nl_put_str(o, IFLA_QDISC, "noqueue");
	nl_put(o, IFLA_MAP, &map, sizeof(map));
	if (i->addr_len) {
		nl_put(o, IFLA_ADDRESS, i->addr, i->addr_len);
		nl_put(o, IFLA_BROADCAST, i->brd, i->addr_len);
	}
	put_stats(o, i);
	nl_end(o);
}

static int fill_links(struct kernel *k, const struct nl_query *q, struct nl_out *o)
{
	struct netinfo n;
	int err;

	(void)k;
	if (q->family == AF_BRIDGE)
		return 0;
	err = netinfo_read(0, &n);
	if (err < 0)
		return err;
	for (size_t i = 0; i < n.nr_ifs; i++)
		if ((!q->ifindex || q->ifindex == n.ifs[i].index) &&
		    (!q->name[0] || strcmp(q->name, n.ifs[i].name) == 0))
			put_link(o, &n.ifs[i], q->family);
	netinfo_free(&n);
	return 0;
}

/* ---- addresses ---- */

static void put_addr(struct nl_out *o, const struct net_addr *a)
{
	struct ifaddrmsg h = {.ifa_family = (uint8_t)a->family,
			      .ifa_prefixlen = a->prefix,
			      .ifa_flags = (uint8_t)a->flags,
			      .ifa_scope = a->scope,
			      .ifa_index = (unsigned int)a->ifindex};
	struct ifa_cacheinfo ever = {.ifa_prefered = ~0U, .ifa_valid = ~0U};

	if (!nl_begin(o, RTM_NEWADDR, &h, sizeof(h)))
		return;
	if (a->family == AF_INET) {
		nl_put(o, IFA_ADDRESS, a->peer, 4);
		nl_put(o, IFA_LOCAL, a->addr, 4);
		if (a->has_brd)
			nl_put(o, IFA_BROADCAST, a->brd, 4);
		nl_put_str(o, IFA_LABEL, a->label);
	} else {
		nl_put(o, IFA_ADDRESS, a->addr, 16);
	}
	nl_put_u32(o, IFA_FLAGS, a->flags);
	if (a->flags & IFA_F_PERMANENT)
		nl_put(o, IFA_CACHEINFO, &ever, sizeof(ever));
	nl_end(o);
}

static int fill_addrs(struct kernel *k, const struct nl_query *q, struct nl_out *o)
{
	struct netinfo n;
	int err = netinfo_read(NETINFO_WANT_ADDRS, &n);

	(void)k;
	if (err < 0)
		return err;
	for (size_t i = 0; i < n.nr_addrs; i++) {
		const struct net_addr *a = &n.addrs[i];

		if ((q->family == AF_INET || q->family == AF_INET6) && a->family != q->family)
			continue;
		if (!q->ifindex || q->ifindex == a->ifindex)
			put_addr(o, a);
	}
	netinfo_free(&n);
	return 0;
}

/* ---- questions ---- */

static bool is_strict(const struct nl_request *rq)
{
	return nl_option_on(rq->s, NETLINK_GET_STRICT_CHK);
}

/* The request's fixed part, zeroed behind what there is of it; false: it is cut off. */
static bool get_header(const struct nl_request *rq, void *to, size_t len)
{
	size_t have = MIN(nl_payload_len(rq), len);

	memset(to, 0, len);
	memcpy(to, NLMSG_DATA(rq->h), have);
	return have == len;
}

/* A dump whose strict check failed ends with the error, and nothing else. */
static int fill_invalid(struct kernel *k, const struct nl_query *q, struct nl_out *o)
{
	(void)k, (void)q, (void)o;
	return -EINVAL;
}

struct attrs {
	const unsigned char *at, *end;
};

static struct attrs attrs_of(const struct nl_request *rq, size_t header)
{
	const unsigned char *p = NLMSG_DATA(rq->h);
	size_t len = nl_payload_len(rq), skip = MIN((size_t)NLMSG_ALIGN(header), len);

	return (struct attrs){.at = p + skip, .end = p + len};
}

static int get_link(const struct nl_request *rq, bool dump)
{
	struct nl_query q = {.one = !dump};
	struct ifinfomsg h;
	struct attrs as = attrs_of(rq, sizeof(h));
	const void *v;
	uint16_t type;
	size_t len;
	bool whole = get_header(rq, &h, sizeof(h));

	q.family = h.ifi_family;
	if (dump)
		return nl_dump_start(rq, whole || !is_strict(rq) ? fill_links : fill_invalid, &q);
	if (!whole)
		return -EINVAL;
	while ((v = nl_attr_next(&as.at, as.end, &type, &len)) != NULL) {
		if (type != IFLA_IFNAME && type != IFLA_ALT_IFNAME)
			continue;
		if (type == IFLA_IFNAME && strnlen(v, len) >= IFNAMSIZ)
			return -ERANGE;
		snprintf(q.name, sizeof(q.name), "%.*s", (int)MIN(len, sizeof(q.name) - 1),
			 (const char *)v);
	}
	if (h.ifi_index > 0) {
		q.ifindex = h.ifi_index;
		q.name[0] = '\0';
	}
	if (h.ifi_index < 0 || (!q.ifindex && !q.name[0]))
		return h.ifi_index < 0 ? -ENODEV : -EINVAL;
	return nl_answer(rq, fill_links, &q, -ENODEV);
}

static int get_addr(const struct nl_request *rq, bool dump)
{
	struct nl_query q = {0};
	bool strict = is_strict(rq);
	struct ifaddrmsg h;

	if (!dump)
		return -EOPNOTSUPP;
	if (!get_header(rq, &h, sizeof(h)) && strict)
		return nl_dump_start(rq, fill_invalid, &q);
	q.family = h.ifa_family;
	if (strict && h.ifa_index) {
		q.ifindex = (int)h.ifa_index;
		q.filtered = true;
	}
	return nl_dump_start(rq, fill_addrs, &q);
}

static void read_route_attrs(const struct nl_request *rq, struct nl_query *q, bool filter)
{
	struct attrs as = attrs_of(rq, sizeof(struct rtmsg));
	const void *v;
	uint16_t type;
	size_t len;

	while ((v = nl_attr_next(&as.at, as.end, &type, &len)) != NULL) {
		if (type == RTA_DST && (len == 4 || len == 16))
			memcpy(q->dst, v, len);
		if (!filter || len < 4)
			continue;
		if (type == RTA_TABLE)
			memcpy(&q->table, v, 4);
		if (type == RTA_OIF)
			memcpy(&q->ifindex, v, 4);
	}
}

static int get_route(const struct nl_request *rq, bool dump)
{
	struct nl_query q = {.one = !dump};
	bool strict = is_strict(rq);
	struct rtmsg h;

	if (!get_header(rq, &h, sizeof(h)) && (strict || !dump))
		return dump ? nl_dump_start(rq, fill_invalid, &q) : -EINVAL;
	q.family = h.rtm_family;
	q.dst_len = h.rtm_dst_len;
	q.show = h.rtm_flags;
	if (dump && strict)
		q.table = h.rtm_table;
	read_route_attrs(rq, &q, dump && strict);
	q.filtered = q.table || q.ifindex;
	if (dump)
		return nl_dump_start(rq, nl_fill_routes, &q);
	if (q.family != AF_INET && q.family != AF_INET6)
		return -EOPNOTSUPP;
	if (q.family == AF_INET6 && h.rtm_dst_len > 128)
		return -EINVAL;
	return nl_answer(rq, nl_fill_routes, &q, -ENETUNREACH);
}

/* What has a header of which only the family matters. */
static int get_other(const struct nl_request *rq, nl_fill_fn fill)
{
	struct rtgenmsg h;
	struct nl_query q = {0};

	(void)get_header(rq, &h, sizeof(h));
	q.family = h.rtgen_family;
	return nl_dump_start(rq, fill, &q);
}

/* ---- changes ---- */

static int set_link(const struct nl_request *rq)
{
	struct nl_query q = {0};
	struct ifinfomsg h;
	struct netinfo n;
	struct attrs as = attrs_of(rq, sizeof(h));
	const struct net_if *i;
	const void *v;
	uint16_t type;
	size_t len;
	int err;

	if (!get_header(rq, &h, sizeof(h)))
		return -EINVAL;
	while ((v = nl_attr_next(&as.at, as.end, &type, &len)) != NULL) {
		if (type != IFLA_IFNAME)
			return -EPERM;
		snprintf(q.name, sizeof(q.name), "%.*s", (int)MIN(len, sizeof(q.name) - 1),
			 (const char *)v);
	}
	err = netinfo_read(0, &n);
	if (err < 0)
		return err;
	i = h.ifi_index > 0 ? netinfo_by_index(&n, h.ifi_index) : netinfo_by_name(&n, q.name);
	if (i == NULL)
		err = rq->h->nlmsg_flags & NLM_F_CREATE ? -EPERM : -ENODEV;
	else if ((h.ifi_change & ~(unsigned int)IFF_UP) || ((h.ifi_flags ^ i->flags) & IFF_UP))
		err = -EPERM;
	netinfo_free(&n);
	return err;
}

static int change(const struct nl_request *rq)
{
	if (rq->t == NULL || !task_has_cap(rq->t, CAP_NET_ADMIN))
		return -EPERM;
	switch (rq->h->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_SETLINK: return set_link(rq);
	case RTM_DELLINK:
	case RTM_NEWADDR:
	case RTM_DELADDR:
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
	case RTM_NEWRULE:
	case RTM_DELRULE:
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH: return -EPERM;
	}
	return -EOPNOTSUPP;
}

int nl_route_request(const struct nl_request *rq)
{
	unsigned int type = rq->h->nlmsg_type;
	bool dump = rq->h->nlmsg_flags & NLM_F_DUMP;

	if (type < RTM_BASE || type > RTM_MAX)
		return -EOPNOTSUPP;
	if (nl_payload_len(rq) < sizeof(struct rtgenmsg))
		return 0;
	if ((type & 3) != 2) /* RTM_NEW, DEL, GET, SET */
		return change(rq);
	switch (type) {
	case RTM_GETLINK: return get_link(rq, dump);
	case RTM_GETADDR: return get_addr(rq, dump);
	case RTM_GETROUTE: return get_route(rq, dump);
	case RTM_GETRULE: return dump ? get_other(rq, nl_fill_rules) : -EOPNOTSUPP;
	case RTM_GETNEIGH: return dump ? get_other(rq, nl_fill_neighs) : -EOPNOTSUPP;
	}
	return -EOPNOTSUPP;
}
