/*
 * fs/dev/hostfile.c - host descriptors as files of the guest, see hostfile.h
 *
 * Model: the inode holds the host fd; every struct file on it (the first, and those opened through
 * /proc/self/fd) shares it. Waiting: whoever finds nothing ready arms a one-shot watch, so the
 * event thread is woken at most once per attempt, and never while nobody asks.
 *
 * Locking: hf->mu (LOCK_ANON) guards the watched events. The event thread's callback takes only the
 * wait queue's lock.
 */
#include "fs/dev/hostfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fs/dev/chrdev.h"
#include "fs/vfs/file.h"
#include "sentry/base/hostcall.h"
#include "sentry/base/lock.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"
#include "sentry/mem/uio.h"
#include "sentry/mem/usermem.h"
#include "sentry/task.h"

struct hostfile {
	struct inode inode;
	struct event_source src;
	int accmode;   /* of host_fd: what a file on it may have */
	bool stream;   /* pipe, socket, device: may block */
	bool nonblock; /* its description is O_NONBLOCK */
	bool nowait;   /* RWF_NOWAIT is understood */
	struct wait_queue wq;
	struct mutex mu;
	bool watched GUARDED_BY(&mu);
};

static struct hostfile *hostfile_of(struct inode *in)
{
	return container_of(in, struct hostfile, inode);
}

/* ---- readiness ---- */

static uint32_t look_at_host(struct hostfile *hf, short events)
{
	struct pollfd p = {.fd = hf->src.fd, .events = events};

	if (host_poll(&p, 1, 0) <= 0)
		return 0;
	return (uint32_t)p.revents;
}

static void hostfile_event(struct event_source *src, uint32_t events)
{
	struct hostfile *hf = container_of(src, struct hostfile, src);

	wait_wake(&hf->wq, events);
}

static void arm(struct hostfile *hf, uint32_t events)
{
	mutex_lock(&hf->mu);
	if (event_watch(&hf->src, events | EPOLLONESHOT) == 0)
		hf->watched = true;
	mutex_unlock(&hf->mu);
}

static uint32_t hostfile_poll(struct file *f)
{
	struct hostfile *hf = hostfile_of(f->inode);
	short want = 0;
	uint32_t ready, missing;

	if (!hf->stream)
		return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
	if (f->mode & FMODE_READ)
		want |= POLLIN | POLLRDNORM;
	if (f->mode & FMODE_WRITE)
		want |= POLLOUT | POLLWRNORM;
	ready = look_at_host(hf, want);
	missing = (uint32_t)want & ~ready & (POLLIN | POLLOUT);
	if (missing && !(ready & (POLLERR | POLLHUP))) {
		arm(hf, missing);
		/* What became ready before the watch stood was not reported. */
		ready = look_at_host(hf, want);
	}
	return ready;
}

static struct wait_queue *hostfile_wait_queue(struct file *f)
{
	return &hostfile_of(f->inode)->wq;
}

/* ---- data ---- */

/* Moves data if that cannot block; -EAGAIN else. */
static ssize_t stream_io(struct hostfile *hf, struct uio *u, bool write)
{
	short want = write ? POLLOUT : POLLIN;
	int flags = 0;
	ssize_t n;

	if (!hf->nonblock) {
		if (hf->nowait) {
			flags = RWF_NOWAIT;
		} else {
			if (!look_at_host(hf, want))
				return -EAGAIN;
			/* A blocking pipe takes this much when poll says so. */
			if (write && u->left > PIPE_BUF) {
				size_t held = u->left - PIPE_BUF;

				u->left -= held;
				n = uio_host_write(u, hf->src.fd, -1, 0);
				u->left += held;
				return n;
			}
		}
	}
	n = write ? uio_host_write(u, hf->src.fd, -1, flags)
		  : uio_host_read(u, hf->src.fd, -1, flags);
	if (n == -EOPNOTSUPP && flags) {
		hf->nowait = false;
		return stream_io(hf, u, write);
	}
	return n;
}

static ssize_t hostfile_rw(struct file *f, struct uio *u, bool write)
{
	struct hostfile *hf = hostfile_of(f->inode);
	ssize_t n;

	if (u->left == 0)
		return 0;
	if (!hf->stream)
		return write ? uio_host_write(u, hf->src.fd, -1, 0)
			     : uio_host_read(u, hf->src.fd, -1, 0);
	n = stream_io(hf, u, write);
	if (n != -EAGAIN)
		return n;
	arm(hf, write ? EPOLLOUT : EPOLLIN);
	return stream_io(hf, u, write);
}

