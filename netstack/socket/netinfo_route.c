/*
 * netstack/socket/netinfo_route.c - routes and neighbours, see netinfo.h
 *
 * The host's text of IPv4 routes has the main table only. The local table follows from the addresses,
 * by the rules after which Linux makes it (fib_add_ifaddr()).
 */
#include <errno.h>
#include <linux/ipv6_route.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "netstack/socket/netinfo_impl.h"
#include "sentry/base/mem.h"

enum { FLAG_GATEWAY = 2, FLAG_REJECT = 0x200 }; /* RTF_* of net/route.h */

static struct net_route *route_new(struct netinfo *n, int family)
{
	struct net_route *r = netinfo_more(&n->routes, n->nr_routes, sizeof(*r),
					   NETINFO_ROUTES_MAX);

	if (r) {
		r->family = family;
		r->type = RTN_UNICAST;
		r->table = RT_TABLE_MAIN;
		r->protocol = RTPROT_BOOT;
	}
	return r;
}

/* ---- IPv4, main ---- */

/* A route to the network of an address is the kernel's own, and has that address as source. */
static void infer_source(const struct netinfo *n, struct net_route *r)
{
	for (size_t i = 0; i < n->nr_addrs; i++) {
		const struct net_addr *a = &n->addrs[i];
		uint32_t mask, addr, dst;

		if (a->family != AF_INET || a->ifindex != r->ifindex || a->prefix != r->dst_len)
			continue;
		mask = a->prefix ? htonl(~0U << (32 - a->prefix)) : 0;
		memcpy(&addr, a->peer, 4);
		memcpy(&dst, r->dst, 4);
		if ((addr & mask) != dst)
			continue;
		r->protocol = RTPROT_KERNEL;
		memcpy(r->prefsrc, a->addr, 4);
		r->has_prefsrc = true;
		return;
	}
}

static bool parse_in4(const struct netinfo *n, const char *line, struct net_route *r)
{
	unsigned int dst, gw, flags, refs, use, metric, mask;
	const struct net_if *i;
	char name[IFNAMSIZ];

	if (sscanf(line, "%15s %8x %8x %x %u %u %u %8x", name, &dst, &gw, &flags, &refs, &use,
		   &metric, &mask) != 8)
		return false;
	i = netinfo_by_name(n, name);
	r->ifindex = i ? i->index : 0;
	memcpy(r->dst, &dst, 4); /* the text has words of the network as they lie in memory */
	r->dst_len = (unsigned char)__builtin_popcount(mask);
	r->metric = metric;
	if (flags & FLAG_REJECT) {
		r->type = RTN_UNREACHABLE;
	} else if (flags & FLAG_GATEWAY) {
		memcpy(r->gateway, &gw, 4);
		r->has_gateway = true;
	} else {
		r->scope = RT_SCOPE_LINK;
		infer_source(n, r);
	}
	return true;
}

static int read_in4(struct netinfo *n)
{
	char *_cleanup_free_ text = netinfo_lines(NETINFO_ROUTE), *at = text, *line;

	if (text == NULL)
		return -ENOMEM;
	(void)strsep(&at, "\n"); /* the title */
	while ((line = strsep(&at, "\n")) != NULL) {
		struct net_route *r = route_new(n, AF_INET);

		if (r && parse_in4(n, line, r))
			n->nr_routes++;
	}
	return 0;
}

/* ---- IPv4, local ---- */

static void add_local(struct netinfo *n, const struct net_addr *a, unsigned char type, uint32_t dst,
		      unsigned char len)
{
	struct net_route *r = route_new(n, AF_INET);

	if (r == NULL)
		return;
	r->type = type;
	r->scope = type == RTN_LOCAL ? RT_SCOPE_HOST : RT_SCOPE_LINK;
	r->table = RT_TABLE_LOCAL;
	r->protocol = RTPROT_KERNEL;
	r->ifindex = a->ifindex;
	r->dst_len = len;
	memcpy(r->dst, &dst, 4);
	memcpy(r->prefsrc, a->addr, 4);
	r->has_prefsrc = true;
	n->nr_routes++;
}

static void add_locals(struct netinfo *n)
{
	for (size_t i = 0; i < n->nr_addrs; i++) {
		const struct net_addr *a = &n->addrs[i];
		const struct net_if *dev = netinfo_by_index(n, a->ifindex);
		uint32_t addr, mask;

		if (a->family != AF_INET || dev == NULL || !(dev->flags & IFF_UP))
			continue;
		memcpy(&addr, a->addr, 4);
		mask = a->prefix ? htonl(~0U << (32 - a->prefix)) : 0;
		if ((dev->flags & IFF_LOOPBACK) && a->prefix < 32)
			add_local(n, a, RTN_LOCAL, addr & mask, a->prefix);
		add_local(n, a, RTN_LOCAL, addr, 32);
		if (a->prefix < 31)
			add_local(n, a, RTN_BROADCAST, addr | ~mask, 32);
	}
}

