/*
 * netstack/socket/netlink_diag.c - NETLINK_SOCK_DIAG: the sandbox's sockets, sock_diag(7)
 */
#include <errno.h>

#include "netstack/socket/netlink_impl.h"

int nl_diag_request(const struct nl_request *rq)
{
	(void)rq;
	return -ENOENT;
}
