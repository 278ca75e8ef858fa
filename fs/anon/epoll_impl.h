/*
 * fs/anon/epoll_impl.h - struct epoll and its items, shared by epoll.c and epoll_graph.c
 */
#ifndef FS_ANON_EPOLL_IMPL_H
#define FS_ANON_EPOLL_IMPL_H

#include "fs/anon/epoll.h"
#include "fs/vfs/file.h"
#include "sentry/base/lock.h"
#include "sentry/base/rbtree.h"
#include "sentry/base/ref.h"
#include "sentry/wait.h"

struct epoll {
	struct ref ref;	   /* the file's, and one of epoll_release_file() at work */
	struct file *file; /* ours; its epitems are the epolls that watch us */
	struct wait_queue wq;
	struct mutex mu;
	struct rb_tree items GUARDED_BY(&mu);
	uint32_t nr_items GUARDED_BY(&mu);
	struct mutex ready_mu;
	struct list ready GUARDED_BY(&ready_mu);
	uint64_t seen; /* epoll_graph.c: the last walk that came here, */
	int below;     /* and what it found; both under its graph_mu */
};

struct epitem {
	struct rb_node node;
	struct epoll *ep;
	struct file *file; /* not referenced, see epoll.c */
	int fd;
	bool exclusive;
	struct wait_entry wait;
	struct list ready_node; /* ep->ready_mu; unlinked: not on the list */
	struct list file_node;	/* in file->epitems; epi_links_mu */
	_Atomic uint32_t events;
	uint64_t data; /* ep->mu */
};

extern struct mutex epi_links_mu;
extern const struct file_ops epoll_fops;

/* epoll_graph.c: may ep get an item for target? 0, -ELOOP, -EINVAL. Begin returns with the graph's
 * mutex held if the question arises (*ret_locked); end after the item was added or not. */
int epoll_graph_begin(struct epoll *ep, struct file *target, bool *ret_locked);
void epoll_graph_end(bool locked);

#endif
