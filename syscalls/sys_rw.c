/*
 * syscalls/sys_rw.c - reads, writes and other calls on one open file's data
 *
 * Model: check the descriptor, check or copy in the buffers, hand over to io_read() or io_write()
 * (syscalls/io.c), which own the file reference from then on.
 *
 * Sources: fs/read_write.c, fs/sync.c, fs/open.c, fs/ioctl.c, mm/fadvise.c for the order of errors.
 */
#include <linux/magic.h>
#include <limits.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>

#include "fs/anon/anon.h"
#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "syscalls/sys_signalfd.h"
#include "syscalls/syscall.h"

#define INLINE_IOV 8
#define RWF_KNOWN (RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND)

typedef long (*io_fn)(struct task *t, struct file *f, struct uio *u, int64_t pos, int flags);

/* The mode is checked before the buffer, as the kernel does. */
static int check_mode(const struct file *f, bool positioned, bool write)
{
	if (positioned && (f->mode & FMODE_STREAM))
		return -ESPIPE;
	return f->mode & (write ? FMODE_WRITE : FMODE_READ) ? 0 : -EBADF;
}

/* pos -1: the file's own offset. */
static long rw_buffer(struct task *t, int fd, uaddr_t buf, uint64_t count, int64_t pos, bool write)
{
	struct file *f = fd_get(t, fd);
	struct uio u;
	int err;

	if (f == NULL)
		return -EBADF;
	err = check_mode(f, pos >= 0, write);
	if (err == 0 && !user_range_ok(buf, count))
		err = -EFAULT;
	if (err == 0 && count > INT64_MAX)
		err = -EINVAL;
	if (err < 0) {
		file_put(f);
		return err;
	}
	if (unlikely(file_is_signalfd(f)) && !write)
		return signalfd_read(t, f, count);
	uio_init_user(&u, t, buf, MIN(count, (uint64_t)MAX_RW_COUNT));
	return write ? io_write(t, f, &u, pos, 0) : io_read(t, f, &u, pos, 0);
}

long sys_read(struct task *t, const uint64_t *a)
{
	return rw_buffer(t, (int)a[0], a[1], a[2], -1, false);
}

long sys_write(struct task *t, const uint64_t *a)
{
	return rw_buffer(t, (int)a[0], a[1], a[2], -1, true);
}

long sys_pread64(struct task *t, const uint64_t *a)
{
	if ((int64_t)a[3] < 0)
		return -EINVAL;
	return rw_buffer(t, (int)a[0], a[1], a[2], (int64_t)a[3], false);
}

long sys_pwrite64(struct task *t, const uint64_t *a)
{
	if ((int64_t)a[3] < 0)
		return -EINVAL;
	return rw_buffer(t, (int)a[0], a[1], a[2], (int64_t)a[3], true);
}

static int check_rwf(const struct file *f, int flags)
{
	if (flags & ~RWF_KNOWN)
		return -EOPNOTSUPP;
	if ((flags & RWF_NOWAIT) && !(f->mode & FMODE_NOWAIT))
		return -EOPNOTSUPP;
	return 0;
}

static long rw_vector(struct task *t, const uint64_t *a, int64_t pos, int flags, bool write)
{
	struct file *f = fd_get(t, (int)a[0]);
	struct iovec few[INLINE_IOV], *iov = few;
	struct uio u;
	size_t total;
	long n;

	if (f == NULL)
		return -EBADF;
	n = check_mode(f, pos >= 0, write);
	if (n == 0)
		n = copy_in_iov(t, a[1], a[2], few, INLINE_IOV, &iov, &total);
	if (n < 0) {
		file_put(f);
		return n;
	}
	n = total ? check_rwf(f, flags) : 0;
	if (n < 0 || total == 0) {
		file_put(f);
	} else {
		uio_init_iov(&u, t, iov, a[2], total);
		n = write ? io_write(t, f, &u, pos, flags) : io_read(t, f, &u, pos, flags);
	}
	if (iov != few)
		mem_free(iov);
	return n;
}

long sys_readv(struct task *t, const uint64_t *a)
{
	return rw_vector(t, a, -1, 0, false);
}

long sys_writev(struct task *t, const uint64_t *a)
{
	return rw_vector(t, a, -1, 0, true);
}

long sys_preadv(struct task *t, const uint64_t *a)
{
	return (int64_t)a[3] < 0 ? -EINVAL : rw_vector(t, a, (int64_t)a[3], 0, false);
}

long sys_pwritev(struct task *t, const uint64_t *a)
{
	return (int64_t)a[3] < 0 ? -EINVAL : rw_vector(t, a, (int64_t)a[3], 0, true);
}

/* Position -1 means the file's own. */
long sys_preadv2(struct task *t, const uint64_t *a)
{
	if ((int64_t)a[3] < -1)
		return -EINVAL;
	return rw_vector(t, a, (int64_t)a[3], (int)a[5], false);
}

long sys_pwritev2(struct task *t, const uint64_t *a)
{
	if ((int64_t)a[3] < -1)
		return -EINVAL;
	return rw_vector(t, a, (int64_t)a[3], (int)a[5], true);
}

