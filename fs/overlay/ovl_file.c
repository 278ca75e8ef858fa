/*
 * fs/overlay/ovl_file.c - open regular files of an overlay
 *
 * Model: an open file of the overlay has an open file of the layer inside. Opening for writing does
 * not copy yet: the inner file is the lower one, opened for reading, until the first change (write,
 * truncation, shared mapping) copies the inode up. So O_TRUNC copies no data, and programs that
 * open everything O_RDWR copy nothing. A file whose inode got its copy since gets a second, upper,
 * inner file when it is used next; the first stays until release, since another thread may be in
 * the middle of a read of it.
 *
 * Locking: none here; the second file is published by compare-and-swap.
 */
#include <sys/mman.h>

#include "fs/overlay/ovl.h"
#include "sentry/base/mem.h"

struct ovl_file {
	struct file first;
	_Atomic(struct file *) second;
};

static const struct file_ops ovl_file_ops;

/* The file of the layer that is current. -errno if the copy cannot be opened. The second one is
 * opened without a task: the guest's rights were checked when the outer file was opened. */
static int current_file(struct file *f, struct file **ret)
{
	struct ovl_file *of = f->data;
	struct inode *upper = oi_upper(to_oi(f->inode));
	struct file *second, *other = NULL;
	int err;

	*ret = &of->first;
	if (likely(!upper || of->first.inode == upper))
		return 0;
	second = atomic_load_explicit(&of->second, memory_order_acquire);
	if (!second) {
		second = mem_alloc(sizeof(*second));
		if (!second)
			return -ENOMEM;
		err = layer_open(second, upper, f->mode, atomic_load(&f->flags), f, NULL);
		if (err < 0) {
			mem_free(second);
			return err;
		}
		if (!atomic_compare_exchange_strong(&of->second, &other, second)) {
			layer_close(second);
			mem_free(second);
			second = other;
		}
	}
	*ret = second;
	return 0;
}

struct file *ovl_real_file(struct file *f)
{
	struct file *real;

	if (!f || f->ops != &ovl_file_ops || current_file(f, &real) < 0)
		return NULL;
	return real;
}

static void sync_size(struct inode *in, const struct inode *real)
{
	uint64_t size = inode_read(real, size);

	if (inode_read(in, size) != size)
		inode_write(in, size, size);
}

static ssize_t ovl_file_read(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	struct file *real;
	ssize_t n;
	int err = current_file(f, &real);

	if (err < 0)
		return err;
	n = real->ops->read ? real->ops->read(real, u, pos, flags) : -EINVAL;
	if (n > 0)
		file_accessed(f);
	return n;
}

/* The upper file, for a change. */
static int writable_file(struct file *f, struct file **ret)
{
	int err = ovl_copy_up(to_oi(f->inode), OVL_COPY_ALL);

	return err < 0 ? err : current_file(f, ret);
}

static ssize_t ovl_file_write(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	struct file *real;
	ssize_t n;
	int err = writable_file(f, &real);

	if (err < 0)
		return err;
	if (!real->ops->write)
		return -EINVAL;
	/* F_SETFL may have changed O_APPEND. */
	atomic_store_explicit(&real->flags,
			      atomic_load_explicit(&f->flags, memory_order_relaxed) | O_NOATIME,
			      memory_order_relaxed);
	n = real->ops->write(real, u, pos, flags);
	sync_size(f->inode, real->inode);
	return n;
}

static int64_t ovl_file_llseek(struct file *f, int64_t off, int whence)
{
	struct file *real;
	int64_t pos;
	int err = current_file(f, &real);

	if (err < 0)
		return err;
	if (!real->ops->llseek)
		return -ESPIPE;
	real->pos = f->pos;
	pos = real->ops->llseek(real, off, whence);
	f->pos = real->pos;
	return pos;
}

static int ovl_file_mmap(struct file *f, int prot, int flags, uint64_t off, uint64_t len,
			 int *ret_fd, enum mmap_fd *ret_kind)
{
	bool shared = (flags & MAP_TYPE) != MAP_PRIVATE && f->mode & FMODE_WRITE;
	struct file *real;
	int err = shared ? writable_file(f, &real) : current_file(f, &real);

	if (err < 0)
		return err;
	if (!real->ops->mmap)
		return -ENODEV;
	return real->ops->mmap(real, prot, flags, off, len, ret_fd, ret_kind);
}

static int ovl_file_fsync(struct file *f, bool datasync)
{
	struct file *real;
	int err = current_file(f, &real);

	if (err < 0)
		return err;
	return real->ops->fsync ? real->ops->fsync(real, datasync) : -EINVAL;
}

static int ovl_file_fallocate(struct file *f, int mode, int64_t off, int64_t len)
{
	struct file *real;
	int err = writable_file(f, &real);

	if (err < 0)
		return err;
	if (!real->ops->fallocate)
		return -EOPNOTSUPP;
	err = real->ops->fallocate(real, mode, off, len);
	sync_size(f->inode, real->inode);
	return err;
}

static void ovl_file_release(struct file *f)
{
	struct ovl_file *of = f->data;
	struct file *second = atomic_load(&of->second);

	if (second) {
		layer_close(second);
		mem_free(second);
	}
	layer_close(&of->first);
	mem_free(of);
}

static const struct file_ops ovl_file_ops = {
	.read = ovl_file_read,
	.write = ovl_file_write,
	.llseek = ovl_file_llseek,
	.mmap = ovl_file_mmap,
	.fsync = ovl_file_fsync,
	.fallocate = ovl_file_fallocate,
	.release = ovl_file_release,
};

int ovl_file_open(struct inode *in, struct file *f, struct task *t)
{
	struct ovl_inode *o = to_oi(in);
	int flags = atomic_load(&f->flags), err;
	unsigned int mode = f->mode;
	struct inode *real;
	struct ovl_file *of;

	if (!is_regular(in))
		return -ENXIO;
	if (f->mode & FMODE_WRITE && in->super->readonly)
		return -EROFS;
	real = oi_real(o);
	if (real == o->lower) /* never more than reading, see above */
		mode = (mode & ~FMODE_WRITE) | FMODE_READ;
	of = mem_alloc(sizeof(*of));
	if (!of)
		return -ENOMEM;
	atomic_init(&of->second, NULL);
	err = layer_open(&of->first, real, mode, flags, f, t);
	if (err < 0) {
		mem_free(of);
		return err;
	}
	f->ops = &ovl_file_ops;
	f->data = of;
	return 0;
}
