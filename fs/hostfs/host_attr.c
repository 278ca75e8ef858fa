/*
 * fs/hostfs/host_attr.c - attributes, symlink targets and xattrs of a host tree
 *
 * Changes go to an fd that was checked to be the inode (never to a name, which another writer of
 * the tree could replace by a symlink). Set-id bits are dropped silently, as chmod(2) does for
 * those who may not set them. Of the xattrs only user.* exist; asking for others costs no host
 * call.
 */
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "fs/hostfs/host_inode.h"
#include "sentry/base/mem.h"

#define HOST_MODE_MASK 01777u
#define XATTR_LIST_MAX_SIZE 65536

int host_getattr(struct inode *in, struct kstat *st)
{
	HOST_RIGHTS(to_hostfs(in->super));
	struct host_inode *hi = to_host(in);
	int err = host_inode_refresh(hi);

	/* Unlinked and not open: what we knew last is all there is. */
	if (err < 0 && err != -ENOENT)
		return err;
	generic_fillattr(in, st);
	st->blocks = hi->blocks;
	if (hi->blksize)
		st->blksize = hi->blksize;
	return 0;
}

/* ---- setattr ---- */

static int set_owner(struct host_inode *hi, int fd, const struct iattr *a)
{
	struct hostfs *fs = host_fs(hi);
	uint32_t uid = ~0u, gid = ~0u;
	bool change = (a->valid & IATTR_UID && a->uid != hi->inode.uid) ||
		      (a->valid & IATTR_GID && a->gid != hi->inode.gid);
	int err = 0;

	if (a->valid & IATTR_UID)
		err = host_id_to_host(&fs->uids, a->uid, &uid);
	if (err == 0 && a->valid & IATTR_GID)
		err = host_id_to_host(&fs->gids, a->gid, &gid);
	if (err == 0)
		err = hostop_chown(fd, uid, gid);
	return change ? err : 0; /* to the same owner: for the sake of ctime */
}

/* By name: the owner of a file may change its mode without being able to open it. */
static int set_mode_by_name(struct host_inode *hi, uint32_t mode)
{
	not_zeroed struct host_loc loc;
	not_zeroed struct statx stx;
	int err = host_loc_get(hi, &loc);

	if (err < 0)
		return err;
	err = hostop_statx(loc.fd, loc.name.s, &stx);
	if (err == 0 && !host_inode_is(hi, &stx))
		err = -ESTALE;
	if (err == 0)
		err = hostop_chmodat(loc.fd, loc.name.s, mode);
	host_loc_put(&loc);
	return err;
}

static int set_mode(struct host_inode *hi, uint32_t mode)
{
	struct host_fd *h;
	int fd, err;

	if (is_symlink(&hi->inode))
		return -EOPNOTSUPP;
	h = host_anchor_get(hi);
	if (h) {
		err = hostop_fchmod(h->fd, mode);
		host_fd_put(h);
		return err;
	}
	if (!is_dir(&hi->inode) && !is_regular(&hi->inode))
		return set_mode_by_name(hi, mode);
	err = host_open_fd(hi, O_RDONLY, &fd);
	if (err == -EACCES)
		return set_mode_by_name(hi, mode);
	if (err < 0)
		return err;
	err = hostop_fchmod(fd, mode);
	hostop_close(fd);
	return err;
}

static struct timespec attr_time(const struct iattr *a, unsigned int set, unsigned int now,
				 const struct timespec *value)
{
	if (a->valid & now)
		return (struct timespec){.tv_nsec = UTIME_NOW};
	if (a->valid & set)
		return *value;
	return (struct timespec){.tv_nsec = UTIME_OMIT};
}

static int set_size(struct host_inode *hi, const struct iattr *a)
{
	int fd, err;

	if (a->file && a->file->inode == &hi->inode && a->file->ops == &host_file_ops &&
	    a->file->mode & FMODE_WRITE)
		return hostop_truncate(((struct host_fd *)a->file->data)->fd, a->size);
	err = host_open_fd(hi, O_WRONLY, &fd);
	if (err < 0)
		return err;
	err = hostop_truncate(fd, a->size);
	hostop_close(fd);
	return err;
}

int host_setattr(struct inode *in, const struct iattr *a)
{
	HOST_RIGHTS(to_hostfs(in->super));
	const unsigned int times = IATTR_ATIME | IATTR_MTIME | IATTR_ATIME_NOW | IATTR_MTIME_NOW;
	struct host_inode *hi = to_host(in);
	_cleanup_close_ int fd = -1;
	int err = 0;

	if (hi->masked)
		return -EPERM;
	if (in->super->readonly)
		return -EROFS;
	host_fresh_take(hi, -1);
	if (a->valid & IATTR_SIZE)
		err = set_size(hi, a);
	if (err == 0 && a->valid & (IATTR_UID | IATTR_GID | times))
		err = host_open_path(hi, &fd);
	if (err == 0 && a->valid & (IATTR_UID | IATTR_GID))
		err = set_owner(hi, fd, a);
	if (err == 0 && a->valid & IATTR_MODE)
		err = set_mode(hi, a->mode & HOST_MODE_MASK);
	if (err == 0 && a->valid & times) {
		struct timespec ts[2] = {
			attr_time(a, IATTR_ATIME, IATTR_ATIME_NOW, &a->atime),
			attr_time(a, IATTR_MTIME, IATTR_MTIME_NOW, &a->mtime),
		};

		err = hostop_utimens(fd, ts);
	}
	/* Also after a failure: a part may have been done. */
	atomic_store(&hi->stale, true);
	if (host_inode_refresh(hi) < 0)
		atomic_store(&hi->stale, true);
	return err;
}

