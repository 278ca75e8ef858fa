/*
 * sentry/mem/uio.c - a cursor over the bytes of one read or write, see uio.h
 *
 * Transfers between host files and guest memory go through a bounce buffer: the guest's memory is
 * another process's, and a host call cannot name it.
 */
#include "sentry/mem/uio.h"

#include <errno.h>
#include <string.h>

#include "sentry/base/mem.h"
#include "sentry/mem/usermem.h"

#define BOUNCE_SMALL 8192
#define BOUNCE_LARGE (128u << 10)

void uio_init_iov(struct uio *u, struct task *t, const struct iovec *iov, size_t nr, size_t total)
{
	u->task = t;
	u->iov = iov;
	u->nr_iov = nr;
	u->iov_off = 0;
	u->left = total;
	u->done = 0;
}

void uio_init_user(struct uio *u, struct task *t, uaddr_t base, size_t len)
{
	u->one = (struct iovec){.iov_base = (void *)base, .iov_len = len};
	uio_init_iov(u, t, &u->one, 1, len);
}

void uio_init_kernel(struct uio *u, void *base, size_t len)
{
	u->one = (struct iovec){.iov_base = base, .iov_len = len};
	uio_init_iov(u, NULL, &u->one, 1, len);
}

enum uio_op { UIO_TO_BUFFER, UIO_FROM_BUFFER, UIO_ZERO };

/* Bytes moved between p and n bytes at addr; short at a fault. */
static size_t move(struct uio *u, enum uio_op op, char *addr, void *p, size_t n)
{
	ssize_t moved;

	if (!u->task) {
		if (op == UIO_TO_BUFFER)
			memcpy(addr, p, n);
		else if (op == UIO_FROM_BUFFER)
			memcpy(p, addr, n);
		else
			memset(addr, 0, n);
		return n;
	}
	if (op == UIO_ZERO)
		return zero_out_partial(u->task, (uaddr_t)addr, n);
	moved = op == UIO_TO_BUFFER ? copy_out_partial(u->task, (uaddr_t)addr, p, n)
				    : copy_in_partial(u->task, p, (uaddr_t)addr, n);
	return moved < 0 ? 0 : (size_t)moved;
}

static void advance(struct uio *u, size_t n)
{
	u->left -= n;
	u->done += n;
	u->iov_off += n;
	while (u->nr_iov > 1 && u->iov_off >= u->iov->iov_len) {
		u->iov_off -= u->iov->iov_len;
		u->iov++;
		u->nr_iov--;
	}
}

static size_t transfer(struct uio *u, enum uio_op op, void *p, size_t n)
{
	size_t total = 0;

	n = MIN(n, u->left);
	while (total < n) {
		size_t part, moved;

		advance(u, 0); /* over empty entries */
		part = MIN(n - total, u->iov->iov_len - u->iov_off);
		if (part == 0)
			break;
		moved = move(u, op, (char *)u->iov->iov_base + u->iov_off,
			     p ? (char *)p + total : NULL, part);
		advance(u, moved);
		total += moved;
		if (moved < part)
			break;
	}
	return total;
}

size_t uio_write(struct uio *u, const void *src, size_t n)
{
	return transfer(u, UIO_TO_BUFFER, (void *)(uintptr_t)src, n);
}

size_t uio_read(struct uio *u, void *dst, size_t n)
{
	return transfer(u, UIO_FROM_BUFFER, dst, n);
}

size_t uio_zero(struct uio *u, size_t n)
{
	return transfer(u, UIO_ZERO, NULL, n);
}

/* What lies in the pieces from byte `from` on, n bytes; how many pieces that is. */
static size_t cut(const struct iovec *pieces, size_t from, size_t n, struct iovec *out)
{
	size_t nr = 0;

	for (; n > 0; pieces++) {
		size_t len;

		if (from >= pieces->iov_len) {
			from -= pieces->iov_len;
			continue;
		}
		len = MIN(n, pieces->iov_len - from);
		out[nr++] = (struct iovec){(char *)pieces->iov_base + from, len};
		n -= len;
		from = 0;
	}
	return nr;
}

