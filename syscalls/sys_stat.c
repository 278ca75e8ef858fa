/*
 * syscalls/sys_stat.c - stat(2), statx(2), access(2), readlink(2), statfs(2), and their variants
 */
#include <limits.h>
#include <linux/stat.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#include "syscalls/path_args.h"

#define AT_SYNC_TYPE 0x6000
#define STATX_RESERVED 0x80000000u
#define STATX_MNT_ID_UNIQUE_ 0x4000u /* STATX_MNT_ID_UNIQUE, of newer headers */

void stat_from_kstat(const struct kstat *k, struct stat *st)
{
	memset(st, 0, sizeof(*st));
	st->st_dev = k->dev;
	st->st_ino = k->ino;
	st->st_nlink = k->nlink;
	st->st_mode = k->mode;
	st->st_uid = k->uid;
	st->st_gid = k->gid;
	st->st_rdev = k->rdev;
	st->st_size = (off_t)k->size;
	st->st_blksize = k->blksize;
	st->st_blocks = (blkcnt_t)k->blocks;
	st->st_atim = k->atime;
	st->st_mtim = k->mtime;
	st->st_ctim = k->ctime;
}

static long stat_path(struct task *t, const struct path *p, uaddr_t out)
{
	struct kstat k;
	struct stat st;
	int err = vfs_getattr(t, p, &k);

	if (err < 0)
		return err;
	stat_from_kstat(&k, &st);
	return copy_out_obj(t, out, &st);
}

static long stat_name(struct task *t, int dirfd, uaddr_t name, unsigned int flags, uaddr_t out)
{
	struct path p;
	long ret = path_arg(t, dirfd, name, flags, &p);

	if (ret < 0)
		return ret;
	ret = stat_path(t, &p, out);
	path_put(&p);
	return ret;
}

static long stat_fd(struct task *t, int fd, uaddr_t out)
{
	struct file *f = fd_get_any(t, fd);
	long ret;

	if (!f)
		return -EBADF;
	ret = stat_path(t, &f->path, out);
	file_put(f);
	return ret;
}

/* fstat(2) as C libraries make it: the descriptor with no name, or an empty one. */
static bool means_fd(struct task *t, int dirfd, uaddr_t name, int flags)
{
	char first;

	if (!(flags & AT_EMPTY_PATH) || dirfd < 0)
		return false;
	return name == 0 || (copy_in_obj(t, &first, name) == 0 && first == '\0');
}

long sys_stat(struct task *t, const uint64_t *a)
{
	return stat_name(t, AT_FDCWD, a[0], LOOKUP_FOLLOW, a[1]);
}

long sys_lstat(struct task *t, const uint64_t *a)
{
	return stat_name(t, AT_FDCWD, a[0], 0, a[1]);
}

long sys_fstat(struct task *t, const uint64_t *a)
{
	return stat_fd(t, (int)a[0], a[1]);
}

long sys_newfstatat(struct task *t, const uint64_t *a)
{
	int dirfd = (int)a[0], flags = (int)a[3];

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_SYNC_TYPE))
		return -EINVAL;
	if (means_fd(t, dirfd, a[1], flags))
		return stat_fd(t, dirfd, a[2]);
	return stat_name(t, dirfd, a[1], lookup_of_at(flags), a[2]);
}

/* ---- statx ---- */

static struct statx_timestamp statx_time(const struct timespec *ts)
{
	return (struct statx_timestamp){.tv_sec = ts->tv_sec, .tv_nsec = (uint32_t)ts->tv_nsec};
}

static void fill_statx(const struct path *p, const struct kstat *k, uint32_t mask, struct statx *sx)
{
	memset(sx, 0, sizeof(*sx));
	sx->stx_mask = STATX_BASIC_STATS | STATX_MNT_ID | (k->has_btime ? STATX_BTIME : 0);
	sx->stx_blksize = k->blksize;
	sx->stx_attributes = k->attributes;
	sx->stx_attributes_mask = k->attributes_mask | STATX_ATTR_MOUNT_ROOT;
	if (p->mnt && p->dentry == p->mnt->root)
		sx->stx_attributes |= STATX_ATTR_MOUNT_ROOT;
	sx->stx_nlink = k->nlink;
	sx->stx_uid = k->uid;
	sx->stx_gid = k->gid;
	sx->stx_mode = (uint16_t)k->mode;
	sx->stx_ino = k->ino;
	sx->stx_size = k->size;
	sx->stx_blocks = k->blocks;
	sx->stx_atime = statx_time(&k->atime);
	sx->stx_mtime = statx_time(&k->mtime);
	sx->stx_ctime = statx_time(&k->ctime);
	sx->stx_btime = statx_time(&k->btime);
	if (!k->has_btime)
		memset(&sx->stx_btime, 0, sizeof(sx->stx_btime));
	sx->stx_rdev_major = major(k->rdev);
	sx->stx_rdev_minor = minor(k->rdev);
	sx->stx_dev_major = major(k->dev);
	sx->stx_dev_minor = minor(k->dev);
	sx->stx_mnt_id = k->mnt_id;
	if (mask & STATX_MNT_ID_UNIQUE_) {
		sx->stx_mask ^= STATX_MNT_ID | STATX_MNT_ID_UNIQUE_;
		sx->stx_mnt_id += MNT_UNIQUE_ID_OFFSET;
	}
}

