/*
 * fs/tmpfs/data.c - contents of regular files in tmpfs
 *
 * Model: up to 64 KiB a file lies in the heap (heap.c); what grows beyond, or is mapped, moves to a
 * host memfd once and for all. The memfd's size is always the file's, so a mapping ends where the
 * file ends. Memfds take descriptors of the sentry: when there are many (kernel->max_memfds), files
 * up to 64 MiB stay in the heap until they are mapped; and a private mapping of up to 1 MiB is one of
 * a copy, which lives as long as the mapping.
 *
 * Counting: each allocated page is charged to the instance. For a memfd whose pages are all there
 * (the usual case) that is arithmetic; for one with holes the host is asked after each change.
 *
 * Mappings: a descriptor for reading only gets an own host descriptor for reading only, so nobody
 * can map more than the guest's descriptor allows.
 *
 * Locking: inode->mu, never over a guest copy: data goes through a bounce buffer.
 *
 * Differences from Linux: a write of more than 128 KiB is not atomic against other writers; stores
 * through a mapping do not change the times; while descriptors are scarce private mappings do not show
 * later writes to the file; pages that such stores allocate in holes are counted
 * when the file is next looked at.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/falloc.h>
#include <linux/memfd.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "fs/tmpfs/internal.h"
#include "fs/tmpfs/tmpfs.h"
#include "sentry/base/hostcall.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"
#include "sentry/mem/uio.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif
#define HOST_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)
#define ALL_SEALS (HOST_SEALS | F_SEAL_SEAL | F_SEAL_EXEC)

#define SMALL_BOUNCE 8192

static struct tmpfs_data *data_of(struct inode *in)
{
	return &tmpfs_inode(in)->data;
}

static uint64_t pages_of(uint64_t bytes)
{
	return bytes / TMPFS_PAGE + (bytes % TMPFS_PAGE != 0);
}

void tmpfs_data_init(struct tmpfs_data *d)
{
	memset(d, 0, sizeof(*d));
	d->fd = d->ro_fd = -1;
	d->seals = F_SEAL_SEAL;
}

/* Host descriptors are shared with everything else in the sentry: half of what they may take is
 * kept for files that must have one. */
static int count_host_fd(struct inode *in, bool must)
{
	struct kernel *k = in->super->kernel;
	uint32_t limit = must ? k->max_memfds : k->max_memfds / 2;

	if (atomic_fetch_add(&k->nr_memfds, 1) < limit)
		return 0;
	atomic_fetch_sub(&k->nr_memfds, 1);
	return -ENOSPC;
}

static void close_host_fd(struct inode *in, int fd)
{
	if (fd < 0)
		return;
	close(fd);
	atomic_fetch_sub(&in->super->kernel->nr_memfds, 1);
}

void tmpfs_data_free(struct inode *in)
{
	struct tmpfs_data *d = data_of(in);

	tmpfs_heap_free(d);
	tmpfs_map_put(in->super->kernel, d->map);
	close_host_fd(in, d->fd);
	close_host_fd(in, d->ro_fd);
	tmpfs_uncharge_pages(tmpfs_super(in->super), d->charged);
}

/* ---- the memfd ---- */

/* Asks the host how many pages there are now. */
static void recount(struct inode *in, struct tmpfs_data *d)
{
	struct stat st;

	if (host_fstat(d->fd, &st) == 0)
		tmpfs_recharge(tmpfs_super(in->super), &d->charged,
			       (uint64_t)st.st_blocks / (TMPFS_PAGE / 512));
}

static int host_memfd(bool sealable)
{
	unsigned int flags = MFD_CLOEXEC | (sealable ? MFD_ALLOW_SEALING : 0);
	int fd = memfd_create("tmpfs", flags | MFD_EXEC);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("tmpfs", flags); /* before Linux 6.3 */
	fd = host_fd_for_guest(fd);
	return fd < 0 ? -errno : fd;
}

