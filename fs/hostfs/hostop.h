/*
 * fs/hostfs/hostop.h - the host calls that a host tree is served with
 *
 * Model: one thin function per host call on names and inodes. This is the only place of hostfs that
 * asks the host kernel and reads errno; a broker process with other rights can be put under it
 * without touching hostfs itself.
 *
 * Interface: every function returns >= 0 or a negative errno. Names are single components, never
 * followed if they are symlinks; "" means the directory fd's own inode. fds come back
 * close-on-exec. Host calls in use: openat (O_NOFOLLOW|O_CLOEXEC|O_NOCTTY, or below our own
 * /proc/self/fd), statx, fstatfs, readlinkat, getdents64, lseek, fcntl(F_DUPFD_CLOEXEC), fsync,
 * fdatasync, fallocate, close; the data calls are those of sentry/mem/uio.h. Writable trees also:
 * mkdirat, unlinkat, renameat2, linkat, symlinkat, mknodat (FIFO, socket, and the 0:0 whiteout),
 * fchmod, fchmodat, fchownat and utimensat with AT_EMPTY_PATH, ftruncate, fgetxattr, flistxattr,
 * fsetxattr, fremovexattr.
 *
 * Rights: started by root, the sentry is nobody at the host, and keeps root's ids as its saved ones.
 * Within hostop_set_owner(true) .. (false), for trees that root gave away for writing or that only
 * root may read, a call that is refused to nobody is tried again as root, and what is made is
 * root's; all other trees, the host's own above all, are never read with more than nobody's rights.
 * Neither id comes with a capability. The switch is for the calling thread (setfsuid(2)), not for
 * /proc, guests or signals.
 *
 * The calls on an fd want one that the caller has checked to be the wanted inode.
 */
#ifndef FS_HOSTFS_HOSTOP_H
#define FS_HOSTFS_HOSTOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/types.h>
#include <time.h>

#include "sentry/base/base.h"

/* Once at boot, with the ids in place; the owner's are among the saved ones or our own. */
void hostop_owner_init(uint32_t owner_uid, uint32_t owner_gid);
/* For the calling thread: see Rights. Returns what was set before. */
bool hostop_set_owner(bool on);

must_check int hostop_open(int dirfd, const char *name, int flags, uint32_t mode);
must_check int hostop_dup(int fd);
/* Opens the file behind one of our own fds once more, with other flags; self_fd_dir is the fd of
 * our /proc/self/fd. -ENOENT where there is none. */
must_check int hostop_reopen(int self_fd_dir, int fd, int flags);
void hostop_close(int fd);

must_check int hostop_statx(int dirfd, const char *name, struct statx *ret);
must_check int hostop_statfs(int fd, struct statfs *ret);
/* Length of the target; what does not fit is cut, as in readlink(2). */
must_check ssize_t hostop_readlink(int dirfd, const char *name, char *buf, size_t size);
must_check ssize_t hostop_getdents(int fd, void *buf, size_t size);
must_check int64_t hostop_lseek(int fd, int64_t off, int whence);
must_check int hostop_fsync(int fd, bool datasync);
must_check int hostop_fallocate(int fd, int mode, int64_t off, int64_t len);

must_check int hostop_mkdir(int dirfd, const char *name, uint32_t mode);
must_check int hostop_mknod(int dirfd, const char *name, uint32_t mode, uint64_t rdev);
must_check int hostop_symlink(const char *target, int dirfd, const char *name);
must_check int hostop_link(int olddirfd, const char *oldname, int newdirfd, const char *newname);
/* Names the file behind one of our own fds: it has no name, or had one. */
must_check int hostop_link_fd(int self_fd_dir, int fd, int newdirfd, const char *newname);
must_check int hostop_unlink(int dirfd, const char *name, bool dir);
must_check int hostop_rename(int olddirfd, const char *oldname, int newdirfd, const char *newname,
			     unsigned int flags);

must_check int hostop_fchmod(int fd, uint32_t mode); /* not O_PATH */
/* The one call that would follow a symlink (there is no other before Linux 6.6). The caller has
 * seen that name is none; a tree that others write to is mounted nosymfollow (runsc-c/rootfs.c). */
must_check int hostop_chmodat(int dirfd, const char *name, uint32_t mode);
/* fd may be O_PATH. */
must_check int hostop_chown(int fd, uint32_t uid, uint32_t gid); /* ~0: unchanged */
must_check int hostop_utimens(int fd, const struct timespec times[2]);
must_check int hostop_truncate(int fd, uint64_t size);

must_check ssize_t hostop_getxattr(int fd, const char *name, void *buf, size_t size);
must_check ssize_t hostop_listxattr(int fd, char *buf, size_t size);
must_check int hostop_setxattr(int fd, const char *name, const void *val, size_t size, int flags);
must_check int hostop_removexattr(int fd, const char *name);

#endif
