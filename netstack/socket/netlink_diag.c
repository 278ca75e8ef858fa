/*
 * netstack/socket/netlink_diag.c - NETLINK_SOCK_DIAG: the sandbox's sockets, sock_diag(7)
 */
#include <errno.h>
#include <linux/sock_diag.h>

#include "netstack/socket/netlink_impl.h"

int nl_diag_request(const struct nl_request *rq)
{
	if (rq->h->nlmsg_type != SOCK_DIAG_BY_FAMILY && rq->h->nlmsg_type != SOCK_DESTROY)
		return -EINVAL;
	return nl_payload_len(rq) < sizeof(struct sock_diag_req) ? -EINVAL : -ENOENT;
}
