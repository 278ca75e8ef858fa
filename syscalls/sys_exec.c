/*
 * syscalls/sys_exec.c - execve(2), execveat(2)
 *
 * The work is sentry/task_exec.c's. The first process of a sandbox executes the stub itself.
 */
#include <errno.h>
#include <fcntl.h>

#include "sentry/task_exec.h"
#include "syscalls/syscall.h"

long sys_execve(struct task *t, const uint64_t *a);
long sys_execveat(struct task *t, const uint64_t *a);

static long exec_path(struct task *t, int dirfd, uaddr_t path_addr, uaddr_t argv, uaddr_t envp,
		      int flags)
{
	_cleanup_free_ char *path = NULL;
	int err = copy_in_path(t, path_addr, &path);

	if (err < 0)
		return err;
	if (!path[0] && !(flags & AT_EMPTY_PATH))
		return -ENOENT;
	if (flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		return -EINVAL;
	return task_exec(t, dirfd, path, argv, envp, flags);
}

long sys_execve(struct task *t, const uint64_t *a)
{
	if (task_exec_is_boot(t))
		return SYS_CONTINUE;
	return exec_path(t, AT_FDCWD, a[0], a[1], a[2], 0);
}

long sys_execveat(struct task *t, const uint64_t *a)
{
	return exec_path(t, (int)a[0], a[1], a[2], a[3], (int)a[4]);
}
