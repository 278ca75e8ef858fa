/*
 * netstack/socket/netinfo.h - what there is in the sandbox's network: interfaces, addresses, routes
 *
 * Model: the facts are the host's, of the network namespace that the sandbox's sockets are made in
 * (inet.h). Two things tell them, both opened before the sentry gives up its rights, and both bound
 * to that namespace for good: read-only descriptors of files of /proc/net, whose text is made anew
 * when it is read from its beginning, and one UDP socket for the ioctls of netdevice(7) that read.
 * Whatever could not be opened tells nothing. With INET_OFF all is empty but an interface lo.
 *
 * A struct netinfo is a picture of one moment, made for each question: nothing is kept.
 *
 * Differences from Linux: what neither tells is inferred (a route's source and protocol, an
 * interface's state) or left out (lifetimes of addresses, tables of routes other than main and local).
 *
 * Locking: one mutex (LOCK_ANON) around the reading of a file.
 */
#ifndef NETSTACK_SOCKET_NETINFO_H
#define NETSTACK_SOCKET_NETINFO_H

#include <stdbool.h>
#include <stdint.h>

#include "netstack/socket/inet.h"
#include "sentry/base/base.h"
#include "sentry/net_view.h"

struct strbuf;

enum netinfo_file {
	NETINFO_ARP,
	NETINFO_DEV,
	NETINFO_IF_INET6,
	NETINFO_IGMP,
	NETINFO_IGMP6,
	NETINFO_IPV6_ROUTE,
	NETINFO_NETSTAT,
	NETINFO_ROUTE,
	NETINFO_SNMP,
	NETINFO_SNMP6,
	NETINFO_NR_FILES
};

struct netinfo_fds {
	int files[NETINFO_NR_FILES]; /* -1: none */
	int ioctls;		     /* -1: none */
};

/* Opens all for the namespace of the calling thread. proc_fd: a directory /proc. */
void netinfo_open(int proc_fd, struct netinfo_fds *ret);
/* Before the first guest; the descriptors are netinfo's from now on. */
void netinfo_init(enum inet_mode mode, const struct netinfo_fds *fds);

int netinfo_ioctl_fd(void); /* -1: none */
/* The text of a file, as the host has it. */
void netinfo_text(enum netinfo_file file, struct strbuf *sb);

#define NETINFO_IFS_MAX 1024
#define NETINFO_ADDRS_MAX 4096
#define NETINFO_ROUTES_MAX 8192

struct net_addr {
	int family;
	int ifindex;
	unsigned char addr[16];
	unsigned char peer[16]; /* AF_INET: the other end of a point-to-point link, else addr */
	unsigned char brd[4];
	bool has_brd;
	unsigned char prefix, scope;
	unsigned int flags; /* IFA_F_* */
	char label[IFNAMSIZ];
};

struct net_route {
	int family;
	unsigned char type, scope, protocol; /* RTN_*, RT_SCOPE_*, RTPROT_* */
	unsigned char table;		     /* RT_TABLE_* */
	unsigned char dst[16], gateway[16], prefsrc[16];
	unsigned char dst_len;
	bool has_gateway, has_prefsrc;
	int ifindex; /* 0: none */
	uint32_t metric;
};

struct net_neigh {
	int ifindex;
	unsigned char addr[4];
	unsigned char lladdr[6];
	unsigned int state; /* NUD_* */
	unsigned char type; /* RTN_* */
};

struct netinfo {
	struct net_if *ifs;
	size_t nr_ifs;
	struct net_addr *addrs;
	size_t nr_addrs;
	struct net_route *routes;
	size_t nr_routes;
	struct net_neigh *neighs;
	size_t nr_neighs;
};

enum { NETINFO_WANT_ADDRS = 1, NETINFO_WANT_ROUTES = 2, NETINFO_WANT_NEIGHS = 4 };

/* Interfaces always, routes with addresses. 0 or -ENOMEM, which leaves nothing to be freed. */
must_check int netinfo_read(unsigned int want, struct netinfo *ret);
void netinfo_free(struct netinfo *n);
const struct net_if *netinfo_by_name(const struct netinfo *n, const char *name);
const struct net_if *netinfo_by_index(const struct netinfo *n, int index);

#endif
