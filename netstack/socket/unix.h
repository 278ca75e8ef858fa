/*
 * netstack/socket/unix.h - AF_UNIX, unix(7), as others see it
 */
#ifndef NETSTACK_SOCKET_UNIX_H
#define NETSTACK_SOCKET_UNIX_H

struct socket_family;

extern const struct socket_family unix_family;

#endif
