/*
 * netstack/socket/netlink.h - AF_NETLINK, netlink(7), as others see it
 *
 * Served here, from netinfo.h and our own tables; the host's netlink is never asked.
 */
#ifndef NETSTACK_SOCKET_NETLINK_H
#define NETSTACK_SOCKET_NETLINK_H

#include <stdbool.h>
#include <stddef.h>

struct file;
struct socket_family;
struct strbuf;

extern const struct socket_family netlink_family;

bool netlink_of_file(struct file *f); /* is it such a socket's? */
/* A message from the kernel, without a header: mq_notify(2). Lost if there is no room. */
void netlink_tell(struct file *f, const void *data, size_t len);
void netlink_show(struct strbuf *sb); /* /proc/net/netlink, without its title */

#endif
