/*
 * fs/hostfs/hostop.c - the host calls that a host tree is served with; see hostop.h
 */
#include "fs/hostfs/hostop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

static int result(int r)
{
	return r < 0 ? -errno : r;
}

int hostop_open(int dirfd, const char *name, int flags, uint32_t mode)
{
	int fd;

	flags |= O_NOFOLLOW | O_CLOEXEC;
	if (!(flags & O_PATH))
		flags |= O_NOCTTY;
	do
		fd = openat(dirfd, name, flags, mode);
	while (fd < 0 && errno == EINTR);
	return result(fd);
}

int hostop_dup(int fd)
{
	return result(fcntl(fd, F_DUPFD_CLOEXEC, 3));
}

int hostop_reopen(int self_fd_dir, int fd, int flags)
{
	char name[16];

	if (self_fd_dir <= 0)
		return -ENOENT;
	snprintf(name, sizeof(name), "%d", fd);
	return result(openat(self_fd_dir, name, flags | O_CLOEXEC | O_NOCTTY));
}

void hostop_close(int fd)
{
	close(fd);
}

int hostop_statx(int dirfd, const char *name, struct statx *ret)
{
	int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (*name ? 0 : AT_EMPTY_PATH);

	return result(
		statx(dirfd, name, flags, STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID, ret));
}

int hostop_statfs(int fd, struct statfs *ret)
{
	return result(fstatfs(fd, ret));
}

ssize_t hostop_readlink(int dirfd, const char *name, char *buf, size_t size)
{
	ssize_t n = readlinkat(dirfd, name, buf, size);

	return n < 0 ? -errno : n;
}

ssize_t hostop_getdents(int fd, void *buf, size_t size)
{
	long n = syscall(SYS_getdents64, fd, buf, size);

	return n < 0 ? -errno : n;
}

int64_t hostop_lseek(int fd, int64_t off, int whence)
{
	int64_t pos = lseek(fd, off, whence);

	return pos < 0 ? -errno : pos;
}

int hostop_fsync(int fd, bool datasync)
{
	return result(datasync ? fdatasync(fd) : fsync(fd));
}

int hostop_fallocate(int fd, int mode, int64_t off, int64_t len)
{
	return result(fallocate(fd, mode, off, len));
}

int hostop_mkdir(int dirfd, const char *name, uint32_t mode)
{
	return result(mkdirat(dirfd, name, mode));
}

int hostop_mknod(int dirfd, const char *name, uint32_t mode, uint64_t rdev)
{
	return result(mknodat(dirfd, name, mode, rdev));
}

int hostop_symlink(const char *target, int dirfd, const char *name)
{
	return result(symlinkat(target, dirfd, name));
}

int hostop_link(int olddirfd, const char *oldname, int newdirfd, const char *newname)
{
	return result(linkat(olddirfd, oldname, newdirfd, newname, 0));
}

int hostop_link_fd(int self_fd_dir, int fd, int newdirfd, const char *newname)
{
	char name[16];

	if (self_fd_dir <= 0)
		return -ENOENT;
	snprintf(name, sizeof(name), "%d", fd);
	return result(linkat(self_fd_dir, name, newdirfd, newname, AT_SYMLINK_FOLLOW));
}

int hostop_unlink(int dirfd, const char *name, bool dir)
{
	return result(unlinkat(dirfd, name, dir ? AT_REMOVEDIR : 0));
}

int hostop_rename(int olddirfd, const char *oldname, int newdirfd, const char *newname,
		  unsigned int flags)
{
	/* glibc makes another call of it when there are no flags. */
	return result(syscall(SYS_renameat2, olddirfd, oldname, newdirfd, newname, flags));
}

int hostop_fchmod(int fd, uint32_t mode)
{
	return result(fchmod(fd, mode));
}

int hostop_chmodat(int dirfd, const char *name, uint32_t mode)
{
	return result(syscall(SYS_fchmodat, dirfd, name, mode));
}

int hostop_chown(int fd, uint32_t uid, uint32_t gid)
{
	return result(fchownat(fd, "", uid, gid, AT_EMPTY_PATH));
}

int hostop_utimens(int fd, const struct timespec times[2])
{
	/* The raw call: glibc's wrapper is free to look at the path. */
	return result(syscall(SYS_utimensat, fd, "", times, AT_EMPTY_PATH));
}

int hostop_truncate(int fd, uint64_t size)
{
	return size > INT64_MAX ? -EINVAL : result(ftruncate(fd, (off_t)size));
}

ssize_t hostop_getxattr(int fd, const char *name, void *buf, size_t size)
{
	ssize_t n = fgetxattr(fd, name, buf, size);

	return n < 0 ? -errno : n;
}

ssize_t hostop_listxattr(int fd, char *buf, size_t size)
{
	ssize_t n = flistxattr(fd, buf, size);

	return n < 0 ? -errno : n;
}

int hostop_setxattr(int fd, const char *name, const void *val, size_t size, int flags)
{
	return result(fsetxattr(fd, name, val, size, flags));
}

int hostop_removexattr(int fd, const char *name)
{
	return result(fremovexattr(fd, name));
}
