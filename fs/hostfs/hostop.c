/*
 * fs/hostfs/hostop.c - the host calls that a host tree is served with; see hostop.h
 */
#include "fs/hostfs/hostop.h"
#include "sentry/base/hostcall.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

static struct {
	uid_t uid, gid;		    /* ours */
	uid_t owner_uid, owner_gid; /* the saved ones */
	bool differ;
} rights;

static _Thread_local bool as_owner;

void hostop_owner_init(uint32_t owner_uid, uint32_t owner_gid)
{
	rights.uid = geteuid();
	rights.gid = getegid();
	rights.owner_uid = owner_uid;
	rights.owner_gid = owner_gid;
	rights.differ = owner_uid != rights.uid || owner_gid != rights.gid;
}

bool hostop_set_owner(bool on)
{
	bool outer = as_owner;

	as_owner = on;
	return outer;
}

/* The ids for files are the thread's own; going to and from the saved ones needs no capability. */
static bool owner_begin(void)
{
	if (!as_owner || !rights.differ)
		return false;
	syscall(SYS_setfsgid, rights.owner_gid);
	syscall(SYS_setfsuid, rights.owner_uid);
	return true;
}

/* The calls return the id before them. Out of memory is their only failure: then again. */
static void owner_end(void)
{
	while ((uid_t)syscall(SYS_setfsuid, rights.uid) != rights.uid)
		;
	while ((gid_t)syscall(SYS_setfsgid, rights.gid) != rights.gid)
		;
}

/* For what makes something: its owner is the tree's. */
#define AS_OWNER(call)                                                                             \
	({                                                                                         \
		bool switched_ = owner_begin();                                                    \
		__auto_type r_ = (call);                                                           \
                                                                                                   \
		if (switched_)                                                                     \
			owner_end();                                                               \
		r_;                                                                                \
	})

/* With our own rights if they suffice, which costs nothing. */
#define OR_AS_OWNER(call)                                                                          \
	({                                                                                         \
		__auto_type t_ = (call);                                                           \
                                                                                                   \
		if (t_ < 0 && as_owner && rights.differ && (errno == EACCES || errno == EPERM))    \
			t_ = AS_OWNER(call);                                                       \
		t_;                                                                                \
	})

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
		if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE)
			fd = AS_OWNER(openat(dirfd, name, flags, mode));
		else
			fd = OR_AS_OWNER(openat(dirfd, name, flags));
	while (fd < 0 && errno == EINTR);
	return result(host_fd_for_guest(fd));
}

int hostop_dup(int fd)
{
	return result(host_fd_for_guest(fcntl(fd, F_DUPFD_CLOEXEC, 3)));
}

int hostop_reopen(int self_fd_dir, int fd, int flags)
{
	char name[16];

	if (self_fd_dir <= 0)
		return -ENOENT;
	snprintf(name, sizeof(name), "%d", fd);
	return result(host_fd_for_guest(
		OR_AS_OWNER(openat(self_fd_dir, name, flags | O_CLOEXEC | O_NOCTTY))));
}

void hostop_close(int fd)
{
	close(fd);
}

int hostop_statx(int dirfd, const char *name, struct statx *ret)
{
	int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (*name ? 0 : AT_EMPTY_PATH);

	return result(OR_AS_OWNER(
		statx(dirfd, name, flags, STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID, ret)));
}

int hostop_statfs(int fd, struct statfs *ret)
{
	return result(fstatfs(fd, ret));
}

ssize_t hostop_readlink(int dirfd, const char *name, char *buf, size_t size)
{
	ssize_t n = OR_AS_OWNER(readlinkat(dirfd, name, buf, size));

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
	return result(AS_OWNER(mkdirat(dirfd, name, mode)));
}

int hostop_mknod(int dirfd, const char *name, uint32_t mode, uint64_t rdev)
{
	return result(AS_OWNER(mknodat(dirfd, name, mode, rdev)));
}

int hostop_symlink(const char *target, int dirfd, const char *name)
{
	return result(AS_OWNER(symlinkat(target, dirfd, name)));
}

int hostop_link(int olddirfd, const char *oldname, int newdirfd, const char *newname)
{
	return result(OR_AS_OWNER(linkat(olddirfd, oldname, newdirfd, newname, 0)));
}

int hostop_link_fd(int self_fd_dir, int fd, int newdirfd, const char *newname)
{
	char name[16];

	if (self_fd_dir <= 0)
		return -ENOENT;
	snprintf(name, sizeof(name), "%d", fd);
	return result(OR_AS_OWNER(linkat(self_fd_dir, name, newdirfd, newname, AT_SYMLINK_FOLLOW)));
}

int hostop_unlink(int dirfd, const char *name, bool dir)
{
	return result(OR_AS_OWNER(unlinkat(dirfd, name, dir ? AT_REMOVEDIR : 0)));
}

int hostop_rename(int olddirfd, const char *oldname, int newdirfd, const char *newname,
		  unsigned int flags)
{
	/* glibc makes another call of it when there are no flags. */
	return result((int)OR_AS_OWNER(
		syscall(SYS_renameat2, olddirfd, oldname, newdirfd, newname, flags)));
}

int hostop_fchmod(int fd, uint32_t mode)
{
	return result(OR_AS_OWNER(fchmod(fd, mode)));
}

int hostop_chmodat(int dirfd, const char *name, uint32_t mode)
{
	return result((int)OR_AS_OWNER(syscall(SYS_fchmodat, dirfd, name, mode)));
}

int hostop_chown(int fd, uint32_t uid, uint32_t gid)
{
	return result(OR_AS_OWNER(fchownat(fd, "", uid, gid, AT_EMPTY_PATH)));
}

int hostop_utimens(int fd, const struct timespec times[2])
{
	/* The raw call: glibc's wrapper is free to look at the path. */
	return result((int)OR_AS_OWNER(syscall(SYS_utimensat, fd, "", times, AT_EMPTY_PATH)));
}

int hostop_truncate(int fd, uint64_t size)
{
	return size > INT64_MAX ? -EINVAL : result(ftruncate(fd, (off_t)size));
}

ssize_t hostop_getxattr(int fd, const char *name, void *buf, size_t size)
{
	ssize_t n = OR_AS_OWNER(fgetxattr(fd, name, buf, size));

	return n < 0 ? -errno : n;
}

ssize_t hostop_listxattr(int fd, char *buf, size_t size)
{
	ssize_t n = flistxattr(fd, buf, size);

	return n < 0 ? -errno : n;
}

int hostop_setxattr(int fd, const char *name, const void *val, size_t size, int flags)
{
	return result(OR_AS_OWNER(fsetxattr(fd, name, val, size, flags)));
}

int hostop_removexattr(int fd, const char *name)
{
	return result(OR_AS_OWNER(fremovexattr(fd, name)));
}
