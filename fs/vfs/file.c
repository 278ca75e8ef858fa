/*
 * fs/vfs/file.c - open file descriptions: their life, and the wrappers around their ops
 *
 * Model: see file.h. The wrappers do what is the same for every file: the access mode, the offset
 * under pos_mu, RLIMIT_FSIZE, set-id bits on writing, events for inotify(7).
 *
 * The last reference: inotify, epoll, locks, the object's release, write access, in this order.
 */
#include "fs/vfs/file.h"
#include "fs/vfs/listed.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "fs/anon/dnotify.h"
#include "fs/anon/epoll.h"
#include "fs/anon/fasync.h"
#include "fs/anon/inotify.h"
#include "fs/vfs/internal.h"
#include "fs/vfs/locks.h"
#include "sentry/base/mem.h"
#include "sentry/cred.h"
#include "sentry/kernel.h"
#include "sentry/mem/uio.h"
#include "sentry/signal.h"
#include "sentry/task.h"
#include "sentry/trim.h"

/* What only open(2) itself looks at. */
#define OPEN_ONLY_FLAGS (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC)

struct file *file_new(const struct path *p, const struct file_ops *ops, int flags)
{
	struct file *f = mem_zalloc(sizeof(*f));

	if (!f)
		return NULL;
	ref_init(&f->ref, 1);
	mutex_init(&f->pos_mu, LOCK_FILE_POS);
	list_init(&f->epitems);
	f->ops = ops;
	f->path = *p;
	path_get(&f->path);
	f->inode = p->dentry->inode;
	f->mode = (unsigned int)(flags + 1) &
		  O_ACCMODE; /* O_RDONLY, O_WRONLY, O_RDWR; 3: neither */
	atomic_init(&f->flags, flags & ~OPEN_ONLY_FLAGS);
	return f;
}

int file_new_anon(struct kernel *k, const char *name, struct inode *in, const struct file_ops *ops,
		  void *data, int flags, unsigned int fmode, struct file **ret)
{
	struct path p = {k->anon_mnt, NULL};
	struct file *f;

	/* memfds keep the mount of their filesystem: other than the rest they may be executed. */
	if (in && k->memfd_mnt && in->super == k->memfd_mnt->super)
		p.mnt = k->memfd_mnt;
	in = in ? inode_get(in) : anon_inode_new(k, 0600);
	if (!in)
		return -ENOMEM;
	p.dentry = dentry_new_root(k->anon_super, name, in);
	if (!p.dentry)
		return -ENOMEM;
	f = file_new(&p, ops, flags);
	dentry_put(p.dentry);
	if (!f)
		return -ENOMEM;
	f->mode = fmode;
	f->data = data;
	*ret = f;
	return 0;
}

struct file *file_get(struct file *f)
{
	ref_get(&f->ref);
	return f;
}

void file_put(struct file *f)
{
	if (!f || !ref_put(&f->ref))
		return;
	if (f->ops && !(f->mode & FMODE_PATH))
		inotify_path(&f->path, f->mode & FMODE_WRITE ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE);
	if (f->fasync)
		fasync_remove(f);
	if (f->dnotify)
		dnotify_remove(f);
	if (!list_empty(&f->epitems))
		epoll_release_file(f);
	locks_remove_file(f);
	if (f->ops && f->ops->release && !(f->mode & FMODE_PATH))
		f->ops->release(f);
	if (f->write_counted) {
		atomic_fetch_sub(&f->path.mnt->nr_writers, 1);
		inode_put_write(f->inode);
	}
	path_put(&f->path);
	if (f->cred)
		cred_put(f->cred);
	listed_free(f);
	mutex_destroy(&f->pos_mu);
	mem_free(f);
	trim_maybe();
}

void file_accessed(struct file *f)
{
	if (!(atomic_load_explicit(&f->flags, memory_order_relaxed) & O_NOATIME))
		touch_atime(&f->path);
}

int file_remove_privs(struct file *f, struct task *t)
{
	const struct cred *c = t ? task_cred(t) : f->cred;
	struct iattr attr = {.valid = IATTR_MODE | IATTR_FORCE};

	if (!c || likely(!inode_needs_priv_drop(f->inode, c, &attr.mode)))
		return 0;
	return notify_change(t, c, f->inode, &attr);
}

/* ---- reading ---- */

static ssize_t read_check(const struct file *f)
{
	if ((f->mode & FMODE_PATH) || !(f->mode & FMODE_READ))
		return -EBADF;
	if (!f->ops->read)
		return S_ISDIR(inode_read(f->inode, mode)) ? -EISDIR : -EINVAL;
	return 0;
}

/* A transfer must not end beyond the largest offset. */
static bool range_ok(int64_t pos, size_t len)
{
	return pos >= 0 && len <= (uint64_t)INT64_MAX - (uint64_t)pos;
}

static ssize_t read_at(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	return range_ok(*pos, u->left) ? f->ops->read(f, u, pos, flags) : -EINVAL;
}

