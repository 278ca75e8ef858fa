/*
 * fs/sys/net.c - /sys/class/net: the interfaces of the sandbox's network (sentry/net_view.h)
 *
 * Model: /sys/class/net/IF is a link to /sys/devices/virtual/net/IF, where an inode carries the
 * interface's index. Each file asks anew.
 *
 * Differences from Linux: every interface is a virtual one; nothing can be written; no queues, no
 * speed and duplex.
 */
#include "fs/sys/net.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fs/kernfs/kernfs.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"
#include "sentry/net_view.h"

/* As long as no network was set up. */
static const struct net_if lo = {
	.name = "lo",
	.index = 1,
	.flags = IFF_LOOPBACK | IFF_UP | NET_IF_LOWER_UP,
	.mtu = 65536,
	.txqlen = 1000,
	.type = 772,
	.addr_len = 6,
};

enum find_by { BY_INDEX, BY_NAME, FROM_INDEX };

static bool matches(const struct net_if *i, enum find_by by, uint64_t index,
		    const struct qstr *name)
{
	switch (by) {
	case BY_INDEX: return (uint64_t)i->index == index;
	case FROM_INDEX: return (uint64_t)i->index >= index;
	case BY_NAME:
		return strlen(i->name) == name->len && memcmp(i->name, name->name, name->len) == 0;
	}
	return false;
}

/* 0, -ENOENT, -ENOMEM */
static int find(struct kernel *k, enum find_by by, uint64_t index, const struct qstr *name,
		struct net_if *ret)
{
	struct net_if *_cleanup_free_ all = NULL;
	const struct net_if *list = &lo;
	size_t nr = 1;

	if (k->net_view) {
		int err = k->net_view->interfaces(&all, &nr);

		if (err < 0)
			return err;
		list = all;
	}
	for (size_t i = 0; i < nr; i++) {
		if (matches(&list[i], by, index, name)) {
			*ret = list[i];
			return 0;
		}
	}
	return -ENOENT;
}

static struct kernel *kernel_of(struct kernfs_inode *kn)
{
	return kn->inode.super->kernel;
}

/* ---- files ---- */

static void put_hardware_address(struct strbuf *sb, const unsigned char *a, size_t len)
{
	for (size_t i = 0; i < len; i++)
		strbuf_printf(sb, "%s%02x", i ? ":" : "", a[i]);
	strbuf_putc(sb, '\n');
}

/* Its member by the name of the file. */
static int attr_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	const char *name = kn->row->name;
	struct net_if i;
	int err = find(kernel_of(kn), BY_INDEX, kn->arg, NULL, &i);

	(void)t;
	if (err < 0)
		return err;
	if (strcmp(name, "addr_len") == 0)
		strbuf_printf(sb, "%u\n", i.addr_len);
	else if (strcmp(name, "address") == 0)
		put_hardware_address(sb, i.addr, i.addr_len);
	else if (strcmp(name, "broadcast") == 0)
		put_hardware_address(sb, i.brd, i.addr_len);
	else if (strcmp(name, "flags") == 0)
		/* The flags as they were set, without those that the state gives. */
		strbuf_printf(sb, "0x%x\n", i.flags & 0xffff & ~(unsigned int)IFF_RUNNING);
	else if (strcmp(name, "ifindex") == 0 || strcmp(name, "iflink") == 0)
		strbuf_printf(sb, "%d\n", i.index);
	else if (strcmp(name, "mtu") == 0)
		strbuf_printf(sb, "%u\n", i.mtu);
	else if (strcmp(name, "operstate") == 0)
		strbuf_printf(sb, "%s\n",
			      i.operstate == NET_OPER_UP	? "up"
			      : i.operstate == NET_OPER_UNKNOWN ? "unknown"
								: "down");
	else if (strcmp(name, "tx_queue_len") == 0)
		strbuf_printf(sb, "%u\n", i.txqlen);
	else if (strcmp(name, "type") == 0)
		strbuf_printf(sb, "%u\n", i.type);
	else if (strcmp(name, "uevent") == 0)
		strbuf_printf(sb, "INTERFACE=%s\nIFINDEX=%d\n", i.name, i.index);
	return 0;
}

/* As on Linux: of an interface that is down nobody knows. */
static int carrier_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct net_if i;
	int err = find(kernel_of(kn), BY_INDEX, kn->arg, NULL, &i);

	(void)t;
	if (err < 0)
		return err;
	if (!(i.flags & IFF_UP))
		return -EINVAL;
	strbuf_printf(sb, "%d\n", (i.flags & NET_IF_LOWER_UP) != 0);
	return 0;
}

static const struct {
	const char *name;
	unsigned int at;
} statistics[] = {
	{"collisions", NETSTAT_COLLISIONS},
	{"multicast", NETSTAT_MULTICAST},
	{"rx_bytes", NETSTAT_RX_BYTES},
	{"rx_compressed", NETSTAT_RX_COMPRESSED},
	{"rx_dropped", NETSTAT_RX_DROPPED},
	{"rx_errors", NETSTAT_RX_ERRORS},
	{"rx_fifo_errors", NETSTAT_RX_FIFO},
	{"rx_frame_errors", NETSTAT_RX_FRAME},
	{"rx_packets", NETSTAT_RX_PACKETS},
	{"tx_bytes", NETSTAT_TX_BYTES},
	{"tx_carrier_errors", NETSTAT_TX_CARRIER},
	{"tx_compressed", NETSTAT_TX_COMPRESSED},
	{"tx_dropped", NETSTAT_TX_DROPPED},
	{"tx_errors", NETSTAT_TX_ERRORS},
	{"tx_fifo_errors", NETSTAT_TX_FIFO},
	{"tx_packets", NETSTAT_TX_PACKETS},
};

