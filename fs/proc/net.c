/*
 * fs/proc/net.c - /proc/net: what the network code tells (sentry/net_view.h), and a few fixed texts
 *
 * Differences from Linux: no packet and raw sockets, hence no lines about them.
 */
#include "fs/proc/proc.h"
#include "sentry/base/strbuf.h"
#include "sentry/kernel.h"
#include "sentry/net_view.h"
#include "sentry/task.h"

#define TEXT(n, s)                                                                                 \
	{                                                                                          \
		.name = (n), .mode = S_IFREG | 0444, .show = proc_fixed_show, .data = (s)          \
	}

#define INET_TITLE                                                                                 \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "      \
	"timeout inode"
#define INET6_TITLE                                                                                \
	"  sl  local_address                         remote_address                        "       \
	"st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"

/* For the rows' data: each at its own number. */
static const unsigned char tables[] = {
	NET_ARP,   NET_DEV,	   NET_ICMP,	 NET_ICMP6,	NET_IF_INET6,  NET_IGMP,
	NET_IGMP6, NET_IPV6_ROUTE, NET_NETLINK,	 NET_NETSTAT,	NET_PROTOCOLS, NET_ROUTE,
	NET_SNMP,  NET_SNMP6,	   NET_SOCKSTAT, NET_SOCKSTAT6, NET_TCP,       NET_TCP6,
	NET_UDP,   NET_UDP6,	   NET_UDPLITE,	 NET_UDPLITE6,
};

static int show_table(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct kernel *k = kn->inode.super->kernel;

	(void)t;
	if (k->net_view)
		k->net_view->show(k, *(const unsigned char *)kn->row->data, sb);
	return 0;
}

#define TABLE(n, which)                                                                            \
	{                                                                                          \
		.name = (n), .mode = S_IFREG | 0444, .show = show_table, .data = &tables[which]    \
	}

static int show_unix(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct kernel *k = kn->inode.super->kernel;

	(void)t; /* NULL when the sentry itself reads */
	strbuf_puts(sb, "Num       RefCount Protocol Flags    Type St Inode Path\n");
	if (k->show_unix)
		k->show_unix(k, sb);
	return 0;
}

const struct kernfs_row proc_net_rows[] = {
	TABLE("arp", NET_ARP),
	TABLE("dev", NET_DEV),
	TABLE("icmp", NET_ICMP),
	TABLE("icmp6", NET_ICMP6),
	TABLE("if_inet6", NET_IF_INET6),
	TABLE("igmp", NET_IGMP),
	TABLE("igmp6", NET_IGMP6),
	TABLE("ipv6_route", NET_IPV6_ROUTE),
	TABLE("netlink", NET_NETLINK),
	TABLE("netstat", NET_NETSTAT),
	TEXT("packet", "sk       RefCnt Type Proto  Iface R Rmem   User   Inode\n"),
	TABLE("protocols", NET_PROTOCOLS),
	TEXT("psched", "000003e8 00000040 000f4240 3b9aca00\n"),
	TEXT("ptype", "Type Device      Function\n"),
	TEXT("raw", INET_TITLE " ref pointer drops\n"),
	TEXT("raw6", INET6_TITLE " ref pointer drops\n"),
	TABLE("route", NET_ROUTE),
	TABLE("snmp", NET_SNMP),
	TABLE("snmp6", NET_SNMP6),
	TABLE("sockstat", NET_SOCKSTAT),
	TABLE("sockstat6", NET_SOCKSTAT6),
	TABLE("tcp", NET_TCP),
	TABLE("tcp6", NET_TCP6),
	TABLE("udp", NET_UDP),
	TABLE("udp6", NET_UDP6),
	TABLE("udplite", NET_UDPLITE),
	TABLE("udplite6", NET_UDPLITE6),
	{.name = "unix", .mode = S_IFREG | 0444, .show = show_unix},
	TEXT("wireless",
	     "Inter-| sta-|   Quality        |   Discarded packets               | "
	     "Missed | WE\n face | tus | link level noise |  nwid  crypt   frag  retry   "
	     "misc | beacon | 22\n"),
	{0},
};