/* A regular file opened again has an offset of its own, as after open(2). */
#define OWN_OFFSET ((void *)1)

/* pread(2) and files with their own offset. */
static bool is_positioned(struct file *f, const int64_t *pos)
{
	return pos && !hostfile_of(f->inode)->stream && (f->data == OWN_OFFSET || pos != &f->pos);
}

static ssize_t hostfile_read(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	ssize_t n;

	(void)flags;
	if (!is_positioned(f, pos))
		return hostfile_rw(f, u, false);
	n = uio_host_read(u, hostfile_of(f->inode)->src.fd, *pos, 0);
	if (n > 0)
		*pos += n;
	return n;
}

static ssize_t hostfile_write(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	int fd = hostfile_of(f->inode)->src.fd;
	struct stat st;
	ssize_t n;

	(void)flags;
	if (!is_positioned(f, pos))
		return hostfile_rw(f, u, true);
	if ((atomic_load(&f->flags) & O_APPEND) && host_fstat(fd, &st) == 0)
		*pos = st.st_size;
	n = uio_host_write(u, fd, *pos, 0);
	if (n > 0)
		*pos += n;
	return n;
}

static int64_t hostfile_llseek(struct file *f, int64_t off, int whence)
{
	struct hostfile *hf = hostfile_of(f->inode);
	struct stat st;
	off_t r;

	if (hf->stream)
		return -ESPIPE;
	if (f->data == OWN_OFFSET && host_fstat(hf->src.fd, &st) == 0)
		return generic_llseek(f, off, whence, st.st_size);
	r = lseek(hf->src.fd, off, whence);
	return r < 0 ? -errno : r;
}

static long hostfile_ioctl(struct file *f, struct task *t, unsigned int cmd, uint64_t arg)
{
	struct hostfile *hf = hostfile_of(f->inode);
	int n;

	if (cmd != FIONREAD)
		return -ENOTTY;
	if (ioctl(hf->src.fd, FIONREAD, &n) < 0)
		return -errno;
	return copy_out_obj(t, arg, &n);
}

static int hostfile_mmap(struct file *f, int prot, int flags, uint64_t off, uint64_t len,
			 int *ret_fd, enum mmap_fd *ret_kind)
{
	struct hostfile *hf = hostfile_of(f->inode);

	(void)prot, (void)flags, (void)off, (void)len;
	/* The mapping gets the authority of host_fd, so the guest's file must have all of it. */
	if (hf->stream || (atomic_load(&f->flags) & O_ACCMODE) != hf->accmode)
		return -ENODEV;
	*ret_fd = hf->src.fd;
	*ret_kind = MMAP_FD_KEPT;
	return 0;
}

static int hostfile_fsync(struct file *f, bool datasync)
{
	struct hostfile *hf = hostfile_of(f->inode);

	if (hf->stream)
		return -EINVAL;
	return (datasync ? fdatasync(hf->src.fd) : fsync(hf->src.fd)) < 0 ? -errno : 0;
}

static const struct file_ops hostfile_fops = {
	.read = hostfile_read,
	.write = hostfile_write,
	.llseek = hostfile_llseek,
	.poll = hostfile_poll,
	.wait_queue = hostfile_wait_queue,
	.ioctl = hostfile_ioctl,
	.mmap = hostfile_mmap,
	.fsync = hostfile_fsync,
};

/* ---- the inode ---- */

static int hostfile_getattr(struct inode *in, struct kstat *st)
{
	struct stat hs;

	generic_fillattr(in, st);
	if (host_fstat(hostfile_of(in)->src.fd, &hs) < 0)
		return 0;
	st->size = (uint64_t)hs.st_size;
	st->blocks = (uint64_t)hs.st_blocks;
	st->blksize = (uint32_t)hs.st_blksize;
	st->atime = hs.st_atim;
	st->mtime = hs.st_mtim;
	st->ctime = hs.st_ctim;
	return 0;
}

static int hostfile_setattr(struct inode *in, const struct iattr *attr)
{
	struct hostfile *hf = hostfile_of(in);

	if (attr->valid & (IATTR_MODE | IATTR_UID | IATTR_GID))
		return -EPERM;
	if (!(attr->valid & IATTR_SIZE))
		return 0;
	if (hf->stream)
		return -EINVAL;
	if (hf->accmode == O_RDONLY)
		return -EACCES;
	if (attr->size > INT64_MAX)
		return -EFBIG;
	return ftruncate(hf->src.fd, (off_t)attr->size) < 0 ? -errno : 0;
}

