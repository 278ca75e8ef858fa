/*
 * netstack/socket/netlink_fib.c - NETLINK_ROUTE: routes, rules and neighbours; ip-route(8)
 *
 * Differences from Linux: rules are those that every namespace begins with; a single route is found
 * by destination alone (no sources, marks or types of service).
 *
 * Sources: net/ipv4/fib_semantics.c, net/ipv4/route.c, net/ipv6/route.c, net/core/fib_rules.c.
 */
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/in_route.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "netstack/socket/netinfo.h"
#include "netstack/socket/netlink_impl.h"

static unsigned int addr_size(int family)
{
	return family == AF_INET ? 4 : 16;
}

/* ---- routes ---- */

static void put_route(struct nl_out *o, const struct net_route *r)
{
	unsigned int size = addr_size(r->family);
	struct rtmsg h = {.rtm_family = (uint8_t)r->family,
			  .rtm_dst_len = r->dst_len,
			  .rtm_table = r->table,
			  .rtm_protocol = r->protocol,
			  .rtm_scope = r->scope,
			  .rtm_type = r->type};
	struct rta_cacheinfo cache = {0};

	if (!nl_begin(o, RTM_NEWROUTE, &h, sizeof(h)))
		return;
	nl_put_u32(o, RTA_TABLE, r->table);
	if (r->dst_len)
		nl_put(o, RTA_DST, r->dst, size);
	if (r->metric || r->family == AF_INET6)
		nl_put_u32(o, RTA_PRIORITY, r->metric);
	if (r->has_prefsrc)
		nl_put(o, RTA_PREFSRC, r->prefsrc, size);
	if (r->has_gateway)
		nl_put(o, RTA_GATEWAY, r->gateway, size);
	if (r->ifindex)
		nl_put_u32(o, RTA_OIF, (uint32_t)r->ifindex);
	if (r->family == AF_INET6) {
		nl_put(o, RTA_CACHEINFO, &cache, sizeof(cache));
		nl_put_u8(o, RTA_PREF, 0);
	}
	nl_end(o);
}

static bool matches_prefix(const struct net_route *r, const unsigned char *dst)
{
	unsigned int whole = r->dst_len / 8, rest = r->dst_len % 8;

	if (memcmp(r->dst, dst, whole) != 0)
		return false;
	return rest == 0 || ((r->dst[whole] ^ dst[whole]) >> (8 - rest)) == 0;
}

/* The local table before the main one, then the longest prefix, then the least metric. */
static bool is_better(const struct net_route *a, const struct net_route *b)
{
	if (b == NULL)
		return true;
	if (a->table != b->table)
		return a->table == RT_TABLE_LOCAL;
	if (a->dst_len != b->dst_len)
		return a->dst_len > b->dst_len;
	return a->metric < b->metric;
}

static const struct net_route *find_route(const struct netinfo *n, const struct nl_query *q)
{
	const struct net_route *best = NULL;

	for (size_t i = 0; i < n->nr_routes; i++) {
		const struct net_route *r = &n->routes[i];

		if (r->family == q->family && matches_prefix(r, q->dst) && is_better(r, best))
			best = r;
	}
	return best;
}

/* The first address of the interface that reaches as far as the route. */
static const struct net_addr *find_source(const struct netinfo *n, const struct net_route *r)
{
	for (size_t i = 0; i < n->nr_addrs; i++) {
		const struct net_addr *a = &n->addrs[i];

		if (a->family == r->family && a->ifindex == r->ifindex &&
		    (a->scope == RT_SCOPE_UNIVERSE || a->scope <= r->scope))
			return a;
	}
	return NULL;
}

