/*
 * fs/anon/uring.h - io_uring(7) as an object: its rings, its completions, what is registered with it
 *
 * Model: one memfd of the sentry holds both rings and the entries of the submission queue; the sentry
 * has it mapped, and the guest maps it by the descriptor (IORING_OFF_*). The guest may write to
 * all of it at any time, so the sentry's own indices are private, sizes and masks are never read back,
 * and each entry is copied once before it is looked at. What a guest puts there can confuse itself only.
 * The memfd has exactly that size and is sealed against other ones. Requests are the syscall layer's
 * (syscalls/uring.h), which hangs its own state on the ring and ends with it.
 *
 *   page 0..  words (struct uring_words), completions, then the array of indices (none with
 *             IORING_SETUP_NO_SQARRAY); from sqes_at: the entries. Each mapping starts at the
 *             beginning of one of the two parts, whatever offset within it was asked for.
 *
 * Completions: uring_post() puts one at the ring's tail, or, while there is no room, on a list in the
 * order of arrival (IORING_FEAT_NODROP), which is emptied by io_uring_enter(2). That list is bounded:
 * requests are refused while it holds URING_OVERFLOW_MAX, and those that give many completions end at
 * the first that finds no room.
 *
 * Bounds: 32768 entries and 65536 completions for each ring as in Linux. URING_BYTES_MAX in a sandbox, of
 * rings, tables of files and buffers, provided buffers, completions without room and vectors in all
 * (uring_charge()). Each ring has one descriptor of the sentry's (counted with memfds of tmpfs).
 *
 * Locking: ring->mu (LOCK_URING) guards all that is not fixed, the syscall layer's part included.
 * No copy from or to guest memory, and no file's op, under it.
 */
#ifndef FS_ANON_URING_H
#define FS_ANON_URING_H

#include <linux/io_uring.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "sentry/base/list.h"
#include "sentry/base/lock.h"
#include "sentry/base/ref.h"
#include "sentry/wait.h"

struct cred;
struct file;
struct kernel;
struct task;

/* Newer than some hosts' headers. */
#define URING_SETUP_NO_SQARRAY (1u << 16)
#define URING_SETUP_KNOWN                                                                          \
	(IORING_SETUP_SQPOLL | IORING_SETUP_SQ_AFF | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP |    \
	 IORING_SETUP_ATTACH_WQ | IORING_SETUP_R_DISABLED | IORING_SETUP_SUBMIT_ALL |              \
	 IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SQE128 |             \
	 IORING_SETUP_CQE32 | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |            \
	 URING_SETUP_NO_SQARRAY)

#define URING_MAX_ENTRIES 32768u
#define URING_BYTES_MAX (256u << 20)
#define URING_OVERFLOW_MAX 65536u
#define URING_MAX_FILES 65536u
#define URING_MAX_BUFFERS 16384u

struct uring_cqe {
	uint64_t user_data;
	int32_t res;
	uint32_t flags;
	uint64_t extra[2]; /* IORING_SETUP_CQE32 */
};

/* A slot of registered files or buffers. */
struct uring_slot {
	struct file *file;
	uint64_t addr, len;
	uint64_t tag;
};
struct uring_table {
	struct uring_slot *slots; /* NULL: nothing is registered */
	uint32_t nr;
	uint32_t alloc_from, alloc_to; /* where IORING_FILE_INDEX_ALLOC looks */
	uint32_t taken;		       /* from alloc_from to here none is free */
};

struct uring {
	struct ref ref;
	struct kernel *kernel;
	uint32_t flags; /* IORING_SETUP_* */
	uint32_t sq_entries, cq_entries;
	uint32_t sqe_shift, cqe_shift;
	int memfd;
	uint8_t *mem;
	uint32_t cqes_at, array_at, sqes_at, size;
	struct wait_queue wq; /* POLLIN: completions; POLLOUT: room for submissions */

	struct mutex mu;
	uint32_t sq_head, cq_tail GUARDED_BY(&mu);
	struct uring_cqe *overflow GUARDED_BY(&mu); /* a ring of max_overflow */
	uint32_t overflow_at, nr_overflow, max_overflow GUARDED_BY(&mu);
	struct file *eventfd GUARDED_BY(&mu);
	bool eventfd_async GUARDED_BY(&mu);
	bool disabled GUARDED_BY(&mu); /* IORING_SETUP_R_DISABLED, until enabled */
	bool dead GUARDED_BY(&mu);     /* the file is gone */
	bool no_drain GUARDED_BY(&mu); /* some completions were not to be told */

	/* The syscall layer's: syscalls/uring.h. */
	struct list active GUARDED_BY(&mu);   /* requests that were begun */
	struct list deferred GUARDED_BY(&mu); /* and that wait for these to end */
	uint32_t nr_active, nr_counted GUARDED_BY(&mu);
	uint32_t nr_timeouts
		GUARDED_BY(&mu); /* completions of time-outs, ever: not counted by others */
	struct list groups GUARDED_BY(&mu); /* of provided buffers */
	uint32_t nr_groups, nr_buffers GUARDED_BY(&mu);
	struct uring_table files GUARDED_BY(&mu), buffers GUARDED_BY(&mu);
	struct cred *creds[64] GUARDED_BY(&mu); /* personalities: number - 1 */
	bool restricted GUARDED_BY(&mu);
	uint64_t allowed_ops[4] GUARDED_BY(&mu), allowed_registers GUARDED_BY(&mu);
	uint8_t allowed_flags, required_flags GUARDED_BY(&mu);
	const void *issuer GUARDED_BY(&mu); /* IORING_SETUP_SINGLE_ISSUER: a task, only compared */
	void (*closed)(struct uring *u);    /* the file is gone */
	void (*fini)(struct uring *u);	    /* the last reference is */
};

/* Sizes and flags in *p are checked and filled in. -EINVAL, -ENOMEM, -ENFILE. */
must_check int uring_new(struct kernel *k, uint32_t entries, struct io_uring_params *p, bool sqpoll,
			 struct file **ret);
struct uring *uring_of_file(const struct file *f); /* borrowed; NULL: another kind */
/* Memory of the sentry's for what guests do with rings: false at URING_BYTES_MAX. */
must_check bool uring_charge(struct kernel *k, size_t bytes);
void uring_uncharge(struct kernel *k, size_t bytes);
must_check void *uring_alloc(struct kernel *k, size_t n, size_t size); /* zeroed, and charged */
void uring_free(struct kernel *k, void *p, size_t n, size_t size);     /* p may be NULL */
struct uring *uring_get(struct uring *u);
void uring_put(struct uring *u);

/* The next submission, *sqe a copy; false: there is none, or its index was wrong. */
bool uring_next_locked(struct uring *u, struct io_uring_sqe *sqe) REQUIRES(&u->mu);
uint32_t uring_waiting_sqes(struct uring *u); /* what the guest says */

/* async: not while its own submitter is in io_uring_enter(2). False, with nothing done, if it must not
 * overflow (many) and would. */
bool uring_post_locked(struct uring *u, const struct uring_cqe *c, bool async, bool many)
	REQUIRES(&u->mu);
uint32_t uring_ready(struct uring *u); /* completions that the guest has not taken, in the ring */
void uring_flush_overflow(struct uring *u);
bool uring_may_submit_locked(struct uring *u) REQUIRES(&u->mu);
void uring_set_flag_locked(struct uring *u, uint32_t sq_flag, bool on) REQUIRES(&u->mu);

#endif
