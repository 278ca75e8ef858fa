/*
 * fs/hostfs/host_file.c - open regular files of a host tree
 *
 * Model: each open of the guest is an open at the host with the guest's access mode, so the host fd
 * carries exactly the guest's authority and may be mapped as it is. The first open file of an inode
 * is its anchor: what reaches the inode when its name is gone (host_inode.h).
 *
 * Data goes through bounded bounce buffers (sentry/mem/uio.h) at explicit positions; the host fd's
 * own position is not used. O_APPEND is asked of the host per write (RWF_APPEND), so that it is
 * atomic with other writers of the tree and follows F_SETFL. O_DIRECT is accepted and means
 * nothing.
 */
#include <fcntl.h>

#include "fs/hostfs/host_inode.h"
#include "sentry/mem/uio.h"

#ifndef RWF_APPEND
#define RWF_APPEND 0x10
#endif

static int file_fd(struct file *f)
{
	return ((struct host_fd *)f->data)->fd;
}

/* By mode, not by O_ACCMODE: execve opens for reading what its caller may only execute. */
static int host_flags(const struct hostfs *fs, struct file *f)
{
	int flags = f->mode & FMODE_WRITE ? (f->mode & FMODE_READ ? O_RDWR : O_WRONLY) : O_RDONLY;

	flags |= atomic_load(&f->flags) & (O_SYNC | O_DSYNC);
	if (!fs->super.readonly) /* else the host records nothing anyway */
		flags |= atomic_load(&f->flags) & O_NOATIME;
	return flags;
}

static int open_new(struct host_inode *hi, int flags, struct host_fd **ret)
{
	struct host_fd *h = host_fd_new(flags & O_ACCMODE);
	not_zeroed struct statx stx;
	int err;

	if (!h)
		return -ENOMEM;
	h->fd = host_fresh_take(hi, h->accmode);
	stx.stx_mask = 0;
	err = h->fd >= 0 ? 0 : host_open_stat(hi, flags, &h->fd, &stx);
	if (err == -EPERM && flags & O_NOATIME) /* the file is not ours at the host */
		err = host_open_stat(hi, flags & ~O_NOATIME, &h->fd, &stx);
	if (err < 0) {
		host_fd_put(h);
		return err;
	}
	if (stx.stx_mask)
		host_kept_opened(h, flags, &stx);
	*ret = h;
	return 0;
}

int host_file_open(struct inode *in, struct file *f, struct task *t)
{
	HOST_RIGHTS(to_hostfs(in->super));
	struct host_inode *hi = to_host(in);
	struct hostfs *fs = host_fs(hi);
	int flags = host_flags(fs, f), err;
	struct host_fd *h;

	(void)t;
	if ((flags & O_ACCMODE) != O_RDONLY && fs->super.readonly)
		return -EROFS;
	h = host_kept_get(hi, flags);
	err = h ? 0 : open_new(hi, flags, &h);
	if (err < 0)
		return err;
	mutex_lock(&fs->mu);
	hi->nr_open++;
	if (!hi->anchor)
		hi->anchor = host_fd_get(h);
	mutex_unlock(&fs->mu);
	f->ops = &host_file_ops;
	f->data = h;
	return 0;
}

static void host_file_release(struct file *f)
{
	struct host_inode *hi = to_host(f->inode);
	struct hostfs *fs = host_fs(hi);
	struct host_fd *h = f->data, *anchor = NULL;

	mutex_lock(&fs->mu);
	if (--hi->nr_open == 0)
		anchor = TAKE_PTR(hi->anchor);
	mutex_unlock(&fs->mu);
	if (anchor)
		host_fd_put(anchor);
	host_kept_offer(hi, h);
}

static ssize_t host_file_read(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	ssize_t n = uio_host_read(u, file_fd(f), *pos, flags);

	if (n > 0) {
		*pos += n;
		file_accessed(f);
	}
	return n;
}

static void grown(struct inode *in, uint64_t end)
{
	if (inode_read(in, size) < end) {
		mutex_lock(&in->mu);
		if (in->size < end)
			inode_write(in, size, end);
		mutex_unlock(&in->mu);
	}
	atomic_store(&to_host(in)->stale, true);
}

static ssize_t host_file_write(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	bool append = (atomic_load(&f->flags) & O_APPEND) || (flags & RWF_APPEND);
	ssize_t n;

	n = uio_host_write(u, file_fd(f), *pos, append ? flags | RWF_APPEND : flags);
	if (n <= 0)
		return n;
	if (append) {
		int64_t end = hostop_lseek(file_fd(f), 0, SEEK_END);

		if (end >= 0)
			*pos = end;
	} else {
		*pos += n;
	}
	grown(f->inode, (uint64_t)*pos);
	return n;
}

static int64_t host_file_llseek(struct file *f, int64_t off, int whence)
{
	int64_t pos;

	if (whence == SEEK_SET || whence == SEEK_CUR)
		return generic_llseek(f, off, whence, 0);
	pos = hostop_lseek(file_fd(f), off, whence);
	if (pos >= 0)
		f->pos = pos;
	return pos;
}

/* One that only some may read must not stay with a process that closes it and gives up its rights. */
static bool may_last(const struct inode *inode)
{
	return inode->super->readonly && (inode->mode & S_IROTH);
}

static int host_file_mmap(struct file *f, int prot, int flags, uint64_t off, uint64_t len,
			  int *ret_fd, enum mmap_fd *ret_kind)
{
	(void)prot;
	(void)flags;
	(void)off;
	(void)len;
	*ret_fd = file_fd(f);
	*ret_kind = may_last(f->inode) ? MMAP_FD_LASTING : MMAP_FD_KEPT;
	if (f->mode & FMODE_WRITE)
		atomic_store(&to_host(f->inode)->stale, true);
	return 0;
}

static int host_file_fsync(struct file *f, bool datasync)
{
	return f->inode->super->readonly ? 0 : hostop_fsync(file_fd(f), datasync);
}

static int host_file_fallocate(struct file *f, int mode, int64_t off, int64_t len)
{
	int err = hostop_fallocate(file_fd(f), mode, off, len);

	if (err == 0)
		grown(f->inode, 0);
	return err;
}

const struct file_ops host_file_ops = {
	.read = host_file_read,
	.write = host_file_write,
	.llseek = host_file_llseek,
	.mmap = host_file_mmap,
	.fsync = host_file_fsync,
	.fallocate = host_file_fallocate,
	.release = host_file_release,
};