static size_t transfer_pieces(struct uio *u, enum uio_op op, const struct iovec *pieces, size_t nr)
{
	struct iovec now[UIO_MAX_PIECES];
	size_t n = 0, total = 0;

	ASSERT(nr <= UIO_MAX_PIECES);
	for (size_t i = 0; i < nr; i++)
		n += pieces[i].iov_len;
	n = MIN(n, u->left);
	while (total < n) {
		size_t part;
		ssize_t moved;
		uaddr_t at;

		advance(u, 0); /* over empty entries */
		part = MIN(n - total, u->iov->iov_len - u->iov_off);
		if (part == 0)
			break;
		at = (uaddr_t)u->iov->iov_base + u->iov_off;
		nr = cut(pieces, total, part, now);
		moved = op == UIO_TO_BUFFER ? copy_out_pieces(u->task, at, now, nr, part)
					    : copy_in_pieces(u->task, now, nr, at, part);
		if (moved <= 0)
			break;
		advance(u, (size_t)moved);
		total += (size_t)moved;
		if ((size_t)moved < part)
			break;
	}
	return total;
}

static size_t transfer_each(struct uio *u, enum uio_op op, const struct iovec *pieces, size_t nr)
{
	size_t total = 0;

	for (size_t i = 0; i < nr; i++)
		total += transfer(u, op, pieces[i].iov_base, pieces[i].iov_len);
	return total;
}

size_t uio_write_pieces(struct uio *u, const struct iovec *src, size_t nr)
{
	return u->task ? transfer_pieces(u, UIO_TO_BUFFER, src, nr)
		       : transfer_each(u, UIO_TO_BUFFER, src, nr);
}

size_t uio_read_pieces(struct uio *u, const struct iovec *dst, size_t nr)
{
	return u->task ? transfer_pieces(u, UIO_FROM_BUFFER, dst, nr)
		       : transfer_each(u, UIO_FROM_BUFFER, dst, nr);
}

void uio_revert(struct uio *u, size_t n)
{
	ASSERT(n <= u->done);
	u->left += n;
	u->done -= n;
	while (n > u->iov_off) {
		n -= u->iov_off;
		u->iov--;
		u->nr_iov++;
		u->iov_off = u->iov->iov_len;
	}
	u->iov_off -= n;
}

void *uio_direct(struct uio *u, bool out, size_t *n)
{
	char *at;

	advance(u, 0); /* over empty entries */
	*n = MIN(*n, MIN(u->left, u->iov->iov_len - u->iov_off));
	at = (char *)u->iov->iov_base + u->iov_off;
	return u->task ? copy_place(u->task, (uaddr_t)at, n, out) : at;
}

void uio_moved(struct uio *u, bool out, size_t n)
{
	if (u->task && out)
		copy_out_placed(u->task, (uaddr_t)u->iov->iov_base + u->iov_off, n);
	advance(u, n);
}

/* One per thread, kept: what malloc gives and takes back at the end of its heap costs calls of the host. */
static _Thread_local struct {
	void *mem;
	bool taken;
} large;

void *bounce_get(size_t want, void *small, size_t *ret_size)
{
	if (want <= *ret_size || large.taken)
		return small;
	if (!large.mem)
		large.mem = mem_alloc(BOUNCE_LARGE);
	if (!large.mem)
		return small;
	*ret_size = MIN(want, (size_t)BOUNCE_LARGE);
	large.taken = true;
	return large.mem;
}

void bounce_put(const void *buf)
{
	if (buf == large.mem)
		large.taken = false;
}

