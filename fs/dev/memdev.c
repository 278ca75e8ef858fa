/*
 * fs/dev/memdev.c - null(4), zero, full(4), random(4), urandom
 *
 * Differences from Linux: writes to random devices mix nothing in; the random pool is the host's
 * and always ready.
 */
#include "fs/dev/memdev.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "fs/dev/chrdev.h"
#include "fs/vfs/file.h"
#include "sentry/base/base.h"
#include "sentry/kernel.h"
#include "sentry/mem/uio.h"
#include "sentry/mem/usermem.h"
#include "sentry/task.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

/* Counts all bytes as moved without looking at them. */
static ssize_t swallow(struct uio *u)
{
	size_t n = u->left;

	u->done += n;
	u->left = 0;
	return (ssize_t)n;
}

static ssize_t null_read(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	(void)f, (void)u, (void)pos, (void)flags;
	return 0;
}

static ssize_t null_write(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	(void)f, (void)pos, (void)flags;
	return swallow(u);
}

/* These devices have no offset, but a seek succeeds. */
static int64_t null_llseek(struct file *f, int64_t off, int whence)
{
	(void)off, (void)whence;
	f->pos = 0;
	return 0;
}

const struct file_ops null_fops = {
	.read = null_read,
	.write = null_write,
	.llseek = null_llseek,
};

static ssize_t zero_read(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	size_t want = u->left, n = uio_zero(u, want);

	(void)f, (void)pos, (void)flags;
	return n == 0 && want > 0 ? -EFAULT : (ssize_t)n;
}

/* Consumes fd. mprotect(2) must not make more of a mapping than its file allows. */
static int reopen_read_only(struct kernel *k, int fd)
{
	char name[16];
	int ro;

	snprintf(name, sizeof(name), "%d", fd);
	ro = openat(k->host_self_fd_dir, name, O_RDONLY | O_CLOEXEC);
	close(fd);
	return ro < 0 ? -ENOMEM : ro;
}

/* Fresh zeroed memory for each mapping: private ones copy on write, shared ones are inherited by
 * fork, as with anonymous memory. */
static int zero_mmap(struct file *f, int prot, int flags, uint64_t off, uint64_t len, int *ret_fd,
		     enum mmap_fd *ret_kind)
{
	uint64_t end;
	int fd;

	(void)prot;
	if (__builtin_add_overflow(off, len, &end) || end > INT64_MAX)
		return -EOVERFLOW;
	fd = memfd_create("zero", MFD_CLOEXEC | MFD_EXEC);
	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("zero", MFD_CLOEXEC);
	if (fd < 0)
		return errno == EMFILE || errno == ENFILE ? -ENFILE : -ENOMEM;
	if (ftruncate(fd, (off_t)end) < 0) {
		close(fd);
		return -ENOMEM;
	}
	if ((flags & MAP_TYPE) != MAP_PRIVATE && !(f->mode & FMODE_WRITE)) {
		fd = reopen_read_only(f->inode->super->kernel, fd);
		if (fd < 0)
			return fd;
	}
	*ret_fd = fd;
	*ret_kind = MMAP_FD_OWNED;
	return 0;
}

const struct file_ops zero_fops = {
	.read = zero_read,
	.write = null_write,
	.llseek = null_llseek,
	.mmap = zero_mmap,
};

static ssize_t full_write(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	(void)f, (void)u, (void)pos, (void)flags;
	return -ENOSPC;
}

const struct file_ops full_fops = {
	.read = zero_read,
	.write = full_write,
	.llseek = null_llseek,
};

/* One read gives at most this much, as in Linux: the caller asks again. */
#define RANDOM_READ_MAX 33554431

static ssize_t random_read(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	char buf[4096];
	size_t want = MIN(u->left, (size_t)RANDOM_READ_MAX), done = 0;

	(void)f, (void)pos, (void)flags;
	while (done < want) {
		size_t n = MIN(want - done, sizeof(buf)), moved;
		ssize_t got = getrandom(buf, n, 0);

		if (got <= 0)
			break;
		moved = uio_write(u, buf, (size_t)got);
		done += moved;
		if (moved < (size_t)got)
			break;
	}
	explicit_bzero(buf, sizeof(buf));
	return done == 0 && want > 0 ? -EFAULT : (ssize_t)done;
}

static int64_t random_llseek(struct file *f, int64_t off, int whence)
{
	(void)off, (void)whence;
	return f->pos;
}

/* linux/random.h */
#define RNDGETENTCNT 0x80045200
#define RNDADDTOENTCNT 0x40045201
#define RNDADDENTROPY 0x40085203
#define RNDZAPENTCNT 0x5204
#define RNDCLEARPOOL 0x5206
#define RNDRESEEDCRNG 0x5207

static long random_ioctl(struct file *f, struct task *t, unsigned int cmd, uint64_t arg)
{
	int bits = 256;

	(void)f;
	switch (cmd) {
	case RNDGETENTCNT: return copy_out_obj(t, arg, &bits);
	case RNDADDTOENTCNT:
	case RNDADDENTROPY:
	case RNDZAPENTCNT:
	case RNDCLEARPOOL:
	case RNDRESEEDCRNG: return task_has_cap(t, CAP_SYS_ADMIN) ? 0 : -EPERM;
	default: return -EINVAL;
	}
}

const struct file_ops random_fops = {
	.read = random_read,
	.write = null_write,
	.llseek = random_llseek,
	.ioctl = random_ioctl,
};