/* must: there is no other way; else -ENOSPC while descriptors are scarce. */
static int to_memfd(struct inode *in, bool must)
{
	struct tmpfs_data *d = data_of(in);
	int fd, err;

	if (d->fd >= 0)
		return 0;
	err = count_host_fd(in, must);
	if (err < 0)
		return err;
	fd = host_memfd(d->sealable);
	if (fd < 0) {
		atomic_fetch_sub(&in->super->kernel->nr_memfds, 1);
		return fd == -EMFILE || fd == -ENFILE ? -ENOSPC : fd;
	}
	err = tmpfs_heap_copy_to(in, d, fd);
	if (err == 0 && ftruncate(fd, (off_t)in->size) < 0)
		err = -errno;
	if (err == 0 && d->sealable && (d->seals & HOST_SEALS) &&
	    fcntl(fd, F_ADD_SEALS, d->seals & HOST_SEALS) < 0)
		err = -errno;
	if (err < 0) {
		close_host_fd(in, fd);
		return err;
	}
	d->fd = fd;
	tmpfs_heap_free(d);
	return 0;
}

/* Before something is put at up to end: in the heap, or in a memfd from now on? */
static int choose_place(struct inode *in, uint64_t end)
{
	struct tmpfs_data *d = data_of(in);
	int err;

	if (d->fd >= 0 || end <= TMPFS_CHUNK || (d->nr_more && end <= TMPFS_HEAP_MAX))
		return 0;
	err = to_memfd(in, end > TMPFS_HEAP_MAX);
	return err < 0 && end <= TMPFS_HEAP_MAX ? 0 : err;
}

/* ---- size ---- */

int tmpfs_data_truncate(struct inode *in, uint64_t size)
{
	struct tmpfs_data *d = data_of(in);

	if (size > INT64_MAX)
		return -EINVAL;
	if ((size < in->size && (d->seals & F_SEAL_SHRINK)) ||
	    (size > in->size && (d->seals & F_SEAL_GROW)))
		return -EPERM;
	if (d->fd >= 0) {
		bool dense = tmpfs_is_dense(in, d);

		if (ftruncate(d->fd, (off_t)size) < 0)
			return -errno;
		if (!dense)
			recount(in, d);
		else if (size < in->size)
			tmpfs_recharge(tmpfs_super(in->super), &d->charged, pages_of(size));
	} else if (size < in->size) {
		tmpfs_heap_punch(in, size, UINT64_MAX);
		if (size == 0)
			tmpfs_heap_free(d);
	}
	inode_write(in, size, size);
	return 0;
}

uint64_t tmpfs_data_blocks(struct inode *in)
{
	struct tmpfs_data *d = data_of(in);

	if (d->fd >= 0 && !tmpfs_is_dense(in, d))
		recount(in, d);
	return d->charged * (TMPFS_PAGE / 512);
}

/* ---- reading ---- */

/* A piece of a read that needs no copy to the guest's memory, in->mu is held; 0: there is none. */
static size_t read_direct(struct inode *in, struct uio *u, uint64_t pos, size_t n,
			  const struct tmpfs_map *map)
{
	struct tmpfs_data *d = data_of(in);
	void *to = d->fd < 0 || map ? uio_direct(u, true, &n) : NULL;

	if (!to)
		return 0;
	if (map)
		memcpy(to, map->mem + pos, n);
	else
		tmpfs_heap_read(d, pos, to, n);
	uio_moved(u, true, n);
	return n;
}

static size_t read_heap(struct inode *in, struct uio *u, uint64_t pos, size_t n)
{
	not_zeroed char buf[SMALL_BOUNCE];

	n = MIN(n, sizeof(buf));
	tmpfs_heap_read(data_of(in), pos, buf, n);
	mutex_unlock(&in->mu);
	return uio_write(u, buf, n);
}

