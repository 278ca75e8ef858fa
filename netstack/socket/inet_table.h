/*
 * netstack/socket/inet_table.h - all Internet sockets of the sandbox, for those who list them
 *
 * Model: a socket is in the table from its making until its file is gone. What is told about it is
 * asked of the host's socket at that moment.
 *
 * Differences from Linux: connections that nobody has accepted yet, and those that are left of closed
 * sockets (TIME_WAIT), are not listed.
 *
 * Locking: table.mu (LOCK_ANON) is held while the host is asked about a socket, so that it stays open,
 * and while fn runs, which takes no lock and calls nothing that waits.
 */
#ifndef NETSTACK_SOCKET_INET_TABLE_H
#define NETSTACK_SOCKET_INET_TABLE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct inet_sock;

/* include/net/tcp_states.h */
enum { INET_ESTABLISHED = 1, INET_CLOSE = 7, INET_LISTEN = 10 };

struct inet_fact {
	uint64_t seq; /* grows from one to the next */
	int family, type, protocol;
	int state;
	unsigned char local[16], remote[16]; /* as they lie in an address; 4 or 16 bytes */
	uint16_t local_port, remote_port;    /* network order */
	uint32_t rqueue, wqueue;
	uint32_t uid;
	uint64_t ino;
	unsigned int refs;
	unsigned char shutdown; /* of a connection that is ending */
	bool v6only;
	uint32_t mem[9]; /* SO_MEMINFO */
	uint32_t tcp_info_len;
	unsigned char tcp_info[256]; /* struct tcp_info, as the host has it */
};

void inet_table_add(struct inet_sock *i);
void inet_table_remove(struct inet_sock *i);
/* Sockets with a seq behind after, and of protocol unless that is 0; until fn returns false. */
void inet_table_each(uint64_t after, int family, int protocol,
		     bool (*fn)(void *arg, const struct inet_fact *f), void *arg);

#endif