static int answer_route(const struct netinfo *n, const struct nl_query *q, struct nl_out *o)
{
	const struct net_route *r = find_route(n, q);
	unsigned int size = addr_size(q->family);
	struct rtmsg h = {.rtm_family = q->family, .rtm_dst_len = (uint8_t)(size * 8)};
	struct rta_cacheinfo cache = {0};
	unsigned char any[16] = {0};
	const struct net_addr *src;

	if (r == NULL || r->type == RTN_UNREACHABLE)
		return -ENETUNREACH;
	h.rtm_type = r->type;
	if (q->family == AF_INET) {
		h.rtm_table = RT_TABLE_MAIN;
		h.rtm_flags = RTM_F_CLONED | (r->type == RTN_LOCAL	 ? RTCF_LOCAL
					      : r->type == RTN_BROADCAST ? RTCF_BROADCAST
									 : 0);
	} else {
		h.rtm_table = r->table;
		h.rtm_protocol = r->protocol;
		h.rtm_src_len = 128;
	}
	if (!nl_begin(o, RTM_NEWROUTE, &h, sizeof(h)))
		return 0;
	nl_put_u32(o, RTA_TABLE, h.rtm_table);
	nl_put(o, RTA_DST, q->dst, size);
	nl_put_u32(o, RTA_OIF, (uint32_t)r->ifindex);
	src = r->has_prefsrc ? NULL : find_source(n, r);
	if (r->has_prefsrc)
		nl_put(o, RTA_PREFSRC, r->prefsrc, size);
	else if (r->type == RTN_LOCAL)
		nl_put(o, RTA_PREFSRC, q->dst, size);
	else if (src)
		nl_put(o, RTA_PREFSRC, src->addr, size);
	if (r->has_gateway)
		nl_put(o, RTA_GATEWAY, r->gateway, size);
	if (q->family == AF_INET6) {
		nl_put(o, RTA_SRC, any, sizeof(any));
		nl_put_u32(o, RTA_PRIORITY, r->metric);
		nl_put_u8(o, RTA_PREF, 0);
	} else {
		nl_put_u32(o, RTA_UID, 0);
	}
	nl_put(o, RTA_CACHEINFO, &cache, sizeof(cache));
	nl_end(o);
	return 0;
}

int nl_fill_routes(struct kernel *k, const struct nl_query *q, struct nl_out *o)
{
	struct netinfo n;
	int err;

	(void)k;
	if (!q->one && (q->show & RTM_F_CLONED)) /* of the cache, which is gone */
		return 0;
	err = netinfo_read(NETINFO_WANT_ROUTES, &n);
	if (err < 0)
		return err;
	if (q->one)
		err = answer_route(&n, q, o);
	for (size_t i = 0; !q->one && i < n.nr_routes; i++) {
		const struct net_route *r = &n.routes[i];

		if ((q->family == AF_INET || q->family == AF_INET6) && r->family != q->family)
			continue;
		if ((!q->table || q->table == r->table) &&
		    (!q->ifindex || q->ifindex == r->ifindex))
			put_route(o, r);
	}
	netinfo_free(&n);
	return err;
}

/* ---- rules ---- */

static void put_rule(struct nl_out *o, int family, uint32_t priority, uint8_t in_table)
{
	struct fib_rule_hdr h = {
		.family = (uint8_t)family, .table = in_table, .action = FR_ACT_TO_TBL};

	if (!nl_begin(o, RTM_NEWRULE, &h, sizeof(h)))
		return;
	nl_put_u32(o, FRA_TABLE, in_table);
	nl_put_u32(o, FRA_SUPPRESS_PREFIXLEN, ~0U);
	nl_put_u8(o, FRA_PROTOCOL, RTPROT_KERNEL);
	if (priority)
		nl_put_u32(o, FRA_PRIORITY, priority);
	nl_end(o);
}

int nl_fill_rules(struct kernel *k, const struct nl_query *q, struct nl_out *o)
{
	(void)k;
	if (q->family != AF_INET6) {
		put_rule(o, AF_INET, 0, RT_TABLE_LOCAL);
		put_rule(o, AF_INET, 32766, RT_TABLE_MAIN);
		put_rule(o, AF_INET, 32767, RT_TABLE_DEFAULT);
	}
	if (q->family != AF_INET) {
		put_rule(o, AF_INET6, 0, RT_TABLE_LOCAL);
		put_rule(o, AF_INET6, 32766, RT_TABLE_MAIN);
	}
	return 0;
}

/* ---- neighbours ---- */

int nl_fill_neighs(struct kernel *k, const struct nl_query *q, struct nl_out *o)
{
	struct netinfo n;
	int err;

	(void)k;
	if (q->family != AF_UNSPEC && q->family != AF_INET)
		return 0;
	err = netinfo_read(NETINFO_WANT_NEIGHS, &n);
	if (err < 0)
		return err;
	for (size_t i = 0; i < n.nr_neighs; i++) {
		const struct net_neigh *g = &n.neighs[i];
		struct ndmsg h = {.ndm_family = AF_INET,
				  .ndm_ifindex = g->ifindex,
				  .ndm_state = (uint16_t)g->state,
				  .ndm_type = g->type};

		if (!nl_begin(o, RTM_NEWNEIGH, &h, sizeof(h)))
			continue;
		nl_put(o, NDA_DST, g->addr, 4);
		nl_put(o, NDA_LLADDR, g->lladdr, 6);
		nl_end(o);
	}
	netinfo_free(&n);
	return 0;
}
