/*
 * sentry/mem/uio.h - a cursor over the bytes of one read or write
 *
 * Model: a struct uio stands for the guest's (or a kernel) buffers of one transfer, of any size,
 * without anybody allocating that size. File ops move bytes with uio_write() (towards the buffer:
 * a read call) or uio_read() (from the buffer: a write call) and advance the cursor.
 *
 * Interface: both return the bytes moved, which may be short when the guest's memory ends; 0
 * with bytes left means -EFAULT, which the op returns only if it moved nothing before, as Linux
 * does. uio_revert() takes back bytes that the op could not use. A kernel uio never faults.
 */
#ifndef SENTRY_MEM_UIO_H
#define SENTRY_MEM_UIO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "sentry/base/base.h"

struct task;

#define UIO_MAX_PIECES 20

struct uio {
	struct task *task; /* NULL: iov bases are sentry addresses */
	const struct iovec *iov;
	size_t nr_iov;
	size_t iov_off; /* into iov[0] */
	size_t left;	/* bytes to go, over all */
	size_t done;	/* bytes moved so far */
	struct iovec one;
};

void uio_init_iov(struct uio *u, struct task *t, const struct iovec *iov, size_t nr, size_t total);
void uio_init_user(struct uio *u, struct task *t, uaddr_t base, size_t len);
void uio_init_kernel(struct uio *u, void *base, size_t len);
size_t uio_write(struct uio *u, const void *src, size_t n); /* into the buffer */
size_t uio_read(struct uio *u, void *dst, size_t n);	    /* out of the buffer */
size_t uio_zero(struct uio *u, size_t n);		    /* zeroes into the buffer */
/* The same with the sentry's side in up to UIO_MAX_PIECES pieces, which costs one call on the host
 * where the guest's buffer is one. */
size_t uio_write_pieces(struct uio *u, const struct iovec *src, size_t nr);
size_t uio_read_pieces(struct uio *u, const struct iovec *dst, size_t nr);
void uio_revert(struct uio *u, size_t n);
/* Memory of the sentry's that stands for the next bytes of the buffer, *n at most, as far as they are in one
 * piece: so many in *n. out: to put them there (a read call). NULL if there is none; uio_write() and
 * uio_read() of *n bytes go to the guest's memory then. After moving some bytes: uio_moved(). The guest may
 * look at and change what is there at any time. Cannot fault or wait, so locks may be held. */
void *uio_direct(struct uio *u, bool out, size_t *n);
void uio_moved(struct uio *u, bool out, size_t n);
/* This thread's buffer for up to want bytes, or the given small one of *ret_size; until bounce_put(). */
void *bounce_get(size_t want, void *small, size_t *ret_size);
void bounce_put(const void *buf);

/* Host file to buffer and back at a position (pos < 0: the fd's own position), through bounce
 * buffers of bounded size. Returns bytes moved or -errno if none was. flags: RWF_* for preadv2. */
ssize_t uio_host_read(struct uio *u, int fd, int64_t pos, int flags);
ssize_t uio_host_write(struct uio *u, int fd, int64_t pos, int flags);

#endif
