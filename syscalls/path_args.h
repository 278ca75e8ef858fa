/*
 * syscalls/path_args.h - a path argument of a call: fetched, resolved, put by the caller
 */
#ifndef SYSCALLS_PATH_ARGS_H
#define SYSCALLS_PATH_ARGS_H

#include <fcntl.h>

#include "fs/vfs/file.h"
#include "syscalls/syscall.h"

/* Fetches the path and resolves it; flags: LOOKUP_*. */
static inline must_check int path_arg(struct task *t, int dirfd, uaddr_t uname, unsigned int flags,
				      struct path *ret)
{
	char *_cleanup_free_ name = NULL;
	int err = copy_in_path(t, uname, &name);

	return err < 0 ? err : path_lookup(t, dirfd, name, flags, ret);
}

/* LOOKUP_* for the AT_* flags of the *at calls; follow is what the call does by default. */
static inline unsigned int lookup_of_at(int at_flags)
{
	unsigned int flags = at_flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;

	return at_flags & AT_EMPTY_PATH ? flags | LOOKUP_EMPTY : flags;
}

/* The path of an open descriptor, O_PATH ones only if any is set. */
static inline must_check int fd_path_arg(struct task *t, int fd, bool any, struct path *ret)
{
	struct file *f = any ? fd_get_any(t, fd) : fd_get(t, fd);

	if (!f)
		return -EBADF;
	*ret = f->path;
	path_get(ret);
	file_put(f);
	return 0;
}

#endif
