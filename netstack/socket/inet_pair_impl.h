/*
 * netstack/socket/inet_pair_impl.h - between inet_pair.c (states) and inet_way.c (bytes)
 */
#ifndef NETSTACK_SOCKET_INET_PAIR_IMPL_H
#define NETSTACK_SOCKET_INET_PAIR_IMPL_H

#include "netstack/socket/inet_impl.h"
#include "netstack/socket/inet_pair.h"

/* inet_pair.c */
/* An end that somebody waits for, referenced; pair_wake() takes it, without the lock. */
struct inet_sock *pair_waiter_locked(struct inet_pair *p, unsigned int nr) REQUIRES(&p->mu);
void pair_wake(struct inet_sock *peer, uint32_t events);
void pair_end_way(struct inet_pair *p, unsigned int nr); /* more bytes will follow by the host */
size_t way_limit_locked(const struct inet_pair *p, unsigned int nr) REQUIRES(&p->mu);
bool way_has_room_locked(const struct inet_pair *p, unsigned int nr) REQUIRES(&p->mu);
/* The reader has had the bytes that were sent over the host first. */
bool way_is_synced(const struct inet_way *w, struct inet_sock *reader);
/* HOST -> QUEUE for what i sends, if no sends are under way but the caller's own. */
void way_try_queue_locked(struct inet_pair *p, struct inet_sock *i, unsigned int own_sends)
	REQUIRES(&p->mu);

/* inet_way.c */
void way_memory_init(struct kernel *k);
void way_purge_locked(struct inet_way *w);

#endif