/* The host copies, and stops where the file has become shorter since. */
static size_t read_map(struct inode *in, struct uio *u, uint64_t pos, size_t n,
		       struct tmpfs_map *map)
{
	uio_direct(u, true, &n); /* up to the end of one piece of the buffer */
	ref_get(&map->ref);
	mutex_unlock(&in->mu);
	n = uio_write(u, map->mem + pos, n);
	tmpfs_map_put(in->super->kernel, map);
	return n;
}

static ssize_t read_host(struct inode *in, struct uio *u, uint64_t pos, size_t n)
{
	size_t left = u->left;
	int fd = data_of(in)->fd;
	ssize_t got;

	mutex_unlock(&in->mu);
	u->left = n;
	got = uio_host_read(u, fd, (int64_t)pos, 0);
	u->left += left - n;
	return got;
}

/* One piece of a read: bytes, 0 at the end, -EFAULT. */
static ssize_t read_piece(struct inode *in, struct uio *u, uint64_t pos)
{
	struct tmpfs_map *map;
	size_t n = 0, got;

	mutex_lock(&in->mu);
	if (pos < in->size)
		n = (size_t)MIN((uint64_t)u->left, in->size - pos);
	map = n ? tmpfs_map(in, n) : NULL;
	got = n ? read_direct(in, u, pos, n, map) : 0;
	if (n == 0 || got > 0) {
		mutex_unlock(&in->mu);
		return (ssize_t)got;
	}
	if (data_of(in)->fd < 0) {
		got = read_heap(in, u, pos, n);
		return got ? (ssize_t)got : -EFAULT;
	}
	got = map ? read_map(in, u, pos, n, map) : 0;
	if (got > 0)
		return (ssize_t)got;
	if (map) /* a bad address, or the file was cut: the host's read tells */
		mutex_lock(&in->mu);
	return read_host(in, u, pos, n);
}

static ssize_t tmpfs_read(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	ssize_t total = 0, n = 1;

	(void)flags;
	while (u->left > 0 && n > 0) {
		n = read_piece(f->inode, u, (uint64_t)*pos);
		if (n > 0) {
			*pos += n;
			total += n;
		}
	}
	file_accessed(f);
	return total ? total : n < 0 ? n : 0;
}

/* ---- writing; in->mu is held ---- */

/* Pages that [pos, end) may need beyond what is charged. */
static uint64_t pages_wanted(const struct inode *in, const struct tmpfs_data *d, uint64_t pos,
			     uint64_t end, bool *ret_exact)
{
	*ret_exact = tmpfs_is_dense(in, d) && pos <= d->charged * TMPFS_PAGE;
	if (*ret_exact)
		return pages_of(end) > d->charged ? pages_of(end) - d->charged : 0;
	return pages_of(end) - pos / TMPFS_PAGE;
}

/* Over what is there already; 0: not by the mapping. */
static ssize_t write_map(struct inode *in, const char *buf, size_t n, uint64_t pos)
{
	struct tmpfs_map *map = pos + n <= in->size ? tmpfs_map(in, n) : NULL;

	if (!map)
		return 0;
	memcpy(map->mem + pos, buf, n);
	return (ssize_t)n;
}

static ssize_t memfd_write(struct inode *in, const char *buf, size_t n, uint64_t pos)
{
	struct tmpfs_data *d = data_of(in);
	struct tmpfs_super *s = tmpfs_super(in->super);
	uint64_t want;
	bool exact;
	ssize_t put;

	want = pages_wanted(in, d, pos, pos + n, &exact);
	if (tmpfs_charge_pages(s, want) < 0) {
		/* As far as the page that pos is in, and page by page from there. */
		n = MIN(n, (size_t)(TMPFS_PAGE - pos % TMPFS_PAGE));
		want = pages_wanted(in, d, pos, pos + n, &exact);
		if (tmpfs_charge_pages(s, want) < 0)
			return -ENOSPC;
	}
	d->charged += want;
	put = want == 0 && exact ? write_map(in, buf, n, pos) : 0;
	if (put > 0)
		return put;
	put = pwrite(d->fd, buf, n, (off_t)pos);
	if (put < 0)
		put = -errno;
	if (!exact || put != (ssize_t)n)
		recount(in, d);
	return put;
}

