/*
 * netstack/socket/netinfo.c - interfaces, addresses and routes of the sandbox's network, see netinfo.h
 *
 * Sources: net/core/net-procfs.c, net/ipv4/devinet.c, net/ipv4/fib_trie.c, net/ipv6/addrconf.c,
 * net/ipv6/route.c for the form of the texts.
 */
#include "netstack/socket/netinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netstack/socket/netinfo_impl.h"
#include "sentry/base/lock.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"

#define TEXT_MAX ((size_t)4 << 20)

static const char *const file_names[NETINFO_NR_FILES] = {
	[NETINFO_ARP] = "arp",		 [NETINFO_DEV] = "dev",
	[NETINFO_IF_INET6] = "if_inet6", [NETINFO_IGMP] = "igmp",
	[NETINFO_IGMP6] = "igmp6",	 [NETINFO_IPV6_ROUTE] = "ipv6_route",
	[NETINFO_NETSTAT] = "netstat",	 [NETINFO_ROUTE] = "route",
	[NETINFO_SNMP] = "snmp",	 [NETINFO_SNMP6] = "snmp6",
};

static struct {
	enum inet_mode mode;
	struct netinfo_fds fds;
	struct mutex mu;
} view = {
	.fds = {.files = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1}, .ioctls = -1},
	.mu = {.host = PTHREAD_MUTEX_INITIALIZER, .rank = LOCK_ANON},
};
STATIC_ASSERT(NETINFO_NR_FILES == 10);

/* ---- descriptors ---- */

void netinfo_open(int proc_fd, struct netinfo_fds *ret)
{
	for (int i = 0; i < NETINFO_NR_FILES; i++) {
		char path[48];

		snprintf(path, sizeof(path), "thread-self/net/%s", file_names[i]);
		ret->files[i] = proc_fd < 0
					? -1
					: openat(proc_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	}
	ret->ioctls = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP);
}

void netinfo_init(enum inet_mode mode, const struct netinfo_fds *fds)
{
	view.mode = mode;
	view.fds = *fds;
}

int netinfo_ioctl_fd(void)
{
	return view.fds.ioctls;
}

void netinfo_text(enum netinfo_file file, struct strbuf *sb)
{
	int fd = view.fds.files[file];
	char *_cleanup_free_ buf = fd < 0 ? NULL : mem_alloc(16384);
	off_t at = 0;
	ssize_t n;

	if (buf == NULL)
		return;
	/* Readers at once would make each other begin again. */
	mutex_lock(&view.mu);
	while ((size_t)at < TEXT_MAX && (n = pread(fd, buf, 16384, at)) > 0) {
		strbuf_append(sb, buf, (size_t)n);
		at += n;
	}
	mutex_unlock(&view.mu);
}

char *netinfo_lines(enum netinfo_file file)
{
	struct strbuf sb;

	strbuf_init(&sb, TEXT_MAX + 16384);
	netinfo_text(file, &sb);
	if (sb.oom) {
		strbuf_free(&sb);
		return NULL;
	}
	return strbuf_take(&sb);
}

/* ---- arrays that grow ---- */

void *netinfo_more(void *array, size_t nr, size_t size, size_t max)
{
	void **p = array, *bigger;

	if (nr >= max)
		return NULL;
	if ((nr & (nr - 1)) == 0) { /* 0, 1, 2, 4, ...: full */
		bigger = mem_realloc(*p, (nr ? nr * 2 : 1) * size);
		if (bigger == NULL)
			return NULL;
		*p = bigger;
	}
	memset((char *)*p + nr * size, 0, size);
	return (char *)*p + nr * size;
}

/* ---- interfaces ---- */

static bool ask(const char *name, unsigned long cmd, struct ifreq *r)
{
	memset(r, 0, sizeof(*r));
	snprintf(r->ifr_name, sizeof(r->ifr_name), "%s", name);
	return ioctl(view.fds.ioctls, cmd, r) == 0;
}

static void fill_lo(struct net_if *i)
{
	snprintf(i->name, sizeof(i->name), "lo");
	i->index = 1;
	i->flags = IFF_LOOPBACK;
	i->mtu = 65536;
	i->txqlen = 1000;
	i->type = ARPHRD_LOOPBACK;
	i->addr_len = 6;
	i->operstate = NET_OPER_DOWN;
}

static unsigned char state_of(const struct net_if *i)
{
	if (!(i->flags & IFF_UP))
		return NET_OPER_DOWN;
	if (i->type == ARPHRD_LOOPBACK || i->type == ARPHRD_NONE)
		return NET_OPER_UNKNOWN;
	return i->flags & IFF_RUNNING ? NET_OPER_UP : NET_OPER_DOWN;
}

