/*
 * netstack/socket/net_show.c - tables of /proc/net, see net_show.h
 *
 * Differences from Linux: addresses of kernel objects are zeroes, timers of connections are not told;
 * counters of protocols are those of the whole network that the sockets are in.
 *
 * Sources: net/ipv4/tcp_ipv4.c, net/ipv4/udp.c, net/ipv6/tcp_ipv6.c, net/ipv6/datagram.c,
 * net/ipv4/proc.c for the form of the lines.
 */
#include "netstack/socket/net_show.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>

#include "netstack/socket/inet_table.h"
#include "netstack/socket/netinfo.h"
#include "netstack/socket/netlink.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/kernel.h"

#define LINE_WIDTH 149 /* TMPSZ - 1, of IPv4 TCP */
#define UDP_WIDTH 127

/* ---- sockets ---- */

struct lines {
	struct strbuf *sb;
	unsigned int nr;
};

/* "0100007F:1F90": words as they lie in memory, the port in host order. */
static void put_addr(struct strbuf *sb, int family, const unsigned char *addr, uint16_t port)
{
	for (int i = 0; i < (family == AF_INET ? 4 : 16); i += 4) {
		uint32_t word;

		memcpy(&word, addr + i, 4);
		strbuf_printf(sb, "%08X", word);
	}
	strbuf_printf(sb, ":%04X", ntohs(port));
}

static void put_names(struct lines *l, const struct inet_fact *f, int width)
{
	strbuf_printf(l->sb, "%*u: ", width, l->nr++);
	put_addr(l->sb, f->family, f->local, f->local_port);
	strbuf_putc(l->sb, ' ');
	put_addr(l->sb, f->family, f->remote, f->remote_port);
	strbuf_printf(l->sb, " %02X %08X:%08X 00:00000000 00000000 %5u %8d %lu", f->state,
		      f->state == INET_LISTEN ? 0 : f->wqueue, f->rqueue, f->uid, 0,
		      (unsigned long)f->ino);
}

/* Lines of IPv4 have one width. */
static void end_line(struct strbuf *sb, size_t start, const struct inet_fact *f, size_t width)
{
	while (f->family == AF_INET && !sb->oom && sb->len - start < width)
		strbuf_putc(sb, ' ');
	strbuf_putc(sb, '\n');
}

static bool tcp_line(void *arg, const struct inet_fact *f)
{
	struct lines *l = arg;
	size_t start = l->sb->len;

	/* Linux has no port, and no line, for what is neither bound nor connected. */
	if (f->state == INET_CLOSE && f->local_port == 0)
		return true;
	put_names(l, f, 4);
	if (f->state == INET_LISTEN)
		strbuf_printf(l->sb, " %u %016x 100 0 0 10 0", f->refs, 0);
	else
		strbuf_printf(l->sb, " %u %016x 20 4 30 10 -1", f->refs, 0);
	end_line(l->sb, start, f, LINE_WIDTH);
	return true;
}

static bool udp_line(void *arg, const struct inet_fact *f)
{
	struct lines *l = arg;
	size_t start = l->sb->len;

	if (f->local_port == 0)
		return true;
	put_names(l, f, 5);
	strbuf_printf(l->sb, " %u %016x %u", f->refs, 0, f->mem[8]);
	end_line(l->sb, start, f, UDP_WIDTH);
	return true;
}

#define TITLE4                                                                                     \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "      \
	"timeout inode"
#define TITLE6                                                                                     \
	"  sl  local_address                         remote_address                        "       \
	"st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
#define TCP4_TITLE TITLE4 "                                                     \n"
#define UDP4_TITLE " " TITLE4 " ref pointer drops            \n"
#define ICMP4_TITLE TITLE4 " ref pointer drops             \n"

static void show_sockets(struct strbuf *sb, const char *title, int family, int protocol)
{
	struct lines l = {.sb = sb};

	strbuf_puts(sb, title);
	inet_table_each(0, family, protocol, protocol == IPPROTO_TCP ? tcp_line : udp_line, &l);
}

/* ---- counts ---- */

struct counts {
	unsigned int all, tcp, tcp6, udp, udp6, udplite, udplite6, tcp_alloc;
};

static bool count_one(void *arg, const struct inet_fact *f)
{
	struct counts *c = arg;
	bool six = f->family == AF_INET6, closed = f->state == INET_CLOSE;

	c->all++;
	switch (f->protocol) {
	case IPPROTO_TCP:
		c->tcp_alloc++;
		if (!closed)
			*(six ? &c->tcp6 : &c->tcp) += 1;
		break;
	case IPPROTO_UDP: *(six ? &c->udp6 : &c->udp) += f->local_port != 0; break;
	case IPPROTO_UDPLITE: *(six ? &c->udplite6 : &c->udplite) += f->local_port != 0; break;
	}
	return true;
}

static void show_sockstat(struct strbuf *sb, bool six)
{
	struct counts c = {0};

	inet_table_each(0, 0, 0, count_one, &c);
	if (six)
		strbuf_printf(sb,
			      "TCP6: inuse %u\nUDP6: inuse %u\nUDPLITE6: inuse %u\nRAW6: inuse 0\n"
			      "FRAG6: inuse 0 memory 0\n",
			      c.tcp6, c.udp6, c.udplite6);
	else
		strbuf_printf(sb,
			      "sockets: used %u\nTCP: inuse %u orphan 0 tw 0 alloc %u mem 0\n"
			      "UDP: inuse %u mem 0\nUDPLITE: inuse %u\nRAW: inuse 0\n"
			      "FRAG: inuse 0 memory 0\n",
			      c.all, c.tcp, c.tcp_alloc, c.udp, c.udplite);
}