long sys_lseek(struct task *t, const uint64_t *a)
{
	unsigned int whence = (unsigned int)a[2];
	struct file *f = fd_get(t, (int)a[0]);
	long n = -EINVAL;

	if (f == NULL)
		return -EBADF;
	if (whence <= SEEK_HOLE)
		n = file_llseek(f, (int64_t)a[1], (int)whence);
	file_put(f);
	return n;
}

/* ---- to disk ---- */

static long do_fsync(struct task *t, int fd, bool datasync)
{
	struct file *f = fd_get(t, fd);
	long err;

	if (f == NULL)
		return -EBADF;
	err = file_fsync(f, datasync);
	file_put(f);
	return err;
}

long sys_fsync(struct task *t, const uint64_t *a)
{
	return do_fsync(t, (int)a[0], false);
}

long sys_fdatasync(struct task *t, const uint64_t *a)
{
	return do_fsync(t, (int)a[0], true);
}

/* More than asked for: the whole file, and waiting. */
long sys_sync_file_range(struct task *t, const uint64_t *a)
{
	struct file *f = fd_get(t, (int)a[0]);
	int64_t off = (int64_t)a[1], len = (int64_t)a[2], end;
	uint32_t type;
	long err = 0;

	if (f == NULL)
		return -EBADF;
	type = f->inode->mode & S_IFMT;
	if (((unsigned int)a[3] & ~7u) || off < 0 || len < 0 ||
	    __builtin_add_overflow(off, len, &end))
		err = -EINVAL;
	else if (type != S_IFREG && type != S_IFBLK && type != S_IFDIR && type != S_IFLNK)
		err = -ESPIPE;
	else if (a[3] && type == S_IFREG)
		err = file_fsync(f, true);
	file_put(f);
	return err;
}

/* Combinations of modes as vfs_fallocate() checks them. */
static int check_fallocate_mode(const struct file *f, int mode)
{
	const int known = FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_COLLAPSE_RANGE |
			  FALLOC_FL_ZERO_RANGE | FALLOC_FL_INSERT_RANGE | FALLOC_FL_UNSHARE_RANGE;
	bool append = atomic_load_explicit(&f->flags, memory_order_relaxed) & O_APPEND;

	if (mode & ~known)
		return -EOPNOTSUPP;
	if ((mode & FALLOC_FL_PUNCH_HOLE) && (mode & FALLOC_FL_ZERO_RANGE))
		return -EOPNOTSUPP;
	if ((mode & FALLOC_FL_PUNCH_HOLE) && !(mode & FALLOC_FL_KEEP_SIZE))
		return -EOPNOTSUPP;
	if ((mode & FALLOC_FL_COLLAPSE_RANGE) && (mode & ~FALLOC_FL_COLLAPSE_RANGE))
		return -EINVAL;
	if ((mode & FALLOC_FL_INSERT_RANGE) && (mode & ~FALLOC_FL_INSERT_RANGE))
		return -EINVAL;
	if ((mode & FALLOC_FL_UNSHARE_RANGE) &&
	    (mode & ~(FALLOC_FL_UNSHARE_RANGE | FALLOC_FL_KEEP_SIZE)))
		return -EINVAL;
	if (!(f->mode & FMODE_WRITE))
		return -EBADF;
	return append && (mode & ~FALLOC_FL_KEEP_SIZE) ? -EPERM : 0;
}

long sys_fallocate(struct task *t, const uint64_t *a)
{
	int mode = (int)a[1];
	int64_t off = (int64_t)a[2], len = (int64_t)a[3];
	struct file *f = fd_get(t, (int)a[0]);
	long err;

	if (f == NULL)
		return -EBADF;
	err = off < 0 || len <= 0 ? -EINVAL : check_fallocate_mode(f, mode);
	if (err == 0 && !(mode & FALLOC_FL_KEEP_SIZE) && S_ISREG(inode_read(f->inode, mode)) &&
	    len <= INT64_MAX - off)
		err = vfs_fsize_check(t, f->inode, (uint64_t)(off + len));
	if (err == 0)
		err = file_fallocate(f, mode, off, len);
	file_put(f);
	return err;
}

long sys_fadvise64(struct task *t, const uint64_t *a)
{
	struct file *f = fd_get(t, (int)a[0]);
	long err = 0;

	if (f == NULL)
		return -EBADF;
	if (S_ISFIFO(inode_read(f->inode, mode)))
		err = -ESPIPE;
	else if ((int64_t)a[2] < 0 || (unsigned int)a[3] > POSIX_FADV_NOREUSE)
		err = -EINVAL;
	file_put(f);
	return err;
}

long sys_readahead(struct task *t, const uint64_t *a)
{
	struct file *f = fd_get(t, (int)a[0]);
	long err = 0;

	if (f == NULL)
		return -EBADF;
	if (!(f->mode & FMODE_READ))
		err = -EBADF;
	else if (!S_ISREG(inode_read(f->inode, mode)) && !S_ISBLK(inode_read(f->inode, mode)))
		err = -EINVAL;
	file_put(f);
	return err;
}

