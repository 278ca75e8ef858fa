/*
 * sentry/net_view.h - what /proc and /sys ask the network code about
 *
 * Model: kernel->net_view is set when the network is (runsc-c/network.c); without it there is an
 * interface lo and no socket. Tables are those of the sandbox's own sockets, and the host's texts for
 * the network that they are in.
 */
#ifndef SENTRY_NET_VIEW_H
#define SENTRY_NET_VIEW_H

#include <net/if.h>
#include <stddef.h>
#include <stdint.h>

struct kernel;
struct strbuf;

/* Files of /proc/net; titles are theirs where there are any. */
enum net_table {
	NET_ARP,
	NET_DEV,
	NET_ICMP,
	NET_ICMP6,
	NET_IF_INET6,
	NET_IGMP,
	NET_IGMP6,
	NET_IPV6_ROUTE,
	NET_NETLINK,
	NET_NETSTAT,
	NET_PROTOCOLS,
	NET_ROUTE,
	NET_SNMP,
	NET_SNMP6,
	NET_SOCKSTAT,
	NET_SOCKSTAT6,
	NET_TCP,
	NET_TCP6,
	NET_UDP,
	NET_UDP6,
	NET_UDPLITE,
	NET_UDPLITE6,
};

#define NET_ADDR_MAX 32 /* MAX_ADDR_LEN */
#define NET_STATS 16

/* In the order of /proc/net/dev. */
enum {
	NETSTAT_RX_BYTES,
	NETSTAT_RX_PACKETS,
	NETSTAT_RX_ERRORS,
	NETSTAT_RX_DROPPED,
	NETSTAT_RX_FIFO,
	NETSTAT_RX_FRAME,
	NETSTAT_RX_COMPRESSED,
	NETSTAT_MULTICAST,
	NETSTAT_TX_BYTES,
	NETSTAT_TX_PACKETS,
	NETSTAT_TX_ERRORS,
	NETSTAT_TX_DROPPED,
	NETSTAT_TX_FIFO,
	NETSTAT_COLLISIONS,
	NETSTAT_TX_CARRIER,
	NETSTAT_TX_COMPRESSED,
};

/* linux/if.h, which does not go with net/if.h */
enum { NET_OPER_UNKNOWN = 0, NET_OPER_DOWN = 2, NET_OPER_UP = 6 };
#define NET_IF_LOWER_UP 0x10000U /* IFF_LOWER_UP */

struct net_if {
	char name[IFNAMSIZ];
	int index;
	unsigned int flags; /* IFF_*, IFF_LOWER_UP inferred */
	unsigned int mtu, txqlen;
	unsigned short type; /* ARPHRD_* */
	unsigned char addr_len;
	unsigned char operstate; /* NET_OPER_* */
	unsigned char addr[NET_ADDR_MAX], brd[NET_ADDR_MAX];
	uint64_t stats[NET_STATS];
};

struct net_view {
	void (*show)(struct kernel *k, enum net_table table, struct strbuf *sb);
	/* All, by index; *ret is the caller's to free. 0 or -ENOMEM. */
	int (*interfaces)(struct net_if **ret, size_t *ret_nr);
};

#endif
