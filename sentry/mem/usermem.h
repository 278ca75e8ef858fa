/*
 * sentry/mem/usermem.h - the doors to guest memory
 *
 * Interface: every function copies once and returns 0 or a count, or -EFAULT (a partial copy may
 * have happened on copy_out). Callers check the copy, never the guest's bytes again. No lock is
 * held over a guest copy: a guest can delay one by tens of milliseconds. All go through the
 * platform (process_vm_readv on both), honouring the guest's page permissions.
 *
 * Sizes: nothing is allocated from a guest's length before it was limited by the caller.
 */
#ifndef SENTRY_MEM_USERMEM_H
#define SENTRY_MEM_USERMEM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "sentry/base/base.h"

struct task;

must_check int copy_in(struct task *t, void *dst, uaddr_t src, size_t len);
must_check int copy_out(struct task *t, uaddr_t dst, const void *src, size_t len);
must_check int zero_out(struct task *t, uaddr_t dst, size_t len);
size_t zero_out_partial(struct task *t, uaddr_t dst, size_t len); /* bytes until a bad page */
/* Copies up to the NUL. Returns the length without NUL, -EFAULT, or -ENAMETOOLONG if no NUL lies
 * within size bytes. dst is NUL-terminated on success. */
must_check ssize_t copy_in_str(struct task *t, char *dst, uaddr_t src, size_t size);
/* A path: allocates; the caller frees *ret_path with mem_free() (declare it _cleanup_free_).
 * -EFAULT, -ENAMETOOLONG (4096 with NUL, as PATH_MAX), -ENOMEM. The empty path is "". */
must_check int copy_in_path(struct task *t, uaddr_t src, char **ret_path);
/* An iovec array: at most 1024 entries (-EINVAL), total capped at MAX_RW_COUNT as Linux does,
 * each length and address checked (-EINVAL, -EFAULT). Uses inline_iov when it is large enough. */
must_check int copy_in_iov(struct task *t, uaddr_t src, size_t nr, struct iovec *inline_iov,
			   size_t nr_inline, struct iovec **ret_iov, size_t *ret_total);
/* Reads as much as is mapped, for tools like process_vm_readv; returns bytes or -EFAULT. */
ssize_t copy_in_partial(struct task *t, void *dst, uaddr_t src, size_t len);
ssize_t copy_out_partial(struct task *t, uaddr_t dst, const void *src, size_t len);
/* The same with the sentry's side in pieces, len bytes in all: one call on the host. */
ssize_t copy_in_pieces(struct task *t, const struct iovec *dst, size_t nr, uaddr_t src, size_t len);
ssize_t copy_out_pieces(struct task *t, uaddr_t dst, const struct iovec *src, size_t nr,
			size_t len);

/* The sentry's own memory that stands for these bytes of the guest's while it makes a call over a channel
 * (window.h), *len at most: so many in *len. NULL: there is none. The guest may read and write it at any time.
 * copy_out_placed(): so many are there. */
void *copy_place(struct task *t, uaddr_t at, size_t *len, bool out);
void copy_out_placed(struct task *t, uaddr_t dst, size_t len);

/* The memory of another process, for one that was allowed to look at it (process_vm_readv,
 * /proc/pid/mem). The permission is for a program, so foreign_program() comes before its check; once
 * the process executes another one the copies return -ESRCH. */
unsigned int foreign_program(struct task *other);
ssize_t foreign_read(struct task *other, unsigned int program, void *dst, uaddr_t src, size_t len);
ssize_t foreign_write(struct task *other, unsigned int program, uaddr_t dst, const void *src,
		      size_t len);

#define MAX_RW_COUNT 0x7ffff000UL
#define USER_ADDR_MAX 0x7ffffffff000ULL
static inline bool user_range_ok(uaddr_t a, uint64_t len)
{
	return len <= USER_ADDR_MAX && a <= USER_ADDR_MAX - len;
}

#define copy_in_obj(t, objp, src) copy_in(t, objp, src, sizeof(*(objp)))
#define copy_out_obj(t, dst, objp) copy_out(t, dst, objp, sizeof(*(objp)))

#endif
