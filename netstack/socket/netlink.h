/*
 * netstack/socket/netlink.h - AF_NETLINK, netlink(7), as others see it
 *
 * Served here, from netinfo.h and our own tables; the host's netlink is never asked.
 */
#ifndef NETSTACK_SOCKET_NETLINK_H
#define NETSTACK_SOCKET_NETLINK_H

struct socket_family;
struct strbuf;

extern const struct socket_family netlink_family;

void netlink_show(struct strbuf *sb); /* /proc/net/netlink, without its title */

#endif
