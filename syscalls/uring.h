/*
 * syscalls/uring.h - requests of io_uring(7): how they are taken in, carried out, linked and cancelled
 *
 * Model: io_uring_enter(2) copies each entry of the submission queue once into a struct uring_req and
 * carries it out on the spot, as the thread that submits it. What would wait goes on as a shadow of
 * that thread (sentry/task_shadow.h), parked on the wait queues of its file: memory, no thread.
 *
 * States of a request: TAKEN (checked, perhaps behind others in its link or deferred by a drain) ->
 * RUNNING (in one thread: the submitter's, or a worker with the shadow) <-> PARKED -> COMPLETE (its
 * completion is posted, and it is freed). Who runs it owns it; others may only look at it under ring->mu
 * while it is on ring->active, mark it cancelled and wake its shadow.
 *
 * An operation (struct uring_op) has issue(), one try that never waits, or call(), a handler of
 * syscalls/ that may park the shadow, or both: then call() follows an issue() that would wait. issue()
 * without call() is repeated when its file becomes ready. Those with many completions post
 * all but the last one themselves.
 *
 * Links: a chain by r->next, run one after the other by the thread that completes one. A request behind
 * a drain waits on ring->deferred until nothing is active. A linked time-out is a request of its own,
 * parked with a deadline while its target is.
 *
 * Cancelling wakes the shadow as a signal does; all loops that wait end then, and the result is
 * -ECANCELED. The same happens to all requests of a ring whose file is closed, and, by
 * task_shadows_abort(), to those of a thread that ends or executes a program.
 *
 * Bounds: URING_REQUESTS_MAX in a sandbox; what they hold: one shadow, one file, one iovec of IOV_MAX, which
 * is charged to the rings' memory. One io_uring_enter(2) takes no more than the queue held when it began. To cancel, and
 * to fire what waits for a number of completions, walks what is active: at most all requests.
 *
 * Stability (IORING_FEAT_SUBMIT_STABLE): what is not begun in the call that submits it, behind a link or a
 * drain, has its vectors and times copied in then; names, addresses and message headers are read when it begins.
 * What a drain held up begins with the credentials that its thread had when it was submitted.
 *
 * Differences from Linux: registered buffers are ranges of addresses, checked when they are registered,
 * not pages that stay; IORING_SETUP_SQPOLL has a thread that always sleeps (IORING_SQ_NEED_WAKEUP), so
 * that each submission needs io_uring_enter(2); no IORING_SETUP_IOPOLL, IORING_REGISTER_RING_FDS,
 * URING_CMD; MADVISE takes hints only; with a signal mask, EINTR rather than the number of submissions if a signal
 * that only the mask lets in comes while waiting.
 *
 * Sources: io_uring_enter(2), io_uring_setup(2), io_uring_register(2); io_uring/ of Linux for the order
 * of errors.
 */
#ifndef SYSCALLS_URING_H
#define SYSCALLS_URING_H

#include "fs/anon/uring.h"
#include "sentry/task_shadow.h"
#include "syscalls/syscall.h"

#define URING_REQUESTS_MAX 65536u

struct uring_req;

/* Fields of an entry that an operation does not know: they must be zero (-EINVAL). */
enum {
	ZERO_OFF = 1,
	ZERO_ADDR = 2,
	ZERO_LEN = 4,
	ZERO_FLAGS = 8,	 /* rw_flags and its other names */
	ZERO_BUF = 16,	 /* buf_index */
	ZERO_INDEX = 32, /* splice_fd_in, file_index */
	ZERO_ADDR3 = 64,
};

enum {
	OP_FILE = 1,	  /* the entry's fd is an open file: r->file */
	OP_LATE = 2,	  /* not before the shadow waits: issue() counts wake-ups */
	OP_PRIO = 4,	  /* ioprio has a meaning */
	OP_SELECT = 8,	  /* may take a provided buffer */
	OP_SHORT = 16,	  /* fewer bytes than asked for break a link */
	OP_NO_FIXED = 32, /* IOSQE_FIXED_FILE is -EBADF */
};

struct uring_op {
	unsigned int flags, zero;
	uint32_t events;		  /* of the file, for another issue() */
	int (*prep)(struct uring_req *r); /* under ring->mu: checks, without guest memory */
	int (*arm)(struct task *t, struct uring_req *r); /* before the first try */
	long (*issue)(struct task *t, struct uring_req *r);
	long (*call)(struct task *s, struct uring_req *r);
	long (*expired)(struct task *s, struct uring_req *r); /* r->deadline_ns has passed */
};

struct uring_req {
	struct list node; /* ring->active or ring->deferred; ring->mu */
	struct uring *ring;
	struct io_uring_sqe sqe; /* the copy */
	const struct uring_op *op;
	struct task *like; /* the submitter */
	unsigned int program;
	struct cred *cred; /* the personality's; NULL: the submitter's */
	struct file *file;
	struct uring_req *next; /* in its link */
	int prep_err;
	uint32_t cflags; /* of its last completion */
	bool async;	 /* it was parked: completions come unasked */
	bool nowait;	 /* -EAGAIN is the result */
	bool failed;	 /* breaks its link whatever the result */
	bool many;	 /* is to give more than one completion */