static ssize_t host_read(int fd, void *buf, size_t n, int64_t pos, int flags)
{
	struct iovec iov = {.iov_base = buf, .iov_len = n};
	ssize_t got;

	do {
		if (flags)
			got = preadv2(fd, &iov, 1, pos, flags);
		else if (pos < 0)
			got = read(fd, buf, n);
		else
			got = pread(fd, buf, n, pos);
	} while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

static ssize_t host_write(int fd, const void *buf, size_t n, int64_t pos, int flags)
{
	struct iovec iov = {.iov_base = (void *)(uintptr_t)buf, .iov_len = n};
	ssize_t put;

	do {
		if (flags)
			put = pwritev2(fd, &iov, 1, pos, flags);
		else if (pos < 0)
			put = write(fd, buf, n);
		else
			put = pwrite(fd, buf, n, pos);
	} while (put < 0 && errno == EINTR);
	return put < 0 ? -errno : put;
}

static ssize_t read_by(struct uio *u, int fd, int64_t pos, int flags, void *buf, size_t size)
{
	size_t total = 0;

	while (u->left > 0) {
		size_t want = MIN(u->left, size), moved;
		ssize_t n = host_read(fd, buf, want, pos < 0 ? pos : pos + (int64_t)total, flags);

		if (n < 0)
			return total ? (ssize_t)total : n;
		moved = uio_write(u, buf, (size_t)n);
		total += moved;
		if (moved < (size_t)n)
			return total ? (ssize_t)total : -EFAULT;
		if ((size_t)n < want)
			break;
	}
	return (ssize_t)total;
}

/* What there is a place for without a copy of ours. *ret_n: bytes that were asked for, 0: none. What is not at
 * a position may wait if asked twice, so only all at once. */
static ssize_t read_direct(struct uio *u, int fd, int64_t pos, int flags, size_t *ret_n)
{
	void *to;
	ssize_t got;

	*ret_n = u->left;
	to = uio_direct(u, true, ret_n);
	if (!to || (pos < 0 && *ret_n < u->left)) {
		*ret_n = 0;
		return 0;
	}
	got = host_read(fd, to, *ret_n, pos, flags);
	if (got > 0)
		uio_moved(u, true, (size_t)got);
	return got;
}

ssize_t uio_host_read(struct uio *u, int fd, int64_t pos, int flags)
{
	not_zeroed char small[BOUNCE_SMALL];
	size_t size = sizeof(small), asked;
	ssize_t direct, n;
	void *buf;

	if (u->left == 0)
		return 0;
	direct = read_direct(u, fd, pos, flags, &asked);
	if (direct < (ssize_t)asked || u->left == 0)
		return direct;
	buf = bounce_get(u->left, small, &size);
	n = read_by(u, fd, pos < 0 ? pos : pos + direct, flags, buf, size);
	bounce_put(buf);
	return n < 0 && direct ? direct : n + direct;
}

static ssize_t write_by(struct uio *u, int fd, int64_t pos, int flags, void *buf, size_t size)
{
	size_t total = 0;

	while (u->left > 0) {
		size_t want = MIN(u->left, size), got = uio_read(u, buf, want);
		ssize_t n;

		if (got == 0)
			return total ? (ssize_t)total : -EFAULT;
		n = host_write(fd, buf, got, pos < 0 ? pos : pos + (int64_t)total, flags);
		if (n < 0) {
			uio_revert(u, got);
			return total ? (ssize_t)total : n;
		}
		total += (size_t)n;
		uio_revert(u, got - (size_t)n);
		if ((size_t)n < want)
			break;
	}
	return (ssize_t)total;
}

ssize_t uio_host_write(struct uio *u, int fd, int64_t pos, int flags)
{
	not_zeroed char small[BOUNCE_SMALL];
	size_t size = u->left;
	void *buf;
	ssize_t n;

	if (size == 0)
		return 0;
	buf = uio_direct(u, false, &size);
	if (buf && size == u->left) {
		n = host_write(fd, buf, size, pos, flags);
		if (n > 0)
			uio_moved(u, false, (size_t)n);
		return n;
	}
	size = sizeof(small);
	buf = bounce_get(u->left, small, &size);
	n = write_by(u, fd, pos, flags, buf, size);
	bounce_put(buf);
	return n;
}
