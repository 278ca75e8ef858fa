/*
 * sentry/aio.h - contexts of asynchronous I/O, io_setup(2)
 *
 * Model: a context belongs to a process and is known by the address of a page in it, as in Linux.
 * It holds the results that wait for io_getevents(2), at most as many as it was made for. Requests
 * are carried out while they are submitted, so there is nothing else in it.
 *
 * The page is the guest's alone: Linux keeps a ring of results there, here it stays zero, which
 * libraries take for a kernel of which only the calls are to be used.
 *
 * Ownership: a process holds its contexts until io_destroy(2), exec or its end; look-ups give a
 * reference. Locking: one mutex per context (LOCK_ANON); the list is under process->mu.
 */
#ifndef SENTRY_AIO_H
#define SENTRY_AIO_H

#include <linux/aio_abi.h>
#include <stdbool.h>
#include <stdint.h>

#include "sentry/base/base.h"
#include "sentry/base/list.h"
#include "sentry/base/lock.h"
#include "sentry/base/ref.h"
#include "sentry/wait.h"

#define AIO_MAX_NR 65536 /* results that all contexts together can hold: fs.aio-max-nr */

struct kernel;
struct process;

struct aio_context {
	struct ref ref;
	struct kernel *kernel;
	struct list node; /* process->mu */
	uint64_t id;	  /* address of its page */
	uint32_t nr;	  /* counted against AIO_MAX_NR */
	struct wait_queue wq;
	struct mutex mu;
	uint32_t max, head, count, reserved GUARDED_BY(&mu);
	struct io_event *events GUARDED_BY(&mu); /* max entries, from head on */
	bool dead GUARDED_BY(&mu);
};

/* For io_setup's number of events; -EINVAL, -EAGAIN, -ENOMEM. Not yet in a process. */
must_check int aio_context_new(struct kernel *k, uint32_t nr, struct aio_context **ret);
void aio_context_put(struct aio_context *c);
/* The process takes the reference. */
void aio_context_add(struct process *p, struct aio_context *c, uint64_t id);
struct aio_context *aio_context_find(struct process *p, uint64_t id); /* NULL: none */
bool aio_context_remove(struct process *p, uint64_t id);	      /* false: none */

/* Room for one more result: every request reserves first, then posts or cancels. */
must_check bool aio_reserve(struct aio_context *c);
void aio_unreserve(struct aio_context *c);
void aio_post(struct aio_context *c, const struct io_event *ev);
/* How many results wait; a dead context never has a reader waiting: UINT32_MAX. */
uint32_t aio_ready(struct aio_context *c);
/* Takes at most n results off. */
uint32_t aio_take(struct aio_context *c, struct io_event *buf, uint32_t n);

void aio_process_end(struct process *p); /* exec, exit */

#endif
