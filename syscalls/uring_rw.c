/*
 * syscalls/uring_rw.c - io_uring's reads and writes: READ, WRITE, their vectors, and with registered
 * buffers
 *
 * Model: one try each, through the file's own ops; a pipe or socket that moves a part gives that part, as
 * in Linux. The iovec is copied in with the first try.
 */
#include <limits.h>
#include <poll.h>
#include <sys/uio.h>

#include "fs/anon/fasync.h"
#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "sentry/signal.h"
#include "syscalls/uring.h"

#define RWF_KNOWN (RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND)

static bool is_vector(const struct uring_req *r)
{
	return r->sqe.opcode == IORING_OP_READV || r->sqe.opcode == IORING_OP_WRITEV;
}

static bool is_fixed(const struct uring_req *r)
{
	return r->sqe.opcode == IORING_OP_READ_FIXED || r->sqe.opcode == IORING_OP_WRITE_FIXED;
}

/* A class and a level, ioprio_set(2); all are the same to us. */
static bool is_ioprio(uint16_t prio)
{
	unsigned int class = prio >> 13, level = prio & 7;

	return class <= 3 && (class || !level);
}

int uring_rw_prep(struct uring_req *r)
{
	if (is_fixed(r) && (r->sqe.flags & IOSQE_BUFFER_SELECT))
		return -EOPNOTSUPP;
	if (!is_ioprio(r->sqe.ioprio))
		return -EINVAL;
	r->nowait = r->sqe.rw_flags & RWF_NOWAIT;
	return 0;
}

static int check(const struct file *f, const struct uring_req *r, bool write)
{
	int flags = r->sqe.rw_flags;

	if (!(f->mode & (write ? FMODE_WRITE : FMODE_READ)))
		return -EBADF;
	if (!(write ? f->ops->write : f->ops->read))
		return -EINVAL;
	if ((flags & ~RWF_KNOWN) ||
	    ((flags & RWF_NOWAIT) && !(f->mode & FMODE_NOWAIT) && !(f->mode & FMODE_STREAM)))
		return -EOPNOTSUPP;
	return 0;
}

/* With a provided buffer it says the length only. */
int uring_take_vector(struct task *t, struct uring_req *r)
{
	struct kernel *k = r->ring->kernel;
	struct iovec *iov = NULL;
	size_t total = 0, bytes;
	int err;

	if (r->iov)
		return 0;
	if ((r->sqe.flags & IOSQE_BUFFER_SELECT) && r->sqe.len != 1)
		return -EINVAL;
	bytes = MIN(r->sqe.len, (uint32_t)IOV_MAX) * sizeof(*iov);
	if (!uring_charge(k, bytes))
		return -ENOMEM;
	err = copy_in_iov(t, r->sqe.addr, r->sqe.len, NULL, 0, &iov, &total);
	if (err < 0 || !iov) {
		uring_uncharge(k, bytes);
		bytes = 0;
	}
	if (err < 0)
		return err;
	r->iov = iov;
	r->iov_bytes = bytes;
	r->nr_iov = r->sqe.len;
	r->total = total;
	return 0;
}

static int take_buffer(struct task *t, struct uring_req *r, struct uio *u)
{
	uint64_t addr = r->sqe.addr;
	int err = 0;

	if (is_vector(r))
		err = uring_take_vector(t, r);
	else
		r->total = MIN(r->sqe.len, (uint32_t)MAX_RW_COUNT);
	if (err < 0)
		return err;
	if (is_fixed(r))
		err = (int)uring_fixed_range(r->ring, r->sqe.buf_index, addr, r->total);
	if (err == 0 && (r->sqe.flags & IOSQE_BUFFER_SELECT)) {
		err = uring_buf_select(t, r, (uint32_t)r->total);
		addr = r->buf_addr;
		if (err == 0)
			r->total = r->buf_len;
	} else if (is_vector(r)) {
		uio_init_iov(u, t, r->iov, r->nr_iov, r->total);
		return 0;
	}
	if (err == 0 && !user_range_ok(addr, r->total))
		err = -EFAULT;
	if (err == 0)
		uio_init_user(u, t, addr, r->total);
	return err;
}

static ssize_t move(struct file *f, struct uio *u, const struct uring_req *r, bool write)
{
	int64_t pos = (int64_t)r->sqe.off;
	int flags = r->sqe.rw_flags;

	if (pos == -1 || (f->mode & FMODE_STREAM))
		return write ? file_write(f, u, flags) : file_read(f, u, flags);
	if (pos < 0)
		return -EINVAL;
	return write ? file_pwrite(f, u, pos, flags) : file_pread(f, u, pos, flags);
}

/* Nothing to read: no buffer is taken for that. */
static bool is_dry(struct uring_req *r)
{
	return (r->sqe.flags & IOSQE_BUFFER_SELECT) && !r->has_buf && file_wait_queue(r->file) &&
	       !(file_poll(r->file) & (POLLIN | POLLRDNORM | POLLERR | POLLHUP));
}

static long transfer(struct task *t, struct uring_req *r, bool write)
{
	struct file *f = r->file;
	struct uio u;
	ssize_t n = check(f, r, write);

	if (n < 0)
		return n;
	if (is_dry(r))
		return -EAGAIN;
	n = take_buffer(t, r, &u);
	if (n < 0)
		return n;
	n = move(f, &u, r, write);
	if (n == -EPIPE && write && !S_ISSOCK(inode_read(f->inode, mode)))
		signal_send_task(t, SIGPIPE);
	fasync_flush();
	if (n > 0 && write && S_ISREG(inode_read(f->inode, mode)) &&
	    ((atomic_load_explicit(&f->flags, memory_order_relaxed) & O_DSYNC) ||
	     (r->sqe.rw_flags & (RWF_DSYNC | RWF_SYNC)))) {
		int err = file_fsync(f, true);

		n = err < 0 ? err : n;
	}
	if (n >= 0 && r->has_buf)
		r->cflags |= uring_buf_used(r);
	return n;
}

long uring_read(struct task *t, struct uring_req *r)
{
	return transfer(t, r, false);
}

long uring_write(struct task *t, struct uring_req *r)
{
	return transfer(t, r, true);
}
