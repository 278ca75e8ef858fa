/*
 * fs/pipefs/pipe_impl.h - struct pipe, shared by pipe.c, fifo.c and pipe_splice.c
 */
#ifndef FS_PIPEFS_PIPE_IMPL_H
#define FS_PIPEFS_PIPE_IMPL_H

#include "fs/pipefs/pipe.h"
#include "fs/vfs/file.h"
#include "sentry/base/lock.h"
#include "sentry/base/ref.h"
#include "sentry/wait.h"

#define PIPE_NR_SPARE 2

struct pipe {
	struct ref ref; /* one per end */
	bool anonymous; /* made by pipe(2): its ends never wait for a partner */
	struct wait_queue wq;
	struct mutex mu;
	struct list bufs GUARDED_BY(&mu);
	uint32_t nr_bufs GUARDED_BY(&mu); /* may exceed max_bufs after pipe_unread() */
	uint32_t max_bufs GUARDED_BY(&mu);
	uint32_t readers GUARDED_BY(&mu);
	uint32_t writers GUARDED_BY(&mu);
	uint32_t r_counter GUARDED_BY(&mu); /* opens for reading so far, from 1 */
	uint32_t w_counter GUARDED_BY(&mu);
	bool whole_waits GUARDED_BY(&mu); /* somebody waits for more room than one buffer */
	struct pipe_buf *spare[PIPE_NR_SPARE] GUARDED_BY(&mu);
};

/* file->data of an end. */
struct pipe_end {
	struct pipe *pipe;
	uint32_t w_seen;	/* no POLLHUP while w_counter is still this (fifo(7), O_NONBLOCK) */
	uint32_t partner_count; /* fifo_open_ready(): the other side's counter at open */
	bool reads, writes, wait_partner;
};

extern const struct file_ops pipe_fops;

struct pipe *pipe_alloc(struct task *t, bool anonymous); /* one reference */
void pipe_free(struct pipe *p);
/* Counts the end in; wakes a partner that waits in open. */
void pipe_end_attach(struct pipe_end *e);

ssize_t pipe_take_locked(struct pipe *p, size_t max, struct list *chain) REQUIRES(&p->mu);
ssize_t pipe_give_locked(struct pipe *p, struct list *chain) REQUIRES(&p->mu);

#define PIPE_EV_IN (POLLIN | POLLRDNORM)
#define PIPE_EV_OUT (POLLOUT | POLLWRNORM)

#endif