	/* ring->mu */
	uint64_t user_data;
	struct task *shadow; /* while it has one */
	struct uring_req *timeout, *target;
	bool armed; /* a linked time-out that was begun: it runs, and ends, by itself */
	bool cancelled;
	uint32_t poll_events, counts_from;
	bool poll_changed;
	bool counted; /* a time-out that fires after sqe.off completions */

	/* the operation's */
	int64_t deadline_ns, period_ns;
	uint32_t left;
	struct iovec *iov;
	size_t iov_bytes; /* charged: uring_charge() */
	struct timespec ts;
	bool has_ts; /* a time-out's was copied in with the submission */
	size_t nr_iov, total, done;
	uint64_t buf_addr;
	uint32_t buf_len, buf_whole;
	uint16_t buf_id, buf_head;
	bool has_buf, buf_from_ring;
};

const struct uring_op *uring_op(unsigned int opcode); /* NULL: none */

/* uring_req.c */
/* Takes at most n entries and begins them. How many were taken, or -EAGAIN, -EBUSY. */
long uring_submit(struct task *t, struct uring *u, uint32_t n);
void uring_closed(struct uring *u);
/* A completion before r's last one. False: r has to end, the next one is its last. */
must_check bool uring_post_more(struct uring_req *r, long res, uint32_t cflags);
void uring_post_raw(struct uring *u, uint64_t user_data, long res, uint32_t cflags);
/* How many completions there have been that a time-out counts. */
uint32_t uring_told_locked(const struct uring *u) REQUIRES(&u->mu);
/* task_resume_parked() of a shadow. */
void uring_resume(struct task *s);
/* Wakes r, which is on the active list, to end; -EALREADY: it is not waiting. */
long uring_cancel_locked(struct uring_req *r) REQUIRES(&r->ring->mu);

/* uring_register.c */
struct file *uring_fixed_file(struct uring *u, uint32_t slot); /* new reference; NULL: none */
/* Takes f. slot 1-based, or IORING_FILE_INDEX_ALLOC. 0, or the slot that was found; -errno. */
long uring_install_fixed(struct uring *u, struct file *f, uint32_t slot);
long uring_remove_fixed(struct uring *u, uint32_t slot); /* 0-based */
long uring_update_files(struct task *t, struct uring *u, uint32_t off, uaddr_t fds, uint32_t nr,
			uaddr_t tags);
/* Into any free slots, whose numbers are told in place of the descriptors. */
long uring_install_files(struct task *t, struct uring *u, uaddr_t fds, uint32_t nr);
long uring_fixed_range(struct uring *u, uint32_t index, uint64_t addr, uint64_t len);
void uring_tables_free(struct uring *u);

/* uring_buf.c: provided buffers */
/* For r, at most max bytes (0: the buffer's length): r->buf_*. -ENOBUFS, -EFAULT. */
must_check int uring_buf_select(struct task *t, struct uring_req *r, uint32_t max);
void uring_buf_put_back(struct uring_req *r);
/* It is used: the flags of the completion. */
uint32_t uring_buf_used(struct uring_req *r);
long uring_buf_provide(struct task *t, struct uring_req *r);
long uring_buf_remove(struct task *t, struct uring_req *r);
int uring_buf_prep(struct uring_req *r);
long uring_buf_register_ring(struct task *t, struct uring *u, uaddr_t arg);
long uring_buf_unregister_ring(struct task *t, struct uring *u, uaddr_t arg);
void uring_buf_free_all(struct uring *u);

/* The operations, by kind. */
int uring_rw_prep(struct uring_req *r);
/* The iovec, once. */
must_check int uring_take_vector(struct task *t, struct uring_req *r);
long uring_read(struct task *t, struct uring_req *r);
long uring_write(struct task *t, struct uring_req *r);

int uring_msg_prep(struct uring_req *r);
long uring_send(struct task *t, struct uring_req *r);
long uring_send_call(struct task *s, struct uring_req *r);
long uring_recv(struct task *t, struct uring_req *r);
long uring_sendmsg(struct task *s, struct uring_req *r);
long uring_recvmsg(struct task *s, struct uring_req *r);
int uring_accept_prep(struct uring_req *r);
long uring_accept(struct task *t, struct uring_req *r);
long uring_connect(struct task *s, struct uring_req *r);
long uring_shutdown(struct task *s, struct uring_req *r);
int uring_socket_prep(struct uring_req *r);
long uring_socket(struct task *s, struct uring_req *r);

int uring_poll_prep(struct uring_req *r);
long uring_poll(struct task *t, struct uring_req *r);
long uring_poll_remove(struct task *t, struct uring_req *r);
int uring_timeout_prep(struct uring_req *r);
long uring_timeout(struct task *t, struct uring_req *r);
long uring_timeout_expired(struct task *s, struct uring_req *r);
long uring_timeout_remove(struct task *t, struct uring_req *r);
long uring_link_timeout(struct task *t, struct uring_req *r);
long uring_link_timeout_expired(struct task *s, struct uring_req *r);
must_check int uring_take_time(struct task *t, struct uring_req *r);
/* The deadline of a time-out, when it begins. 0, -EFAULT, -EINVAL. */
int uring_timeout_arm(struct task *t, struct uring_req *r);
int uring_cancel_prep(struct uring_req *r);
long uring_cancel(struct task *t, struct uring_req *r);
long uring_sync_cancel(struct task *t, struct uring *u, uaddr_t arg);

#endif