static int statistics_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct net_if i;
	int err = find(kernel_of(kn), BY_INDEX, kn->arg, NULL, &i);

	(void)t;
	for (size_t k = 0; err == 0 && k < ARRAY_SIZE(statistics); k++)
		if (strcmp(statistics[k].name, kn->row->name) == 0)
			strbuf_printf(sb, "%" PRIu64 "\n", i.stats[statistics[k].at]);
	return err;
}

#define ATTR(n, f)                                                                                 \
	{                                                                                          \
		.name = (n), .mode = S_IFREG | 0444, .show = (f)                                   \
	}

static const struct kernfs_row statistics_rows[] = {
	ATTR("collisions", statistics_show),
	ATTR("multicast", statistics_show),
	ATTR("rx_bytes", statistics_show),
	ATTR("rx_compressed", statistics_show),
	ATTR("rx_dropped", statistics_show),
	ATTR("rx_errors", statistics_show),
	ATTR("rx_fifo_errors", statistics_show),
	ATTR("rx_frame_errors", statistics_show),
	ATTR("rx_packets", statistics_show),
	ATTR("tx_bytes", statistics_show),
	ATTR("tx_carrier_errors", statistics_show),
	ATTR("tx_compressed", statistics_show),
	ATTR("tx_dropped", statistics_show),
	ATTR("tx_errors", statistics_show),
	ATTR("tx_fifo_errors", statistics_show),
	ATTR("tx_packets", statistics_show),
	{0},
};

static int dev_id_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)kn, (void)t;
	strbuf_puts(sb, "0x0\n");
	return 0;
}

static const struct kernfs_row device_rows[] = {
	ATTR("addr_len", attr_show),
	ATTR("address", attr_show),
	ATTR("broadcast", attr_show),
	ATTR("carrier", carrier_show),
	ATTR("dev_id", dev_id_show),
	ATTR("flags", attr_show),
	ATTR("ifindex", attr_show),
	ATTR("iflink", attr_show),
	ATTR("mtu", attr_show),
	ATTR("operstate", attr_show),
	{.name = "statistics", .mode = S_IFDIR | 0755, .rows = statistics_rows},
	{.name = "subsystem", .mode = S_IFLNK | 0777, .target = "../../../../class/net"},
	ATTR("tx_queue_len", attr_show),
	ATTR("type", attr_show),
	ATTR("uevent", attr_show),
	{0},
};
static const struct kernfs_row device_dir = {.mode = S_IFDIR | 0755, .rows = device_rows};

/* ---- directories ---- */

static int class_readlink(struct kernfs_inode *kn, struct task *t, char *buf, size_t size)
{
	struct net_if i;
	int err = find(kernel_of(kn), BY_INDEX, kn->arg, NULL, &i);

	(void)t;
	if (err < 0)
		return err;
	return snprintf(buf, size, "../../devices/virtual/net/%s", i.name);
}

static const struct kernfs_row class_link = {.mode = S_IFLNK | 0777, .readlink = class_readlink};

static int lookup(struct kernfs_inode *dir, const struct qstr *name, const struct kernfs_row *row,
		  struct inode **ret)
{
	struct net_if i;
	int err = find(kernel_of(dir), BY_NAME, 0, name, &i);

	if (err < 0)
		return err;
	return kernfs_inode_new(dir->inode.super, row, NULL,
				kernfs_child_ino(dir->inode.ino, 4096 + (uint64_t)i.index),
				(uint64_t)i.index, ret);
}

static int device_lookup(struct kernfs_inode *dir, const struct qstr *name, struct inode **ret)
{
	return lookup(dir, name, &device_dir, ret);
}

static int class_lookup(struct kernfs_inode *dir, const struct qstr *name, struct inode **ret)
{
	return lookup(dir, name, &class_link, ret);
}

static int next(struct kernfs_inode *dir, uint64_t key, struct kernfs_dirent *ret,
		unsigned int type)
{
	struct net_if i;
	int err = find(kernel_of(dir), FROM_INDEX, key, NULL, &i);

	if (err < 0)
		return err == -ENOENT ? 0 : err;
	snprintf(ret->name, sizeof(ret->name), "%s", i.name);
	ret->key = (uint64_t)i.index;
	ret->type = type;
	return 1;
}

static int device_next(struct kernfs_inode *dir, uint64_t key, struct kernfs_dirent *ret)
{
	return next(dir, key, ret, DT_DIR);
}

static int class_next(struct kernfs_inode *dir, uint64_t key, struct kernfs_dirent *ret)
{
	return next(dir, key, ret, DT_LNK);
}

const struct kernfs_dir_ops sysfs_net_devices = {.lookup = device_lookup, .next = device_next};
const struct kernfs_dir_ops sysfs_net_class = {.lookup = class_lookup, .next = class_next};