/* Writes n bytes that are in buf; returns how many went. */
static ssize_t write_locked(struct inode *in, const char *buf, size_t n, uint64_t pos)
{
	struct tmpfs_data *d = data_of(in);
	ssize_t put;
	int err;

	if (d->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		return -EPERM;
	if ((d->seals & F_SEAL_GROW) && pos + n > in->size) {
		if (pos >= in->size)
			return -EPERM;
		n = (size_t)(in->size - pos);
	}
	err = choose_place(in, pos + n);
	if (err < 0)
		return err;
	put = d->fd < 0 ? tmpfs_heap_write(in, buf, n, pos) : memfd_write(in, buf, n, pos);
	if (put > 0) {
		if (pos + (uint64_t)put > in->size)
			inode_write(in, size, pos + (uint64_t)put);
		inode_touch(in, IATTR_MTIME | IATTR_CTIME);
	}
	return put;
}

static ssize_t put_piece(struct inode *in, const char *buf, size_t n, int64_t *pos, bool append)
{
	ssize_t put;

	mutex_lock(&in->mu);
	if (append)
		*pos = (int64_t)in->size;
	if (*pos > INT64_MAX - (int64_t)n)
		put = -EFBIG;
	else
		put = write_locked(in, buf, n, (uint64_t)*pos);
	mutex_unlock(&in->mu);
	if (put > 0)
		*pos += put;
	return put;
}

/* One piece: fetches into buf, unless it can be had in place, without a lock, then writes. */
static ssize_t write_piece(struct inode *in, struct uio *u, int64_t *pos, bool append, char *buf,
			   size_t size)
{
	size_t n = MIN(u->left, size);
	void *from = uio_direct(u, false, &n);
	ssize_t put;

	if (from) {
		put = put_piece(in, from, n, pos, append);
		if (put > 0)
			uio_moved(u, false, (size_t)put);
		return put;
	}
	n = uio_read(u, buf, MIN(u->left, size));
	if (n == 0)
		return -EFAULT;
	put = put_piece(in, buf, n, pos, append);
	uio_revert(u, n - (put > 0 ? (size_t)put : 0));
	return put;
}

static ssize_t tmpfs_write(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	bool append = (atomic_load_explicit(&f->flags, memory_order_relaxed) & O_APPEND) ||
		      (flags & RWF_APPEND);
	not_zeroed char small[SMALL_BOUNCE];
	size_t size = sizeof(small);
	char *buf = bounce_get(u->left, small, &size);
	ssize_t total = 0, n = 1;

	while (u->left > 0 && n > 0) {
		n = write_piece(f->inode, u, pos, append, buf, size);
		if (n > 0)
			total += n;
	}
	bounce_put(buf);
	return total ? total : n < 0 ? n : 0;
}

/* ---- holes and space ---- */

static int64_t seek_hole_data(struct inode *in, int64_t off, int whence)
{
	struct tmpfs_data *d = data_of(in);
	int64_t pos;

	mutex_lock(&in->mu);
	if (off < 0 || (uint64_t)off >= in->size) {
		pos = -ENXIO;
	} else if (d->fd < 0) {
		pos = tmpfs_heap_seek(in, d, off, whence == SEEK_DATA);
	} else {
		pos = lseek(d->fd, off, whence);
		if (pos < 0)
			pos = -errno;
	}
	mutex_unlock(&in->mu);
	return pos;
}

static int64_t tmpfs_llseek(struct file *f, int64_t off, int whence)
{
	int64_t pos;

	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return generic_llseek(f, off, whence, (int64_t)inode_read(f->inode, size));
	pos = seek_hole_data(f->inode, off, whence);
	if (pos >= 0)
		f->pos = pos;
	return pos;
}

static int punch_locked(struct inode *in, uint64_t off, uint64_t len)
{
	struct tmpfs_data *d = data_of(in);

	if (d->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		return -EPERM;
	if (d->fd < 0) {
		tmpfs_heap_punch(in, off, off + len);
		return 0;
	}
	if (fallocate(d->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)off, (off_t)len) <
	    0)
		return -errno;
	recount(in, d);
	return 0;
}

static int allocate_memfd(struct inode *in, int mode, uint64_t off, uint64_t len)
{
	struct tmpfs_data *d = data_of(in);
	struct tmpfs_super *s = tmpfs_super(in->super);
	bool exact;
	uint64_t want = pages_wanted(in, d, off, off + len, &exact);

	if (tmpfs_charge_pages(s, want) < 0) {
		recount(in, d);
		return -ENOSPC;
	}
	d->charged += want;
	if (fallocate(d->fd, mode, (off_t)off, (off_t)len) < 0) {
		int err = -errno;

		recount(in, d);
		return err;
	}
	recount(in, d);
	return 0;
}

static int allocate_locked(struct inode *in, int mode, uint64_t off, uint64_t len)
{
	struct tmpfs_data *d = data_of(in);
	uint64_t end = off + len;
	int err = 0;

	if (end > in->size && (d->seals & F_SEAL_GROW))
		return -EPERM;
	if (d->fd < 0 && end > TMPFS_CHUNK) {
		/* Look before moving: a size beyond the instance's is the usual mistake. */
		err = tmpfs_charge_pages(tmpfs_super(in->super), pages_of(len));
		if (err < 0)
			return err;
		tmpfs_uncharge_pages(tmpfs_super(in->super), pages_of(len));
		err = choose_place(in, end);
	}
	if (err < 0)
		return err;
	if (d->fd >= 0) {
		err = allocate_memfd(in, mode, off, len);
	} else {
		err = tmpfs_heap_allocate(in, off, end);
	}
	if (err == 0 && !(mode & FALLOC_FL_KEEP_SIZE) && end > in->size)
		inode_write(in, size, end);
	return err;
}

static int tmpfs_fallocate(struct file *f, int mode, int64_t off, int64_t len)
{
	struct inode *in = f->inode;
	bool punch = mode & FALLOC_FL_PUNCH_HOLE;
	int err;

	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
		return -EOPNOTSUPP;
	if (punch && !(mode & FALLOC_FL_KEEP_SIZE))
		return -EOPNOTSUPP;
	mutex_lock(&in->mu);
	err = punch ? punch_locked(in, (uint64_t)off, (uint64_t)len)
		    : allocate_locked(in, mode, (uint64_t)off, (uint64_t)len);
	if (err == 0)
		inode_touch(in, punch ? IATTR_MTIME | IATTR_CTIME : IATTR_CTIME);
	mutex_unlock(&in->mu);
	return err;
}

static int tmpfs_fsync(struct file *f, bool datasync)
{
	(void)f;
	(void)datasync;
	return 0;
}

/* ---- mapping ---- */

#define MAX_COPY (1u << 20)

static bool are_scarce(const struct kernel *k)
{
	return atomic_load(&k->nr_memfds) >= k->max_memfds / 2;
}

static int host_error(int err)
{
	return err == -EMFILE || err == -ENOSPC ? -ENFILE : err;
}

/* What a mapping for reading needs: kept for the next one, or the caller's own. */
static int open_read_only(struct inode *in, struct tmpfs_data *d, int *ret_fd,
			  enum mmap_fd *ret_kind)
{
	bool keep = !are_scarce(in->super->kernel) && count_host_fd(in, true) == 0;
	char name[16];
	int fd;

	snprintf(name, sizeof(name), "%d", d->fd);
	fd = openat(in->super->kernel->host_self_fd_dir, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fd = host_error(-errno);
		if (keep)
			atomic_fetch_sub(&in->super->kernel->nr_memfds, 1);
		return fd;
	}
	if (keep)
		d->ro_fd = fd;
	*ret_fd = fd;
	*ret_kind = keep ? MMAP_FD_KEPT : MMAP_FD_OWNED;
	return 0;
}

static bool may_copy(const struct inode *in, const struct tmpfs_data *d, int flags)
{
	return (flags & MAP_TYPE) == MAP_PRIVATE && d->fd < 0 && !d->sealable &&
	       in->size <= MAX_COPY && are_scarce(in->super->kernel);
}

static int copy_for_mapping(struct inode *in, struct tmpfs_data *d, int *ret_fd)
{
	int fd = host_memfd(false), err;

	if (fd < 0)
		return host_error(fd);
	err = tmpfs_heap_copy_to(in, d, fd);
	if (err == 0 && ftruncate(fd, (off_t)in->size) < 0)
		err = -errno;
	if (err < 0) {
		close(fd);
		return err;
	}
	*ret_fd = fd;
	return 0;
}

static int mmap_locked(struct inode *in, struct tmpfs_data *d, bool writable, int flags,
		       int *ret_fd, enum mmap_fd *ret_kind)
{
	int err;

	if (may_copy(in, d, flags)) {
		*ret_kind = MMAP_FD_OWNED;
		return copy_for_mapping(in, d, ret_fd);
	}
	err = host_error(to_memfd(in, true));
	if (err < 0)
		return err;
	*ret_kind = MMAP_FD_KEPT;
	if (!writable && d->ro_fd < 0)
		return open_read_only(in, d, ret_fd, ret_kind);
	*ret_fd = writable ? d->fd : d->ro_fd;
	return 0;
}

static int tmpfs_mmap(struct file *f, int prot, int flags, uint64_t off, uint64_t len, int *ret_fd,
		      enum mmap_fd *ret_kind)
{
	struct inode *in = f->inode;
	int err;

	(void)prot;
	(void)off;
	(void)len;
	mutex_lock(&in->mu);
	err = mmap_locked(in, data_of(in), f->mode & FMODE_WRITE, flags, ret_fd, ret_kind);
	mutex_unlock(&in->mu);
	return err;
}

const struct file_ops tmpfs_file_fops = {
	.read = tmpfs_read,
	.write = tmpfs_write,
	.llseek = tmpfs_llseek,
	.mmap = tmpfs_mmap,
	.fsync = tmpfs_fsync,
	.fallocate = tmpfs_fallocate,
};

/* ---- seals ---- */

static int add_seals_locked(struct inode *in, unsigned int seals)
{
	struct tmpfs_data *d = data_of(in);

	if (d->seals & F_SEAL_SEAL)
		return -EPERM;
	if ((seals & F_SEAL_EXEC) && (in->mode & 0111))
		seals |= HOST_SEALS; /* what may run and not change its mode must not change */
	/* The host knows whether somebody has it mapped for writing: -EBUSY. */
	if (d->fd >= 0 && (seals & HOST_SEALS) && fcntl(d->fd, F_ADD_SEALS, seals & HOST_SEALS) < 0)
		return -errno;
	d->seals |= seals;
	return 0;
}

int tmpfs_add_seals(struct file *f, unsigned int seals)
{
	int err;

	if (!(f->mode & FMODE_WRITE))
		return -EPERM;
	if (!tmpfs_owns(f->inode) || (seals & ~(unsigned int)ALL_SEALS))
		return -EINVAL;
	mutex_lock(&f->inode->mu);
	err = add_seals_locked(f->inode, seals);
	mutex_unlock(&f->inode->mu);
	return err;
}

int tmpfs_get_seals(struct file *f)
{
	int seals;

	if (!tmpfs_owns(f->inode))
		return -EINVAL;
	mutex_lock(&f->inode->mu);
	seals = (int)data_of(f->inode)->seals;
	mutex_unlock(&f->inode->mu);
	return seals;
}