/* ---- symlinks ---- */

static int host_readlink(struct inode *in, struct task *t, char *buf, size_t size)
{
	HOST_RIGHTS(to_hostfs(in->super));
	struct host_inode *hi = to_host(in);
	char *link = atomic_load(&hi->link), *none = NULL;
	not_zeroed char target[PATH_MAX];
	not_zeroed struct host_loc loc;
	ssize_t n;
	int err;

	(void)t;
	if (!link) {
		err = host_loc_get(hi, &loc);
		if (err < 0)
			return err;
		n = hostop_readlink(loc.fd, loc.name.s, target, sizeof(target) - 1);
		host_loc_put(&loc);
		if (n < 0)
			return n == -EINVAL ? -ESTALE : (int)n;
		target[n] = '\0';
		if (host_fs(hi)->exclusive && (link = mem_strdup(target))) {
			if (!atomic_compare_exchange_strong(&hi->link, &none, link)) {
				mem_free(link);
				link = none;
			}
		} else {
			link = target;
		}
	}
	n = (ssize_t)MIN(strlen(link), size);
	memcpy(buf, link, (size_t)n); /* like readlink(2): no NUL, cut where it does not fit */
	return (int)n;
}

/* ---- xattrs ---- */

static bool xattr_passes(const char *name)
{
	return strncmp(name, "user.", 5) == 0 && name[5] != '\0';
}

static int xattr_refused(const char *name)
{
	if (strncmp(name, "system.", 7) == 0)
		return -EOPNOTSUPP;
	return -EPERM;
}

static int xattr_open(struct host_inode *hi, int *ret_fd)
{
	int err = host_open_fd(hi, O_RDONLY, ret_fd);

	if (err == -EACCES && is_regular(&hi->inode) && !hi->masked)
		err = host_open_fd(hi, O_WRONLY, ret_fd);
	return err;
}

ssize_t host_getxattr(struct inode *in, const char *name, void *buf, size_t size)
{
	HOST_RIGHTS(to_hostfs(in->super));
	ssize_t n;
	int fd, err;

	if (!xattr_passes(name))
		return strncmp(name, "system.", 7) == 0 ? -EOPNOTSUPP : -ENODATA;
	err = xattr_open(to_host(in), &fd);
	if (err < 0)
		return err;
	n = hostop_getxattr(fd, name, buf, size);
	hostop_close(fd);
	return n;
}

/* Keeps the user.* names of a list, in place. */
static size_t filter_names(char *list, size_t len)
{
	size_t out = 0;

	for (size_t i = 0, l; i < len; i += l) {
		l = strnlen(list + i, len - i) + 1;
		if (l > len - i || !xattr_passes(list + i))
			continue;
		memmove(list + out, list + i, l);
		out += l;
	}
	return out;
}

ssize_t host_listxattr(struct inode *in, char *buf, size_t size)
{
	HOST_RIGHTS(to_hostfs(in->super));
	_cleanup_free_ char *list = NULL;
	ssize_t n;
	int fd, err;

	err = xattr_open(to_host(in), &fd);
	if (err < 0) /* a list tells nothing that may not be missing */
		return 0;
	n = hostop_listxattr(fd, NULL, 0);
	if (n > 0) {
		list = mem_alloc(XATTR_LIST_MAX_SIZE);
		n = list ? hostop_listxattr(fd, list, XATTR_LIST_MAX_SIZE) : -ENOMEM;
	}
	hostop_close(fd);
	if (n <= 0)
		return n;
	n = (ssize_t)filter_names(list, (size_t)n);
	if (size == 0)
		return n;
	if ((size_t)n > size)
		return -ERANGE;
	memcpy(buf, list, (size_t)n);
	return n;
}

int host_setxattr(struct inode *in, const char *name, const void *val, size_t size, int flags)
{
	HOST_RIGHTS(to_hostfs(in->super));
	int fd, err;

	if (!xattr_passes(name))
		return xattr_refused(name);
	err = xattr_open(to_host(in), &fd);
	if (err < 0)
		return err;
	err = hostop_setxattr(fd, name, val, size, flags);
	hostop_close(fd);
	atomic_store(&to_host(in)->stale, true);
	return err;
}

int host_removexattr(struct inode *in, const char *name)
{
	HOST_RIGHTS(to_hostfs(in->super));
	int fd, err;

	if (!xattr_passes(name))
		return xattr_refused(name);
	err = xattr_open(to_host(in), &fd);
	if (err < 0)
		return err;
	err = hostop_removexattr(fd, name);
	hostop_close(fd);
	atomic_store(&to_host(in)->stale, true);
	return err;
}

const struct inode_ops host_file_inode_ops = {
	.getattr = host_getattr,
	.setattr = host_setattr,
	.open = host_file_open,
	.getxattr = host_getxattr,
	.listxattr = host_listxattr,
	.setxattr = host_setxattr,
	.removexattr = host_removexattr,
	.destroy = host_inode_destroy,
};

const struct inode_ops host_symlink_inode_ops = {
	.readlink = host_readlink,
	.getattr = host_getattr,
	.setattr = host_setattr,
	.destroy = host_inode_destroy,
};

/*
 * FIFOs, sockets, devices: seen. The VFS opens them as the sandbox's own object of that kind, if at
 * all; the host's is never touched.
 */
const struct inode_ops host_special_inode_ops = {
	.getattr = host_getattr,
	.setattr = host_setattr,
	.destroy = host_inode_destroy,
};