static unsigned char addr_len_of(unsigned short type)
{
	switch (type) {
	case ARPHRD_ETHER:
	case ARPHRD_LOOPBACK:
	case ARPHRD_IEEE80211: return 6;
	case ARPHRD_TUNNEL:
	case ARPHRD_SIT:
	case ARPHRD_IPGRE: return 4;
	}
	return 0;
}

/* False: it is gone. */
static bool fill_if(struct net_if *i)
{
	struct ifreq r;

	if (!ask(i->name, SIOCGIFINDEX, &r))
		return false;
	i->index = r.ifr_ifindex;
	if (!ask(i->name, SIOCGIFFLAGS, &r))
		return false;
	i->flags = (unsigned short)r.ifr_flags;
	if (i->flags & IFF_RUNNING)
		i->flags |= NET_IF_LOWER_UP;
	if (ask(i->name, SIOCGIFMTU, &r))
		i->mtu = (unsigned int)r.ifr_mtu;
	if (ask(i->name, SIOCGIFTXQLEN, &r))
		i->txqlen = (unsigned int)r.ifr_qlen;
	if (ask(i->name, SIOCGIFHWADDR, &r)) {
		i->type = r.ifr_hwaddr.sa_family;
		i->addr_len = addr_len_of(i->type);
		memcpy(i->addr, r.ifr_hwaddr.sa_data, i->addr_len);
	}
	if (i->type == ARPHRD_ETHER)
		memset(i->brd, 0xff, i->addr_len);
	i->operstate = state_of(i);
	return true;
}

/* "  lo: 1 2 3 ..." */
static bool parse_dev(char *line, struct net_if *i)
{
	char *colon = strrchr(line, ':'), *p;

	if (colon == NULL)
		return false;
	*colon = '\0';
	line += strspn(line, " ");
	if (*line == '\0' || strlen(line) >= sizeof(i->name))
		return false;
	memcpy(i->name, line, strlen(line) + 1);
	p = colon + 1;
	for (int k = 0; k < NET_STATS; k++)
		i->stats[k] = strtoull(p, &p, 10);
	return true;
}

