/*
 * netstack/socket/unix_diag.c - all sockets of AF_UNIX, for those who list them, see unix.h
 */
#include <string.h>

#include "fs/vfs/file.h"
#include "netstack/socket/unix.h"
#include "netstack/socket/unix_impl.h"
#include "sentry/kernel.h"

static void get_fact(struct unix_sock *u, struct unix_fact *f)
{
	const struct unix_addr *a = atomic_load(&u->addr);
	struct unix_sock *peer;

	memset(f, 0, sizeof(*f));
	f->seq = u->seq;
	f->type = u->sock.type;
	f->ino = u->sock.ino;
	if (a && a->len > UNIX_PATH_OFFSET) {
		f->name = a->name.sun_path;
		f->name_len = (size_t)(a->len - UNIX_PATH_OFFSET);
		if (f->name[0]) /* a path: without its end */
			f->name_len = strnlen(f->name, f->name_len);
	}
	mutex_lock(&u->sock.mu);
	f->state = u->state == UNIX_LISTEN	  ? 10 /* TCP_LISTEN */
		   : u->state == UNIX_ESTABLISHED ? 1
						  : 7;
	f->rqueue = u->state == UNIX_LISTEN ? u->qlen : (uint32_t)u->qbytes;
	f->wqueue = u->state == UNIX_LISTEN ? u->backlog : (uint32_t)atomic_load(&u->wmem);
	f->shutdown = (unsigned char)atomic_load(&u->shutdown);
	f->uid = u->sock.file ? u->sock.file->inode->uid : 0;
	peer = u->peer;
	if (peer) {
		f->has_peer = true;
		f->peer_ino = peer->sock.ino;
		if (unix_is_dgram(u))
			f->state = 1;
	}
	mutex_unlock(&u->sock.mu);
}

void unix_each(struct kernel *k, uint64_t after, bool (*fn)(void *arg, const struct unix_fact *f),
	       void *arg)
{
	struct unix_net *net = atomic_load(&k->unix_net);
	struct unix_sock *u;
	struct unix_fact f;

	if (net == NULL)
		return;
	mutex_lock(&net->mu);
	list_for_each_entry(u, &net->all, all_node) {
		if (u->seq <= after)
			continue;
		get_fact(u, &f);
		if (!fn(arg, &f))
			break;
	}
	mutex_unlock(&net->mu);
}