static ssize_t after_read(struct file *f, ssize_t n)
{
	if (n > 0)
		inotify_path(&f->path, IN_ACCESS);
	return n;
}

ssize_t file_read(struct file *f, struct uio *u, int flags)
{
	ssize_t n = read_check(f);

	if (n < 0)
		return n;
	if (f->mode & FMODE_STREAM)
		return after_read(f, f->ops->read(f, u, NULL, flags));
	mutex_lock(&f->pos_mu);
	n = read_at(f, u, &f->pos, flags);
	mutex_unlock(&f->pos_mu);
	return after_read(f, n);
}

ssize_t file_pread(struct file *f, struct uio *u, int64_t pos, int flags)
{
	ssize_t n;

	if (f->mode & FMODE_PATH)
		return -EBADF;
	if (f->mode & FMODE_STREAM)
		return -ESPIPE;
	n = read_check(f);
	return n < 0 ? n : after_read(f, read_at(f, u, &pos, flags));
}

/* ---- writing ---- */

static ssize_t write_check(const struct file *f)
{
	if ((f->mode & FMODE_PATH) || !(f->mode & FMODE_WRITE))
		return -EBADF;
	return f->ops->write ? 0 : -EINVAL;
}

/* RLIMIT_FSIZE: how much may be written at pos; sends SIGXFSZ where it is nothing. */
static int64_t fsize_room(struct file *f, struct task *t, int64_t pos, int flags)
{
	uint64_t limit = t ? task_rlimit(t, RLIMIT_FSIZE) : RLIM_INFINITY;

	if (limit == RLIM_INFINITY || limit > INT64_MAX || !S_ISREG(inode_read(f->inode, mode)))
		return INT64_MAX;
	if ((atomic_load(&f->flags) & O_APPEND) || (flags & RWF_APPEND))
		pos = (int64_t)inode_read(f->inode, size);
	if ((uint64_t)pos < limit)
		return (int64_t)limit - pos;
	if (!task_punts(t))
		signal_send_task(t, SIGXFSZ);
	return -EFBIG;
}

static ssize_t write_at(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	size_t left = u->left, cut = 0;
	int64_t room;
	ssize_t n;

	if (!range_ok(*pos, left))
		return -EINVAL;
	if (left == 0)
		return f->ops->write(f, u, pos, flags);
	n = file_remove_privs(f, u->task);
	if (n < 0)
		return n;
	room = fsize_room(f, u->task, *pos, flags);
	if (room < 0)
		return room;
	if ((uint64_t)room < left) {
		cut = left - (size_t)room;
		u->left -= cut;
	}
	n = f->ops->write(f, u, pos, flags);
	u->left += cut;
	return n;
}

static ssize_t after_write(struct file *f, ssize_t n)
{
	if (n > 0)
		inotify_path(&f->path, IN_MODIFY);
	return n;
}

ssize_t file_write(struct file *f, struct uio *u, int flags)
{
	ssize_t n = write_check(f);

	if (n < 0)
		return n;
	if (f->mode & FMODE_STREAM)
		return after_write(f, f->ops->write(f, u, NULL, flags));
	mutex_lock(&f->pos_mu);
	n = write_at(f, u, &f->pos, flags);
	mutex_unlock(&f->pos_mu);
	return after_write(f, n);
}

ssize_t file_pwrite(struct file *f, struct uio *u, int64_t pos, int flags)
{
	ssize_t n;

	if (f->mode & FMODE_PATH)
		return -EBADF;
	if (f->mode & FMODE_STREAM)
		return -ESPIPE;
	n = write_check(f);
	return n < 0 ? n : after_write(f, write_at(f, u, &pos, flags));
}

/* ---- the rest ---- */

int64_t generic_llseek(struct file *f, int64_t off, int whence, int64_t size)
{
	int64_t pos;

	switch (whence) {
	case SEEK_SET: pos = off; break;
	case SEEK_CUR:
		if (__builtin_add_overflow(f->pos, off, &pos))
			return -EINVAL;
		break;
	case SEEK_END:
		if (__builtin_add_overflow(size, off, &pos))
			return -EINVAL;
		break;
	case SEEK_DATA: /* all data, one hole at the end */
	case SEEK_HOLE:
		if (off < 0 || off >= size)
			return -ENXIO;
		pos = whence == SEEK_DATA ? off : size;
		break;
	default: return -EINVAL;
	}
	if (pos < 0)
		return -EINVAL;
	f->pos = pos;
	return pos;
}

int64_t file_llseek(struct file *f, int64_t off, int whence)
{
	int64_t ret;

	if (f->mode & FMODE_PATH)
		return -EBADF;
	if (!f->ops->llseek)
		return -ESPIPE;
	mutex_lock(&f->pos_mu);
	ret = f->ops->llseek(f, off, whence);
	mutex_unlock(&f->pos_mu);
	return ret;
}

