/*
 * fs/proc/net.c - /proc/net: titles of the tables, and the loopback device
 *
 * Differences from Linux: the tables of sockets other than AF_UNIX, and of routes, are empty.
 */
#include "fs/proc/proc.h"
#include "sentry/base/strbuf.h"
#include "sentry/kernel.h"
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
	TEXT("arp", "IP address       HW type     Flags       HW address            Mask     "
		    "Device\n"),
	TEXT("dev",
	     "Inter-|   Receive                                                |  Transmit\n"
	     " face |bytes    packets errs drop fifo frame compressed multicast|bytes    "
	     "packets errs drop fifo colls carrier compressed\n"
	     "    lo:       0       0    0    0    0     0          0         0        0       "
	     "0    0    0    0     0       0          0\n"),
	TEXT("if_inet6", "00000000000000000000000000000001 01 80 10 80       lo\n"),
	TEXT("ipv6_route", ""),
	TEXT("netlink", "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    "
			"Drops    Inode\n"),
	TEXT("packet", "sk       RefCnt Type Proto  Iface R Rmem   User   Inode\n"),
	TEXT("protocols",
	     "protocol  size sockets  memory press maxhdr  slab module     cl co di ac "
	     "io in de sh ss gs se re sp bi br ha uh gp em\n"),
	TEXT("psched", "000003e8 00000040 000f4240 3b9aca00\n"),
	TEXT("ptype", "Type Device      Function\n"),
	TEXT("raw", INET_TITLE " ref pointer drops\n"),
	TEXT("raw6", INET6_TITLE " ref pointer drops\n"),
	TEXT("route", "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\t"
		      "Window\tIRTT                                                       \n"),
	TEXT("sockstat", "sockets: used 0\nTCP: inuse 0 orphan 0 tw 0 alloc 0 mem 0\n"
			 "UDP: inuse 0 mem 0\nUDPLITE: inuse 0\nRAW: inuse 0\n"
			 "FRAG: inuse 0 memory 0\n"),
	TEXT("sockstat6", "TCP6: inuse 0\nUDP6: inuse 0\nUDPLITE6: inuse 0\nRAW6: inuse 0\n"
			  "FRAG6: inuse 0 memory 0\n"),
	TEXT("tcp", INET_TITLE "                                                     \n"),
	TEXT("tcp6", INET6_TITLE "\n"),
	TEXT("udp", INET_TITLE " ref pointer drops             \n"),
	TEXT("udp6", INET6_TITLE " ref pointer drops\n"),
	{.name = "unix", .mode = S_IFREG | 0444, .show = show_unix},
	TEXT("wireless",
	     "Inter-| sta-|   Quality        |   Discarded packets               | "
	     "Missed | WE\n face | tus | link level noise |  nwid  crypt   frag  retry   "
	     "misc | beacon | 22\n"),
	{0},
};
