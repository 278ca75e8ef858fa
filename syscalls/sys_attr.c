/*
 * syscalls/sys_attr.c - chmod(2), chown(2), utimensat(2), umask(2), file_getattr(2), and their
 * variants
 */
#include <string.h>
#include <sys/time.h>
#include <utime.h>

#include "sentry/fs_context.h"
#include "syscalls/path_args.h"

/* Puts the path after the change. */
static long change_path(struct task *t, struct path *p, struct iattr *attr)
{
	int err = vfs_setattr(t, p, attr);

	path_put(p);
	return err;
}

/* ---- chmod ---- */

static long chmod_path(struct task *t, struct path *p, uint32_t mode)
{
	struct iattr attr = {.valid = IATTR_MODE, .mode = mode & 07777};

	if (S_ISLNK(inode_read(p->dentry->inode, mode))) {
		path_put(p);
		return -EOPNOTSUPP; /* symlinks have no mode */
	}
	return change_path(t, p, &attr);
}

static long chmod_at(struct task *t, int dirfd, uaddr_t name, uint32_t mode, int flags)
{
	struct path p;
	int err;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	err = path_arg(t, dirfd, name, lookup_of_at(flags), &p);
	return err < 0 ? err : chmod_path(t, &p, mode);
}

long sys_chmod(struct task *t, const uint64_t *a)
{
	return chmod_at(t, AT_FDCWD, a[0], (uint32_t)a[1], 0);
}

long sys_fchmod(struct task *t, const uint64_t *a)
{
	struct path p;
	int err = fd_path_arg(t, (int)a[0], false, &p);

	return err < 0 ? err : chmod_path(t, &p, (uint32_t)a[1]);
}

long sys_fchmodat(struct task *t, const uint64_t *a)
{
	return chmod_at(t, (int)a[0], a[1], (uint32_t)a[2], 0);
}

long sys_fchmodat2(struct task *t, const uint64_t *a)
{
	return chmod_at(t, (int)a[0], a[1], (uint32_t)a[2], (int)a[3]);
}

/* ---- chown ---- */

static long chown_path(struct task *t, struct path *p, uint32_t uid, uint32_t gid)
{
	struct iattr attr = {.valid = IATTR_CHOWN, .uid = uid, .gid = gid};

	if (uid != (uint32_t)-1)
		attr.valid |= IATTR_UID;
	if (gid != (uint32_t)-1)
		attr.valid |= IATTR_GID;
	return change_path(t, p, &attr);
}

static long chown_at(struct task *t, int dirfd, uaddr_t name, uint64_t uid, uint64_t gid, int flags)
{
	struct path p;
	int err;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	err = path_arg(t, dirfd, name, lookup_of_at(flags), &p);
	return err < 0 ? err : chown_path(t, &p, (uint32_t)uid, (uint32_t)gid);
}

long sys_chown(struct task *t, const uint64_t *a)
{
	return chown_at(t, AT_FDCWD, a[0], a[1], a[2], 0);
}

long sys_lchown(struct task *t, const uint64_t *a)
{
	return chown_at(t, AT_FDCWD, a[0], a[1], a[2], AT_SYMLINK_NOFOLLOW);
}

long sys_fchown(struct task *t, const uint64_t *a)
{
	struct path p;
	int err = fd_path_arg(t, (int)a[0], false, &p);

	return err < 0 ? err : chown_path(t, &p, (uint32_t)a[1], (uint32_t)a[2]);
}

long sys_fchownat(struct task *t, const uint64_t *a)
{
	return chown_at(t, (int)a[0], a[1], a[2], a[3], (int)a[4]);
}

/* ---- times ---- */

static bool nsec_valid(long nsec)
{
	return nsec == UTIME_OMIT || nsec == UTIME_NOW || (nsec >= 0 && nsec < 1000000000);
}

/* times NULL: now. Puts the path. */
static long utimes_path(struct task *t, struct path *p, const struct timespec *times)
{
	struct iattr attr = {.valid = IATTR_CTIME};

	if (times && (!nsec_valid(times[0].tv_nsec) || !nsec_valid(times[1].tv_nsec))) {
		path_put(p);
		return -EINVAL;
	}
	if (times && times[0].tv_nsec == UTIME_NOW && times[1].tv_nsec == UTIME_NOW)
		times = NULL;
	if (!times) {
		attr.valid |= IATTR_ATIME_NOW | IATTR_MTIME_NOW | IATTR_TOUCH;
		return change_path(t, p, &attr);
	}
	attr.valid |= IATTR_TIMES_SET;
	attr.atime = times[0];
	attr.mtime = times[1];
	if (times[0].tv_nsec != UTIME_OMIT)
		attr.valid |= times[0].tv_nsec == UTIME_NOW ? IATTR_ATIME_NOW : IATTR_ATIME;
	if (times[1].tv_nsec != UTIME_OMIT)
		attr.valid |= times[1].tv_nsec == UTIME_NOW ? IATTR_MTIME_NOW : IATTR_MTIME;
	return change_path(t, p, &attr);
}

