/*
 * netstack/socket/unix.h - AF_UNIX, unix(7), as others see it
 */
#ifndef NETSTACK_SOCKET_UNIX_H
#define NETSTACK_SOCKET_UNIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kernel;
struct socket_family;

extern const struct socket_family unix_family;

/* What is told about a socket. */
struct unix_fact {
	uint64_t seq; /* grows from one to the next */
	int type;
	int state; /* as of TCP: ESTABLISHED, CLOSE, LISTEN */
	uint64_t ino, peer_ino;
	bool has_peer;
	const char *name; /* the address without its family; NULL: none */
	size_t name_len;
	uint32_t rqueue, wqueue;
	uint32_t uid;
	unsigned char shutdown;
};

/* Sockets with a seq behind after, until fn returns false; fn runs with the names' lock held. */
void unix_each(struct kernel *k, uint64_t after, bool (*fn)(void *arg, const struct unix_fact *f),
	       void *arg);

#endif