int file_readdir(struct file *f, struct dir_context *ctx)
{
	int err;

	if ((f->mode & FMODE_PATH))
		return -EBADF;
	if (!S_ISDIR(inode_read(f->inode, mode)) || !f->ops->readdir)
		return -ENOTDIR;
	mutex_lock(&f->pos_mu);
	err = f->inode->dead ? -ENOENT : listed_readdir(f, ctx);
	mutex_unlock(&f->pos_mu);
	if (err >= 0)
		file_accessed(f);
	return err;
}

int dir_emit_dots(struct file *f, struct dir_context *ctx)
{
	struct dentry *d = f->path.dentry;
	uint64_t parent;

	if (f->pos == 0) {
		if (ctx->emit(ctx, ".", 1, f->inode->ino, DT_DIR, 1))
			return 1;
		f->pos = 1;
	}
	if (f->pos == 1) {
		rwlock_rdlock(&d->super->rename_mu);
		parent = d->parent->inode->ino;
		rwlock_unlock(&d->super->rename_mu);
		if (ctx->emit(ctx, "..", 2, parent, DT_DIR, 2))
			return 1;
		f->pos = 2;
	}
	return 0;
}

int64_t dir_llseek(struct file *f, int64_t off, int whence)
{
	if (whence == SEEK_CUR && __builtin_add_overflow(f->pos, off, &off))
		return -EINVAL;
	if ((whence != SEEK_SET && whence != SEEK_CUR) || off < 0)
		return -EINVAL;
	f->pos = off;
	return off;
}

uint32_t file_poll(struct file *f)
{
	if (f->mode & FMODE_PATH)
		return POLLNVAL;
	if (!f->ops->poll)
		return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
	return f->ops->poll(f);
}

struct wait_queue *file_wait_queue(struct file *f)
{
	if ((f->mode & FMODE_PATH) || !f->ops->wait_queue)
		return NULL;
	return f->ops->wait_queue(f);
}

long file_ioctl(struct file *f, struct task *t, unsigned int cmd, uint64_t arg)
{
	if (f->mode & FMODE_PATH)
		return -EBADF;
	if (f->no_dev_ioctl)
		return -EACCES;
	return f->ops->ioctl ? f->ops->ioctl(f, t, cmd, arg) : -ENOTTY;
}

int file_fsync(struct file *f, bool datasync)
{
	if (f->mode & FMODE_PATH)
		return -EBADF;
	return f->ops->fsync ? f->ops->fsync(f, datasync) : -EINVAL;
}

int file_fallocate(struct file *f, int mode, int64_t off, int64_t len)
{
	uint32_t type = inode_read(f->inode, mode) & S_IFMT;
	int err;

	if (off < 0 || len <= 0)
		return -EINVAL;
	if (!(f->mode & FMODE_WRITE) || (f->mode & FMODE_PATH))
		return -EBADF;
	if (type == S_IFIFO)
		return -ESPIPE;
	if (type == S_IFDIR)
		return -EISDIR;
	if (type != S_IFREG)
		return -ENODEV;
	if (len > INT64_MAX - off)
		return -EFBIG;
	if (!f->ops->fallocate)
		return -EOPNOTSUPP;
	err = f->ops->fallocate(f, mode, off, len);
	if (err == 0)
		inotify_path(&f->path, IN_MODIFY);
	return err;
}

int file_mmap(struct file *f, int prot, int flags, uint64_t off, uint64_t len, int *ret_fd,
	      enum mmap_fd *ret_kind)
{
	if (f->mode & FMODE_PATH)
		return -EBADF;
	if (!f->ops->mmap)
		return -ENODEV;
	return f->ops->mmap(f, prot, flags, off, len, ret_fd, ret_kind);
}

int file_set_flags(struct file *f, struct task *t, int flags)
{
	const int mask = O_APPEND | O_NONBLOCK | O_ASYNC | O_DIRECT | O_NOATIME;
	int old = atomic_load(&f->flags), now;

	if (f->mode & FMODE_PATH)
		return -EBADF;
	if ((flags & O_NOATIME) && !(old & O_NOATIME) &&
	    !inode_owner_or_capable(f->inode, task_cred(t)))
		return -EPERM;
	if (f->ops->set_flags) {
		int err = f->ops->set_flags(f, flags);

		if (err < 0)
			return err;
	}
	do {
		now = (old & ~mask) | (flags & mask);
	} while (!atomic_compare_exchange_weak(&f->flags, &old, now));
	return 0;
}

ssize_t kernel_read(struct file *f, void *buf, size_t len, int64_t pos)
{
	size_t done = 0;

	if (!f->ops || !f->ops->read)
		return S_ISDIR(inode_read(f->inode, mode)) ? -EISDIR : -EINVAL;
	while (done < len) {
		struct uio u;
		int64_t at = pos + (int64_t)done;
		ssize_t n;

		uio_init_kernel(&u, (char *)buf + done, len - done);
		n = f->ops->read(f, &u, &at, 0);
		if (n < 0)
			return done ? (ssize_t)done : n;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}