/* Through /proc/self/fd: no more than the descriptor that we were given. */
static int hostfile_open(struct inode *in, struct file *f, struct task *t)
{
	struct hostfile *hf = hostfile_of(in);

	(void)t;
	if ((f->mode & FMODE_READ) && hf->accmode == O_WRONLY)
		return -EACCES;
	if ((f->mode & FMODE_WRITE) && hf->accmode == O_RDONLY)
		return -EACCES;
	f->ops = &hostfile_fops;
	if (hf->stream)
		f->mode |= FMODE_STREAM;
	else
		f->data = OWN_OFFSET;
	return 0;
}

static void hostfile_destroy(struct inode *in)
{
	struct hostfile *hf = hostfile_of(in);

	if (hf->watched)
		event_unwatch(&hf->src);
	close(hf->src.fd);
	wait_queue_destroy(&hf->wq);
	mutex_destroy(&hf->mu);
	inode_fini(in);
	mem_free(hf);
}

static const struct inode_ops hostfile_iops = {
	.getattr = hostfile_getattr,
	.setattr = hostfile_setattr,
	.open = hostfile_open,
	.destroy = hostfile_destroy,
};

/* Pipes and devices can be opened again by whoever the guest runs as; the host's owner and its
 * permissions say nothing about guests. */
static uint32_t guest_mode(const struct stat *st, int accmode)
{
	uint32_t mode = st->st_mode & S_IFMT;

	if (!S_ISREG(st->st_mode))
		return S_ISBLK(st->st_mode) || S_ISDIR(st->st_mode) ? (uint32_t)S_IFREG | 0600
								    : mode | 0666;
	mode |= accmode != O_WRONLY ? 0444 : 0;
	return mode | (accmode != O_RDONLY ? 0222 : 0);
}

static struct hostfile *hostfile_new(struct kernel *k, int host_fd, const struct stat *st, int fl)
{
	struct hostfile *hf = mem_zalloc(sizeof(*hf));

	if (!hf)
		return NULL;
	hf->accmode = fl & O_ACCMODE;
	hf->stream = !S_ISREG(st->st_mode) && !S_ISBLK(st->st_mode);
	hf->nonblock = fl & O_NONBLOCK;
	hf->nowait = true;
	hf->src.fd = host_fd;
	hf->src.fn = hostfile_event;
	wait_queue_init(&hf->wq);
	mutex_init(&hf->mu, LOCK_ANON);
	inode_init(&hf->inode, k->anon_super, &hostfile_iops, guest_mode(st, hf->accmode),
		   atomic_fetch_add(&k->next_ino, 1));
	hf->inode.fops = &hostfile_fops;
	return hf;
}

static const char *kind_name(mode_t mode)
{
	if (S_ISFIFO(mode))
		return "pipe";
	return S_ISSOCK(mode) ? "socket" : "hostfile";
}

static int null_create(struct kernel *k, int flags, unsigned int fmode, struct file **ret)
{
	struct inode *in = anon_inode_new(k, S_IFCHR | 0666);
	int err;

	if (!in)
		return -ENOMEM;
	in->rdev = makedev(1, 3);
	in->fops = &null_fops;
	err = file_new_anon(k, "/dev/null", in, &null_fops, NULL, flags, fmode, ret);
	inode_put(in);
	return err;
}

int hostfile_create(struct kernel *k, int host_fd, struct file **ret)
{
	_cleanup_close_ int fd = host_fd;
	struct hostfile *hf;
	unsigned int fmode = 0;
	char name[64];
	struct stat st;
	int fl, err;

	fl = fcntl(fd, F_GETFL);
	if (fl < 0 || host_fstat(fd, &st) < 0)
		return -errno;
	if ((fl & O_ACCMODE) != O_WRONLY)
		fmode |= FMODE_READ;
	if ((fl & O_ACCMODE) != O_RDONLY)
		fmode |= FMODE_WRITE;
	if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))
		return null_create(k, fl & O_ACCMODE, fmode, ret);
	hf = hostfile_new(k, fd, &st, fl);
	if (!hf)
		return -ENOMEM;
	TAKE_FD(fd);
	if (hf->stream)
		fmode |= FMODE_STREAM;
	snprintf(name, sizeof(name), "%s:[%llu]", kind_name(st.st_mode),
		 (unsigned long long)hf->inode.ino);
	err = file_new_anon(k, name, &hf->inode, &hostfile_fops, NULL, fl & (O_ACCMODE | O_APPEND),
			    fmode, ret);
	inode_put(&hf->inode);
	return err;
}