long sys_statx(struct task *t, const uint64_t *a)
{
	int dirfd = (int)a[0], flags = (int)a[2];
	struct kstat k;
	struct statx sx;
	struct path p;
	int err;

	if ((uint32_t)a[3] & STATX_RESERVED)
		return -EINVAL;
	if ((flags & AT_SYNC_TYPE) == AT_SYNC_TYPE ||
	    (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_SYNC_TYPE)))
		return -EINVAL;
	if (means_fd(t, dirfd, a[1], flags))
		err = fd_path_arg(t, dirfd, true, &p);
	else
		err = path_arg(t, dirfd, a[1], lookup_of_at(flags), &p);
	if (err < 0)
		return err;
	err = vfs_getattr(t, &p, &k);
	if (err == 0)
		fill_statx(&p, &k, (uint32_t)a[3], &sx);
	path_put(&p);
	return err < 0 ? err : copy_out_obj(t, a[4], &sx);
}

/* ---- access ---- */

static long do_access(struct task *t, int dirfd, uaddr_t uname, int mode, int flags)
{
	char *_cleanup_free_ name = NULL;
	int err;

	if (mode & ~7)
		return -EINVAL;
	if (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	err = copy_in_path(t, uname, &name);
	return err < 0 ? err : vfs_access(t, dirfd, name, mode, flags);
}

long sys_access(struct task *t, const uint64_t *a)
{
	return do_access(t, AT_FDCWD, a[0], (int)a[1], 0);
}

long sys_faccessat(struct task *t, const uint64_t *a)
{
	return do_access(t, (int)a[0], a[1], (int)a[2], 0);
}

long sys_faccessat2(struct task *t, const uint64_t *a)
{
	return do_access(t, (int)a[0], a[1], (int)a[2], (int)a[3]);
}

/* ---- readlink ---- */

static long do_readlink(struct task *t, int dirfd, uaddr_t uname, uaddr_t out, int size)
{
	char *_cleanup_free_ name = NULL;
	not_zeroed char target[PATH_MAX];
	struct path p;
	int n;

	if (size <= 0)
		return -EINVAL;
	n = copy_in_path(t, uname, &name);
	if (n < 0)
		return n;
	n = path_lookup(t, dirfd, name, LOOKUP_EMPTY, &p);
	if (n < 0)
		return n;
	n = vfs_readlink(t, &p, target, sizeof(target));
	path_put(&p);
	if (n == -EINVAL && !*name)
		return -ENOENT;
	if (n < 0)
		return n;
	n = MIN(n, size);
	return copy_out(t, out, target, (size_t)n) < 0 ? -EFAULT : n;
}

long sys_readlink(struct task *t, const uint64_t *a)
{
	return do_readlink(t, AT_FDCWD, a[0], a[1], (int)a[2]);
}

long sys_readlinkat(struct task *t, const uint64_t *a)
{
	return do_readlink(t, (int)a[0], a[1], a[2], (int)a[3]);
}

/* ---- statfs ---- */

static long statfs_path(struct task *t, const struct path *p, uaddr_t out)
{
	struct kstatfs k;
	struct statfs sf;
	int err = vfs_statfs(p, &k);

	if (err < 0)
		return err;
	memset(&sf, 0, sizeof(sf));
	sf.f_type = (__fsword_t)k.type;
	sf.f_bsize = (__fsword_t)k.bsize;
	sf.f_blocks = k.blocks;
	sf.f_bfree = k.bfree;
	sf.f_bavail = k.bavail;
	sf.f_files = k.files;
	sf.f_ffree = k.ffree;
	memcpy(&sf.f_fsid, &k.fsid, sizeof(sf.f_fsid));
	sf.f_namelen = (__fsword_t)k.namelen;
	sf.f_frsize = (__fsword_t)k.bsize;
	sf.f_flags = (__fsword_t)k.flags;
	return copy_out_obj(t, out, &sf);
}

long sys_statfs(struct task *t, const uint64_t *a)
{
	struct path p;
	long ret = path_arg(t, AT_FDCWD, a[0], LOOKUP_FOLLOW, &p);

	if (ret < 0)
		return ret;
	ret = statfs_path(t, &p, a[1]);
	path_put(&p);
	return ret;
}

long sys_fstatfs(struct task *t, const uint64_t *a)
{
	struct path p;
	long ret = fd_path_arg(t, (int)a[0], true, &p);

	if (ret < 0)
		return ret;
	ret = statfs_path(t, &p, a[1]);
	path_put(&p);
	return ret;
}

/* struct ustat of <linux/types.h>, which libc has no header for any more. */
struct ustat_abi {
	int32_t f_tfree;
	uint64_t f_tinode;
	char f_fname[6];
	char f_fpack[6];
};
STATIC_ASSERT_SIZE(struct ustat_abi, 32);

long sys_ustat(struct task *t, const uint64_t *a)
{
	struct ustat_abi u = {0};
	struct kstatfs k;
	struct path p;
	int err = mount_of_dev(t->mnt_ns, (uint32_t)a[0], &p);

	if (err < 0)
		return err;
	err = vfs_statfs(&p, &k);
	path_put(&p);
	if (err < 0)
		return err;
	u.f_tfree = (int32_t)k.bfree;
	u.f_tinode = k.ffree;
	return copy_out_obj(t, a[1], &u);
}
