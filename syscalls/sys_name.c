/*
 * syscalls/sys_name.c - making, linking, moving and removing names: link(2), symlink(2), mkdir(2),
 * mknod(2), unlink(2), rmdir(2), rename(2), and their variants. fs/vfs/dirops.c does the work.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/sysmacros.h>

#include "fs/vfs/vfs.h"
#include "syscalls/syscall.h"

/* Linux's encoding of a device number in 32 bits. */
static uint64_t decode_dev(uint32_t dev)
{
	return makedev((dev & 0xfff00) >> 8, (dev & 0xff) | (dev >> 12 & 0xfff00));
}

static long do_mkdir(struct task *t, int dirfd, uaddr_t uname, uint32_t mode)
{
	char *_cleanup_free_ name = NULL;
	int err = copy_in_path(t, uname, &name);

	return err < 0 ? err : vfs_mkdir(t, dirfd, name, mode);
}

long sys_mkdir(struct task *t, const uint64_t *a)
{
	return do_mkdir(t, AT_FDCWD, a[0], (uint16_t)a[1]);
}

long sys_mkdirat(struct task *t, const uint64_t *a)
{
	return do_mkdir(t, (int)a[0], a[1], (uint16_t)a[2]);
}

static long do_mknod(struct task *t, int dirfd, uaddr_t uname, uint32_t mode, uint32_t dev)
{
	char *_cleanup_free_ name = NULL;
	int err = copy_in_path(t, uname, &name);

	return err < 0 ? err : vfs_mknod(t, dirfd, name, mode, decode_dev(dev));
}

long sys_mknod(struct task *t, const uint64_t *a)
{
	return do_mknod(t, AT_FDCWD, a[0], (uint16_t)a[1], (uint32_t)a[2]);
}

long sys_mknodat(struct task *t, const uint64_t *a)
{
	return do_mknod(t, (int)a[0], a[1], (uint16_t)a[2], (uint32_t)a[3]);
}

static long do_symlink(struct task *t, uaddr_t utarget, int dirfd, uaddr_t uname)
{
	char *_cleanup_free_ target = NULL;
	char *_cleanup_free_ name = NULL;
	int err = copy_in_path(t, utarget, &target);

	if (err == 0 && !*target)
		err = -ENOENT;
	if (err == 0)
		err = copy_in_path(t, uname, &name);
	return err < 0 ? err : vfs_symlink(t, target, dirfd, name);
}

long sys_symlink(struct task *t, const uint64_t *a)
{
	return do_symlink(t, a[0], AT_FDCWD, a[1]);
}

long sys_symlinkat(struct task *t, const uint64_t *a)
{
	return do_symlink(t, a[0], (int)a[1], a[2]);
}

static long do_link(struct task *t, int olddirfd, uaddr_t uold, int newdirfd, uaddr_t unew,
		    int flags)
{
	char *_cleanup_free_ oldname = NULL;
	char *_cleanup_free_ newname = NULL;
	int err;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	err = copy_in_path(t, uold, &oldname);
	if (err == 0)
		err = copy_in_path(t, unew, &newname);
	return err < 0 ? err : vfs_link(t, olddirfd, oldname, newdirfd, newname, flags);
}

long sys_link(struct task *t, const uint64_t *a)
{
	return do_link(t, AT_FDCWD, a[0], AT_FDCWD, a[1], 0);
}

long sys_linkat(struct task *t, const uint64_t *a)
{
	return do_link(t, (int)a[0], a[1], (int)a[2], a[3], (int)a[4]);
}

static long do_unlink(struct task *t, int dirfd, uaddr_t uname, int flags)
{
	char *_cleanup_free_ name = NULL;
	int err;

	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	err = copy_in_path(t, uname, &name);
	return err < 0 ? err : vfs_unlink(t, dirfd, name, flags);
}

long sys_unlink(struct task *t, const uint64_t *a)
{
	return do_unlink(t, AT_FDCWD, a[0], 0);
}

long sys_rmdir(struct task *t, const uint64_t *a)
{
	return do_unlink(t, AT_FDCWD, a[0], AT_REMOVEDIR);
}

long sys_unlinkat(struct task *t, const uint64_t *a)
{
	return do_unlink(t, (int)a[0], a[1], (int)a[2]);
}

static long do_rename(struct task *t, int olddirfd, uaddr_t uold, int newdirfd, uaddr_t unew,
		      unsigned int flags)
{
	char *_cleanup_free_ oldname = NULL;
	char *_cleanup_free_ newname = NULL;
	int err = copy_in_path(t, uold, &oldname);

	if (err == 0)
		err = copy_in_path(t, unew, &newname);
	return err < 0 ? err : vfs_rename(t, olddirfd, oldname, newdirfd, newname, flags);
}

long sys_rename(struct task *t, const uint64_t *a)
{
	return do_rename(t, AT_FDCWD, a[0], AT_FDCWD, a[1], 0);
}

long sys_renameat(struct task *t, const uint64_t *a)
{
	return do_rename(t, (int)a[0], a[1], (int)a[2], a[3], 0);
}

long sys_renameat2(struct task *t, const uint64_t *a)
{
	return do_rename(t, (int)a[0], a[1], (int)a[2], a[3], (unsigned int)a[4]);
}