/* ---- IPv6 ---- */

static void classify_in6(struct net_route *r, unsigned int flags)
{
	if (flags & RTF_LOCAL)
		r->type = RTN_LOCAL;
	else if (flags & RTF_ANYCAST)
		r->type = RTN_ANYCAST;
	else if (flags & FLAG_REJECT)
		r->type = RTN_UNREACHABLE;
	else if (r->dst_len >= 8 && r->dst[0] == 0xff)
		r->type = RTN_MULTICAST;
	if (r->type == RTN_LOCAL || r->type == RTN_ANYCAST || r->type == RTN_MULTICAST)
		r->table = RT_TABLE_LOCAL;
	if (flags & RTF_ADDRCONF)
		r->protocol = RTPROT_RA;
	else if (r->table == RT_TABLE_LOCAL || !r->has_gateway)
		r->protocol = RTPROT_KERNEL;
}

static bool parse_in6(const struct netinfo *n, const char *line, struct net_route *r)
{
	char dst[33], src[33], gw[33], name[IFNAMSIZ];
	unsigned int dst_len, src_len, metric, refs, use, flags;
	const struct net_if *i;

	if (sscanf(line, "%32s %x %32s %x %32s %x %x %x %x %15s", dst, &dst_len, src, &src_len, gw,
		   &metric, &refs, &use, &flags, name) != 10 ||
	    strlen(dst) != 32 || strlen(gw) != 32 || dst_len > 128)
		return false;
	/* The entry that stands for "no route". */
	if (dst_len == 0 && metric == ~0U && (flags & FLAG_REJECT))
		return false;
	if (!netinfo_parse_hex(dst, r->dst, 16) || !netinfo_parse_hex(gw, r->gateway, 16))
		return false;
	i = netinfo_by_name(n, name);
	r->ifindex = i ? i->index : 0;
	r->dst_len = (unsigned char)dst_len;
	r->metric = metric;
	r->has_gateway = flags & FLAG_GATEWAY;
	classify_in6(r, flags);
	return true;
}

static int read_in6(struct netinfo *n)
{
	char *_cleanup_free_ text = netinfo_lines(NETINFO_IPV6_ROUTE), *at = text, *line;

	if (text == NULL)
		return -ENOMEM;
	while ((line = strsep(&at, "\n")) != NULL) {
		struct net_route *r = route_new(n, AF_INET6);

		if (r && parse_in6(n, line, r))
			n->nr_routes++;
	}
	return 0;
}

int netinfo_read_routes(struct netinfo *n)
{
	int err = read_in4(n);

	add_locals(n);
	return err < 0 ? err : read_in6(n);
}

/* ---- neighbours ---- */

static bool parse_neigh(const struct netinfo *n, const char *line, struct net_neigh *g)
{
	unsigned int type, flags;
	char mac[32], mask[16], name[IFNAMSIZ];
	unsigned char *a = g->addr, *l = g->lladdr;
	const struct net_if *i;

	if (sscanf(line, "%hhu.%hhu.%hhu.%hhu 0x%x 0x%x %31s %15s %15s", &a[0], &a[1], &a[2], &a[3],
		   &type, &flags, mac, mask, name) != 9)
		return false;
	i = netinfo_by_name(n, name);
	if (i == NULL)
		return false;
	if (sscanf(mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &l[0], &l[1], &l[2], &l[3], &l[4],
		   &l[5]) != 6)
		return false;
	g->ifindex = i->index;
	g->type = RTN_UNICAST;
	g->state = flags & ATF_PERM ? NUD_PERMANENT : flags & ATF_COM ? NUD_REACHABLE : NUD_FAILED;
	return true;
}

int netinfo_read_neighs(struct netinfo *n)
{
	char *_cleanup_free_ text = netinfo_lines(NETINFO_ARP), *at = text, *line;

	if (text == NULL)
		return -ENOMEM;
	(void)strsep(&at, "\n");
	while ((line = strsep(&at, "\n")) != NULL) {
		struct net_neigh *g = netinfo_more(&n->neighs, n->nr_neighs, sizeof(*g),
						   NETINFO_ROUTES_MAX);

		if (g && parse_neigh(n, line, g))
			n->nr_neighs++;
	}
	return 0;
}
