/*
 * syscalls/sys_open.c - open(2), openat(2), openat2(2), creat(2), truncate(2), ftruncate(2)
 *
 * Model: flags are checked here as Linux's build_open_flags() does; the old calls drop what they do
 * not know, openat2 refuses it. fs/vfs/open.c does the rest. A FIFO's open may have to wait.
 *
 * Differences: RESOLVE_CACHED is accepted; it gives -EAGAIN only where Linux always does.
 */
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>

#include "fs/vfs/file.h"
#include "syscalls/syscall.h"

#define TMPFILE_BIT 020000000
#define SYNC_BIT 04000000 /* O_SYNC is this and O_DSYNC */

#define PATH_FLAGS (O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC)
#define VALID_FLAGS                                                                                \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC |      \
	 O_ASYNC | O_DIRECT | LARGEFILE_BIT | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC |   \
	 O_PATH | TMPFILE_BIT)
#define VALID_RESOLVE                                                                              \
	(RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH |         \
	 RESOLVE_IN_ROOT | RESOLVE_CACHED)

static bool will_create(uint64_t flags)
{
	return flags & (O_CREAT | TMPFILE_BIT);
}

/* build_open_flags() of Linux: 0 or -EINVAL, -EAGAIN. */
static int check_how(const struct open_how *how)
{
	if ((how->flags & ~(uint64_t)VALID_FLAGS) || (how->resolve & ~(uint64_t)VALID_RESOLVE))
		return -EINVAL;
	if ((how->resolve & RESOLVE_BENEATH) && (how->resolve & RESOLVE_IN_ROOT))
		return -EINVAL;
	if (will_create(how->flags) ? how->mode & ~07777ULL : how->mode)
		return -EINVAL;
	if ((how->flags & O_DIRECTORY) && (how->flags & O_CREAT))
		return -EINVAL;
	if (how->flags & TMPFILE_BIT) {
		if (!(how->flags & O_DIRECTORY) || (how->flags & O_ACCMODE) == O_RDONLY)
			return -EINVAL;
	}
	if ((how->flags & O_PATH) && (how->flags & ~(uint64_t)PATH_FLAGS))
		return -EINVAL;
	if ((how->resolve & RESOLVE_CACHED) && (how->flags & (O_TRUNC | O_CREAT | TMPFILE_BIT)))
		return -EAGAIN;
	return 0;
}

static long do_open(struct task *t, int dirfd, uaddr_t uname, const struct open_how *how)
{
	char *_cleanup_free_ name = NULL;
	bool cloexec = how->flags & O_CLOEXEC;
	int flags = (int)how->flags;
	struct file *f;
	int err = check_how(how);

	if (err < 0)
		return err;
	if (flags & SYNC_BIT)
		flags |= O_DSYNC;
	err = copy_in_path(t, uname, &name);
	if (err < 0)
		return err;
	err = fd_check_room(t);
	if (err < 0)
		return err;
	err = vfs_open(t, dirfd, name, flags, (uint32_t)how->mode, how->resolve, &f);
	if (err < 0)
		return err;
	if (S_ISFIFO(inode_read(f->inode, mode)) && !(f->mode & FMODE_PATH))
		return io_open_finish(t, f, cloexec);
	return fd_install(t, f, cloexec);
}

/* open(2) and openat(2) ignore what they do not know. */
static long open_old(struct task *t, int dirfd, uaddr_t name, int flags, uint32_t mode)
{
	struct open_how how = {.flags = (uint64_t)(flags & VALID_FLAGS)};

	if (how.flags & O_PATH)
		how.flags &= PATH_FLAGS;
	else
		how.flags |= LARGEFILE_BIT;
	if (will_create(how.flags))
		how.mode = mode & 07777;
	return do_open(t, dirfd, name, &how);
}

long sys_open(struct task *t, const uint64_t *a)
{
	return open_old(t, AT_FDCWD, a[0], (int)a[1], (uint32_t)a[2]);
}

long sys_openat(struct task *t, const uint64_t *a)
{
	return open_old(t, (int)a[0], a[1], (int)a[2], (uint32_t)a[3]);
}

long sys_creat(struct task *t, const uint64_t *a)
{
	return open_old(t, AT_FDCWD, a[0], O_CREAT | O_WRONLY | O_TRUNC, (uint32_t)a[1]);
}

/* A struct that may grow: what we do not know must be zero (-E2BIG). */
static int copy_in_how(struct task *t, struct open_how *how, uaddr_t src, size_t size)
{
	char rest[4096];
	int err;

	if (size < sizeof(*how))
		return -EINVAL;
	if (size > sizeof(rest))
		return -E2BIG;
	err = copy_in(t, rest, src, size);
	if (err < 0)
		return err;
	for (size_t i = sizeof(*how); i < size; i++)
		if (rest[i])
			return -E2BIG;
	memcpy(how, rest, sizeof(*how));
	return 0;
}

long sys_openat2(struct task *t, const uint64_t *a)
{
	struct open_how how;
	int err = copy_in_how(t, &how, a[2], a[3]);

	if (err < 0)
		return err;
	if (!(how.flags & O_PATH))
		how.flags |= LARGEFILE_BIT;
	return do_open(t, (int)a[0], a[1], &how);
}

long sys_truncate(struct task *t, const uint64_t *a)
{
	char *_cleanup_free_ name = NULL;
	int64_t len = (int64_t)a[1];
	struct path p;
	int err;

	if (len < 0)
		return -EINVAL;
	err = copy_in_path(t, a[0], &name);
	if (err < 0)
		return err;
	err = path_lookup(t, AT_FDCWD, name, LOOKUP_FOLLOW, &p);
	if (err < 0)
		return err;
	err = vfs_truncate(t, &p, len, NULL);
	path_put(&p);
	return err;
}

long sys_ftruncate(struct task *t, const uint64_t *a)
{
	int64_t len = (int64_t)a[1];
	struct file *f;
	int err;

	if (len < 0)
		return -EINVAL;
	f = fd_get(t, (int)a[0]);
	if (!f)
		return -EBADF;
	err = vfs_truncate(t, &f->path, len, f);
	file_put(f);
	return err;
}
