/*
 * netstack/socket/netinfo_impl.h - what the files of netinfo share with each other only
 */
#ifndef NETSTACK_SOCKET_NETINFO_IMPL_H
#define NETSTACK_SOCKET_NETINFO_IMPL_H

#include "netstack/socket/netinfo.h"

char *netinfo_lines(enum netinfo_file file); /* the whole text, allocated; NULL: out of memory */
/* Room for one more, zeroed, behind the nr elements of *(T **)array: NULL if there is none. Which ones
 * are doubled in size follows from nr: a caller that does not use the room asks again with the same. */
void *netinfo_more(void *array, size_t nr, size_t size, size_t max);
bool netinfo_parse_hex(const char *s, unsigned char *to, size_t len);

/* netinfo_route.c */
must_check int netinfo_read_routes(struct netinfo *n);
must_check int netinfo_read_neighs(struct netinfo *n);

#endif