/* ---- ioctl(2): what every file has; the rest is the file's ---- */

static long ioctl_set_flag(struct task *t, int fd, struct file *f, uaddr_t arg, int flag)
{
	int on, flags;

	if (copy_in_obj(t, &on, arg) < 0)
		return -EFAULT;
	flags = atomic_load(&f->flags);
	return fd_set_status(t, fd, f, on ? flags | flag : flags & ~flag);
}

static long ioctl_regular(struct task *t, struct file *f, unsigned int cmd, uaddr_t arg)
{
	int64_t size = (int64_t)f->inode->size;
	int n;

	switch (cmd) {
	case FIONREAD: n = (int)(size - f->pos); return copy_out_obj(t, arg, &n);
	case FIOQSIZE: return copy_out_obj(t, arg, &size);
	}
	return file_ioctl(f, t, cmd, arg);
}

static long do_ioctl(struct task *t, struct file *f, int fd, unsigned int cmd, uaddr_t arg)
{
	int block = 4096;

	switch (cmd) {
	case FIOCLEX: return fd_set_cloexec(t, fd, true);
	case FIONCLEX: return fd_set_cloexec(t, fd, false);
	case FIONBIO: return ioctl_set_flag(t, fd, f, arg, O_NONBLOCK);
	case FIOASYNC: return ioctl_set_flag(t, fd, f, arg, O_ASYNC);
	case FIGETBSZ: return copy_out_obj(t, arg, &block);
	}
	if (S_ISREG(inode_read(f->inode, mode)))
		return ioctl_regular(t, f, cmd, arg);
	return file_ioctl(f, t, cmd, arg);
}

long sys_ioctl(struct task *t, const uint64_t *a)
{
	struct file *f = fd_get(t, (int)a[0]);
	long n;

	if (f == NULL)
		return -EBADF;
	n = do_ioctl(t, f, (int)a[0], (unsigned int)a[1], a[2]);
	file_put(f);
	return n;
}

/* ---- cachestat(2) ---- */

struct cachestat_range_ { /* struct cachestat_range, of newer headers */
	uint64_t off, len;
};

struct cachestat_ {
	uint64_t nr_cache, nr_dirty, nr_writeback, nr_evicted, nr_recently_evicted;
};

#define CACHESTAT_MAX_PIECES 65536

/* A file in memory: the pages that hold data, between first and last (excluded). */
static uint64_t count_data_pages(struct file *f, uint64_t first, uint64_t last)
{
	uint64_t n = 0, pos = first << 12, end = last << 12;

	for (int i = 0; i < CACHESTAT_MAX_PIECES && pos < end; i++) {
		int64_t data = file_llseek(f, (int64_t)pos, SEEK_DATA), hole;

		if (data < 0 || (uint64_t)data >= end)
			break;
		hole = file_llseek(f, data, SEEK_HOLE);
		if (hole <= data)
			break;
		pos = MIN((uint64_t)hole, end);
		n += ((pos + 4095) >> 12) - ((uint64_t)data >> 12);
		pos = (pos + 4095) & ~4095ULL;
	}
	return n;
}

static long cachestat_of(struct file *f, const struct cachestat_range_ *r, struct cachestat_ *cs)
{
	uint64_t size = inode_read(f->inode, size), last = (size + 4095) >> 12;
	struct file *view;

	if (!S_ISREG(inode_read(f->inode, mode)))
		return 0; /* no pages of its own */
	if (f->inode->super->magic != TMPFS_MAGIC)
		return -EOPNOTSUPP; /* what the host has of it in memory is the host's affair */
	if (r->len)		    /* a sum that overflows is a small one, as in Linux */
		last = MIN(last, ((r->off + r->len - 1) >> 12) + 1);
	/* A description of its own: the seeks shall not move the guest's. */
	view = file_new(&f->path, f->inode->fops, O_RDONLY);
	if (!view)
		return -ENOMEM;
	if (r->off >> 12 < last)
		cs->nr_cache = count_data_pages(view, r->off >> 12, last);
	file_put(view);
	return 0;
}

long sys_cachestat(struct task *t, const uint64_t *a)
{
	struct file *f = fd_get(t, (int)a[0]);
	struct cachestat_range_ range;
	struct cachestat_ cs = {0};
	long err;

	if (!f)
		return -EBADF;
	if (copy_in_obj(t, &range, a[1]) < 0)
		err = -EFAULT;
	else if (!(f->mode & FMODE_WRITE) && !inode_owner_or_capable(f->inode, task_cred(t)) &&
		 inode_permission(f->inode, task_cred(t), MAY_WRITE) < 0)
		err = -EPERM;
	else if ((uint32_t)a[3] != 0)
		err = -EINVAL;
	else
		err = cachestat_of(f, &range, &cs);
	file_put(f);
	if (err == 0 && copy_out_obj(t, a[2], &cs) < 0)
		err = -EFAULT;
	return err;
}
