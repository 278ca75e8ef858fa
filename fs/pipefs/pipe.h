/*
 * fs/pipefs/pipe.h - pipes and FIFOs: pipe(7), fifo(7)
 *
 * Model: a struct pipe is a queue of page-sized buffers with a bound on their number (the capacity
 * divided by the page size). A file on a pipe is an end: reader, writer, or both. All ends of one
 * inode share in->pipe; the last one to go frees it with what it holds.
 *
 * Interface: pipe_new() makes the two ends of pipe2(2). FIFOs: the VFS calls fifo_open() for every
 * open of a S_ISFIFO inode, whatever its filesystem. It never sleeps: the end counts from then on,
 * and the caller waits with fifo_open_ready() until the open may return (syscalls/io.c has
 * io_open_finish() for that); dropping the file takes the end back.
 *
 * splice(2) and friends move whole buffers: pipe_take() gets up to max bytes out as a chain of
 * buffers, pipe_give() puts a chain in as far as it fits, pipe_unread() puts back at the front what
 * could not be used. Chains hold sentry memory only, so there is no guest copy inside.
 *
 * Locking: pipe->mu (LOCK_PIPE), never held over a guest copy: data is detached or prepared
 * outside. in->pipe itself is guarded by in->mu.
 */
#ifndef FS_PIPEFS_PIPE_H
#define FS_PIPEFS_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sentry/base/list.h"

struct file;
struct inode;
struct kernel;
struct pipe;
struct task;

#define PIPE_PAGE 4096u
#define PIPE_DEF_SLOTS 16u
#define PIPE_WHOLE (16u * PIPE_PAGE) /* a write over a channel is taken as a whole or not at all */
#define PIPE_MAX_SIZE (1u << 20)     /* fs.pipe-max-size: more needs CAP_SYS_RESOURCE */
#define PIPE_HARD_MAX_SIZE (16u << 20)	/* ours, for everybody */
#define PIPE_USER_PAGES_SOFT 16384u	/* all pipes of the sandbox; see pipe_account() */
#define PIPE_USER_PAGES_HARD (1u << 18) /* 1 GiB */
#define PIPE_SLOTS_MAX (1u << 20)	/* no new pipe beyond it: half a million of the smallest */

/* flags: O_CLOEXEC is the caller's; O_NONBLOCK, O_DIRECT. -ENFILE, -ENOMEM. */
int pipe_new(struct task *t, int flags, struct file **ret_read, struct file **ret_write);

/* Makes f (fresh, on the FIFO in) an end. 0; -ENXIO: O_WRONLY|O_NONBLOCK without a reader. */
int fifo_open(struct inode *in, struct file *f, struct task *t);
/* 0: the open may return. -EAGAIN: not before the other side is opened; wait for POLLIN|POLLOUT. */
int fifo_open_ready(struct file *f);

/* The pipe of a file that is a pipe end, else NULL. */
struct pipe *pipe_of_file(struct file *f);

/* A chain of buffers: a list of struct pipe_buf, linked by node. */
struct pipe_buf {
	struct list node;
	uint32_t off, len;
	bool packet;	/* O_DIRECT: one write, read as a whole */
	bool can_merge; /* a later write may be appended */
	unsigned char data[PIPE_PAGE];
};
struct pipe_buf *pipe_buf_new(struct pipe *p); /* p may be NULL; NULL: out of memory */
void pipe_chain_free(struct list *chain);

/* Bytes taken (0: end of file), -EAGAIN, -ENOMEM. */
ssize_t pipe_take(struct pipe *p, size_t max, struct list *ret_chain);
/* The same without consuming: a copy, for tee(2). */
ssize_t pipe_copy(struct pipe *p, size_t max, struct list *ret_chain);
/* Buffers moved into p are unlinked from the chain. Bytes given, -EAGAIN (full), -EPIPE. */
ssize_t pipe_give(struct pipe *p, struct list *chain);
/* All of it, however full p is: for data that has nowhere to go back to. -EPIPE. */
ssize_t pipe_give_all(struct pipe *p, struct list *chain);
void pipe_unread(struct pipe *p, struct list *chain);
/* Free slots, -EAGAIN without any, -EPIPE: so that nothing is read for a pipe that is full. */
int pipe_room(struct pipe *p);
size_t pipe_bytes(struct pipe *p); /* FIONREAD */

/* F_GETPIPE_SZ; F_SETPIPE_SZ: the new size, -EINVAL, -EPERM, -EBUSY, -ENOMEM. */
long pipe_get_size(struct pipe *p);
long pipe_set_size(struct pipe *p, struct task *t, unsigned long size);

#endif
