/*
 * netstack/socket/net_show.h - /proc/net: tables of sockets, and the host's texts about its network
 */
#ifndef NETSTACK_SOCKET_NET_SHOW_H
#define NETSTACK_SOCKET_NET_SHOW_H

struct net_view;

extern const struct net_view net_view; /* for kernel->net_view */

#endif