static int compare_ifs(const void *a, const void *b)
{
	const struct net_if *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

static int read_ifs(struct netinfo *n)
{
	char *_cleanup_free_ text = netinfo_lines(NETINFO_DEV), *at = text, *line;
	struct net_if *i;

	if (text == NULL)
		return -ENOMEM;
	while ((line = strsep(&at, "\n")) != NULL) {
		if (strchr(line, '|')) /* a title */
			continue;
		i = netinfo_more(&n->ifs, n->nr_ifs, sizeof(*i), NETINFO_IFS_MAX);
		if (i && parse_dev(line, i) && fill_if(i))
			n->nr_ifs++;
	}
	if (n->nr_ifs == 0) {
		i = netinfo_more(&n->ifs, 0, sizeof(*i), NETINFO_IFS_MAX);
		if (i == NULL)
			return -ENOMEM;
		fill_lo(i);
		n->nr_ifs = 1;
	}
	qsort(n->ifs, n->nr_ifs, sizeof(*n->ifs), compare_ifs);
	return 0;
}

const struct net_if *netinfo_by_name(const struct netinfo *n, const char *name)
{
	for (size_t i = 0; i < n->nr_ifs; i++)
		if (strcmp(n->ifs[i].name, name) == 0)
			return &n->ifs[i];
	return NULL;
}

const struct net_if *netinfo_by_index(const struct netinfo *n, int index)
{
	for (size_t i = 0; i < n->nr_ifs; i++)
		if (n->ifs[i].index == index)
			return &n->ifs[i];
	return NULL;
}

/* ---- addresses ---- */

static void copy_in4(unsigned char *to, const struct ifreq *r)
{
	memcpy(to, &((const struct sockaddr_in *)&r->ifr_addr)->sin_addr, 4);
}

/* With the address given the host tells about that one, not the first of the name. */
static bool ask_about(const struct ifreq *which, unsigned long cmd, struct ifreq *r)
{
	*r = *which;
	return ioctl(view.fds.ioctls, cmd, r) == 0;
}

static unsigned char scope_of_in4(const unsigned char *a)
{
	if (a[0] == 127)
		return RT_SCOPE_HOST;
	return a[0] == 169 && a[1] == 254 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
}

static void fill_in4(const struct netinfo *n, const struct ifreq *r, struct net_addr *a)
{
	char name[IFNAMSIZ];
	const struct net_if *i;
	struct ifreq x;
	uint32_t mask = 0;

	snprintf(a->label, sizeof(a->label), "%.*s", IFNAMSIZ - 1, r->ifr_name);
	snprintf(name, sizeof(name), "%s", a->label);
	name[strcspn(name, ":")] = '\0';
	i = netinfo_by_name(n, name);
	if (i == NULL)
		return;
	copy_in4(a->addr, r);
	copy_in4(a->peer, r);
	if (ask_about(r, SIOCGIFNETMASK, &x))
		copy_in4((unsigned char *)&mask, &x);
	a->prefix = (unsigned char)__builtin_popcount(mask);
	if ((i->flags & IFF_POINTOPOINT) && ask_about(r, SIOCGIFDSTADDR, &x))
		copy_in4(a->peer, &x);
	if ((i->flags & IFF_BROADCAST) && ask_about(r, SIOCGIFBRDADDR, &x)) {
		copy_in4(a->brd, &x);
		a->has_brd = memcmp(a->brd, "\0\0\0\0", 4) != 0;
	}
	a->scope = scope_of_in4(a->addr);
	a->flags = IFA_F_PERMANENT;
	a->ifindex = i->index;
	a->family = AF_INET;
}

static int read_in4(struct netinfo *n)
{
	struct ifconf c = {0};
	struct ifreq *_cleanup_free_ list = mem_calloc(NETINFO_ADDRS_MAX, sizeof(*list));

	if (list == NULL)
		return -ENOMEM;
	c.ifc_len = (int)(NETINFO_ADDRS_MAX * sizeof(*list));
	c.ifc_req = list;
	if (view.fds.ioctls < 0 || ioctl(view.fds.ioctls, SIOCGIFCONF, &c) < 0)
		return 0;
	for (size_t k = 0; k < (size_t)c.ifc_len / sizeof(*list); k++) {
		struct net_addr *a = netinfo_more(&n->addrs, n->nr_addrs, sizeof(*a),
						  NETINFO_ADDRS_MAX);

		if (a == NULL)
			break;
		fill_in4(n, &list[k], a);
		if (a->family)
			n->nr_addrs++;
	}
	return 0;
}

bool netinfo_parse_hex(const char *s, unsigned char *to, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (sscanf(s + 2 * i, "%2hhx", &to[i]) != 1)
			return false;
	return true;
}

static int read_in6(struct netinfo *n)
{
	char *_cleanup_free_ text = netinfo_lines(NETINFO_IF_INET6), *at = text, *line;

	if (text == NULL)
		return -ENOMEM;
	while ((line = strsep(&at, "\n")) != NULL) {
		unsigned int index, prefix, scope, flags;
		struct net_addr *a;
		char hex[33], name[IFNAMSIZ];

		if (sscanf(line, "%32s %x %x %x %x %15s", hex, &index, &prefix, &scope, &flags,
			   name) != 6)
			continue;
		a = netinfo_more(&n->addrs, n->nr_addrs, sizeof(*a), NETINFO_ADDRS_MAX);
		if (a == NULL || strlen(hex) != 32 || !netinfo_parse_hex(hex, a->addr, 16))
			continue;
		a->family = AF_INET6;
		a->ifindex = (int)index;
		a->prefix = (unsigned char)prefix;
		/* IPV6_ADDR_LOOPBACK, _LINKLOCAL, _SITELOCAL */
		a->scope = scope & 0x10	  ? RT_SCOPE_HOST
			   : scope & 0x20 ? RT_SCOPE_LINK
			   : scope & 0x40 ? RT_SCOPE_SITE
					  : RT_SCOPE_UNIVERSE;
		a->flags = flags;
		memcpy(a->label, name, sizeof(name));
		n->nr_addrs++;
	}
	return 0;
}

/* In the order of the interfaces, as Linux lists them. */
static int compare_addrs(const void *a, const void *b)
{
	const struct net_addr *x = a, *y = b;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static int read_addrs(struct netinfo *n)
{
	int err = read_in4(n);

	if (err == 0)
		err = read_in6(n);
	if (err == 0 && n->nr_addrs)
		qsort(n->addrs, n->nr_addrs, sizeof(*n->addrs), compare_addrs);
	return err;
}

/* ---- all ---- */

int netinfo_read(unsigned int want, struct netinfo *ret)
{
	struct netinfo n = {0};
	int err = read_ifs(&n);

	if (err == 0 && (want & (NETINFO_WANT_ADDRS | NETINFO_WANT_ROUTES)))
		err = read_addrs(&n);
	if (err == 0 && (want & NETINFO_WANT_ROUTES))
		err = netinfo_read_routes(&n);
	if (err == 0 && (want & NETINFO_WANT_NEIGHS))
		err = netinfo_read_neighs(&n);
	if (err < 0)
		netinfo_free(&n);
	else
		*ret = n;
	return err;
}

void netinfo_free(struct netinfo *n)
{
	mem_free(n->ifs);
	mem_free(n->addrs);
	mem_free(n->routes);
	mem_free(n->neighs);
	memset(n, 0, sizeof(*n));
}