static long utimes_at(struct task *t, int dirfd, uaddr_t name, const struct timespec *times,
		      int flags)
{
	struct path p;
	int err;

	if (name == 0 && dirfd != AT_FDCWD) {
		if (flags)
			return -EINVAL;
		err = fd_path_arg(t, dirfd, false, &p);
	} else {
		if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
			return -EINVAL;
		err = path_arg(t, dirfd, name, lookup_of_at(flags), &p);
	}
	return err < 0 ? err : utimes_path(t, &p, times);
}

long sys_utimensat(struct task *t, const uint64_t *a)
{
	struct timespec times[2];

	if (a[2] && copy_in(t, times, a[2], sizeof(times)) < 0)
		return -EFAULT;
	if (a[2] && times[0].tv_nsec == UTIME_OMIT && times[1].tv_nsec == UTIME_OMIT)
		return 0; /* not even the path is looked at */
	return utimes_at(t, (int)a[0], a[1], a[2] ? times : NULL, (int)a[3]);
}

static long utimes_of_timevals(struct task *t, int dirfd, uaddr_t name, uaddr_t utv)
{
	struct timeval tv[2];
	struct timespec times[2];

	if (!utv)
		return utimes_at(t, dirfd, name, NULL, 0);
	if (copy_in(t, tv, utv, sizeof(tv)) < 0)
		return -EFAULT;
	for (unsigned int i = 0; i < 2; i++) {
		if (tv[i].tv_usec < 0 || tv[i].tv_usec >= 1000000)
			return -EINVAL;
		times[i].tv_sec = tv[i].tv_sec;
		times[i].tv_nsec = tv[i].tv_usec * 1000;
	}
	return utimes_at(t, dirfd, name, times, 0);
}

long sys_utimes(struct task *t, const uint64_t *a)
{
	return utimes_of_timevals(t, AT_FDCWD, a[0], a[1]);
}

long sys_futimesat(struct task *t, const uint64_t *a)
{
	return utimes_of_timevals(t, (int)a[0], a[1], a[2]);
}

long sys_utime(struct task *t, const uint64_t *a)
{
	struct utimbuf buf;
	struct timespec times[2];

	if (!a[1])
		return utimes_at(t, AT_FDCWD, a[0], NULL, 0);
	if (copy_in_obj(t, &buf, a[1]) < 0)
		return -EFAULT;
	times[0] = (struct timespec){.tv_sec = buf.actime};
	times[1] = (struct timespec){.tv_sec = buf.modtime};
	return utimes_at(t, AT_FDCWD, a[0], times, 0);
}

long sys_umask(struct task *t, const uint64_t *a)
{
	return fs_set_umask(t->fs, (uint32_t)a[0]);
}

/* ---- file_getattr, file_setattr: what chattr(1) changes ---- */

#define FILE_ATTR_SIZE_MIN 24 /* FILE_ATTR_SIZE_VER0 */

/* No filesystem here keeps such attributes, as many do not in Linux: all but the answer is checked. */
static long file_attr(struct task *t, const uint64_t *a, bool set)
{
	uint64_t size = a[3];
	int flags = (int)a[4];
	char attr[4096];
	struct path p;
	int err;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (size > sizeof(attr))
		return -E2BIG;
	if (size < FILE_ATTR_SIZE_MIN)
		return -EINVAL;
	if (set && copy_in(t, attr, a[2], size) < 0)
		return -EFAULT;
	for (uint64_t i = FILE_ATTR_SIZE_MIN; set && i < size; i++)
		if (attr[i])
			return -E2BIG;
	err = path_arg(t, (int)a[0], a[1], lookup_of_at(flags), &p);
	if (err < 0)
		return err;
	err = set && mount_is_readonly(p.mnt) ? -EROFS : -EOPNOTSUPP;
	path_put(&p);
	return err;
}

long sys_file_getattr(struct task *t, const uint64_t *a)
{
	return file_attr(t, a, false);
}

long sys_file_setattr(struct task *t, const uint64_t *a)
{
	return file_attr(t, a, true);
}