static void show_protocols(struct strbuf *sb)
{
	struct counts c = {0};

	inet_table_each(0, 0, 0, count_one, &c);
	strbuf_puts(sb,
		    "protocol  size sockets  memory press maxhdr  slab module     cl co di ac io "
		    "in de sh ss gs se re bi br ha uh gp em\n");
#define LINE(name, size, n, header, flags)                                                         \
	strbuf_printf(sb, "%-9s %4u %6u  %6d   %-3s %6u   %-3s  %-10s %s\n", name, size, n, -1,    \
		      "NI", header, "yes", "kernel", flags)
	LINE("UDPv6", 1472U, c.udp6, 0U, " y  y  y  n  y  y  y  n  y  y  y  y  n  n  y  y  y  n");
	LINE("TCPv6", 2432U, c.tcp6, 192U, " y  y  y  y  y  y  y  y  y  y  y  y  n  y  y  y  y  y");
	LINE("UNIX", 1152U, 0U, 0U, " y  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n");
	LINE("UDP", 1344U, c.udp, 0U, " y  y  y  n  y  y  y  n  y  y  y  y  n  n  y  y  y  n");
	LINE("TCP", 2304U, c.tcp, 192U, " y  y  y  y  y  y  y  y  y  y  y  y  n  y  y  y  y  y");
	LINE("NETLINK", 1096U, 0U, 0U, " n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n");
#undef LINE
}

/* ---- all ---- */

static void show_text(struct strbuf *sb, enum netinfo_file file, const char *title)
{
	size_t start = sb->len;

	netinfo_text(file, sb);
	if (sb->len == start)
		strbuf_puts(sb, title);
}

#define DEV_TITLE                                                                                  \
	"Inter-|   Receive                                                |  Transmit\n"           \
	" face |bytes    packets errs drop fifo frame compressed multicast|bytes    "              \
	"packets errs drop fifo colls carrier compressed\n"                                        \
	"    lo:       0       0    0    0    0     0          0         0        0       "        \
	"0    0    0    0     0       0          0\n"

static void show(struct kernel *k, enum net_table table, struct strbuf *sb)
{
	(void)k;
	switch (table) {
	case NET_ARP:
		show_text(sb, NETINFO_ARP,
			  "IP address       HW type     Flags       HW address            Mask     "
			  "Device\n");
		return;
	case NET_DEV: show_text(sb, NETINFO_DEV, DEV_TITLE); return;
	case NET_ICMP: show_sockets(sb, ICMP4_TITLE, AF_INET, IPPROTO_ICMP); return;
	case NET_ICMP6:
		show_sockets(sb, TITLE6 " ref pointer drops\n", AF_INET6, IPPROTO_ICMPV6);
		return;
	case NET_IF_INET6: show_text(sb, NETINFO_IF_INET6, ""); return;
	case NET_IGMP:
		show_text(sb, NETINFO_IGMP,
			  "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n");
		return;
	case NET_IGMP6: show_text(sb, NETINFO_IGMP6, ""); return;
	case NET_IPV6_ROUTE: show_text(sb, NETINFO_IPV6_ROUTE, ""); return;
	case NET_NETLINK:
		strbuf_puts(sb, "sk               Eth Pid        Groups   Rmem     Wmem     Dump  "
				"Locks    Drops    Inode\n");
		netlink_show(sb);
		return;
	case NET_NETSTAT: show_text(sb, NETINFO_NETSTAT, ""); return;
	case NET_PROTOCOLS: show_protocols(sb); return;
	case NET_ROUTE:
		show_text(sb, NETINFO_ROUTE,
			  "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\t"
			  "Window\tIRTT                                                       \n");
		return;
	case NET_SNMP: show_text(sb, NETINFO_SNMP, ""); return;
	case NET_SNMP6: show_text(sb, NETINFO_SNMP6, ""); return;
	case NET_SOCKSTAT: show_sockstat(sb, false); return;
	case NET_SOCKSTAT6: show_sockstat(sb, true); return;
	case NET_TCP: show_sockets(sb, TCP4_TITLE, AF_INET, IPPROTO_TCP); return;
	case NET_TCP6: show_sockets(sb, TITLE6 "\n", AF_INET6, IPPROTO_TCP); return;
	case NET_UDP: show_sockets(sb, UDP4_TITLE, AF_INET, IPPROTO_UDP); return;
	case NET_UDP6:
		show_sockets(sb, TITLE6 " ref pointer drops\n", AF_INET6, IPPROTO_UDP);
		return;
	case NET_UDPLITE: show_sockets(sb, UDP4_TITLE, AF_INET, IPPROTO_UDPLITE); return;
	case NET_UDPLITE6:
		show_sockets(sb, TITLE6 " ref pointer drops\n", AF_INET6, IPPROTO_UDPLITE);
		return;
	}
}

static int interfaces(struct net_if **ret, size_t *ret_nr)
{
	struct netinfo n;
	int err = netinfo_read(0, &n);

	if (err < 0)
		return err;
	*ret = TAKE_PTR(n.ifs);
	*ret_nr = n.nr_ifs;
	netinfo_free(&n);
	return 0;
}

const struct net_view net_view = {.show = show, .interfaces = interfaces};
