/*
 * syscalls/sys_xattr.c - extended attributes: setxattr(2), getxattr(2), listxattr(2),
 * removexattr(2), with their l, f and at forms
 *
 * Model: every form is a struct target (how the file is named) and one of four operations.
 */
#include <linux/xattr.h>
#include <string.h>

#include "sentry/base/mem.h"
#include "syscalls/path_args.h"

/* struct xattr_args of Linux 6.13. */
struct xattr_args_abi {
	uint64_t value;
	uint32_t size;
	uint32_t flags;
};

struct target {
	int dirfd;
	uaddr_t name;
	unsigned int lookup;
	bool fd_only; /* the f forms: dirfd is the file, not O_PATH */
};

static int find_target(struct task *t, const struct target *tg, struct path *ret)
{
	if (tg->fd_only)
		return fd_path_arg(t, tg->dirfd, false, ret);
	return path_arg(t, tg->dirfd, tg->name, tg->lookup, ret);
}

static struct target by_path(uaddr_t name, bool follow)
{
	return (struct target){AT_FDCWD, name, follow ? LOOKUP_FOLLOW : 0, false};
}

static struct target by_fd(uint64_t fd)
{
	return (struct target){.dirfd = (int)fd, .fd_only = true};
}

static int by_at(const uint64_t *a, struct target *ret)
{
	unsigned int flags = (unsigned int)a[2];

	if (flags & ~(unsigned int)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	*ret = (struct target){(int)a[0], a[1], lookup_of_at((int)flags), false};
	/* As Linux: no path at all is the descriptor itself. */
	if ((flags & AT_EMPTY_PATH) && a[1] == 0)
		ret->fd_only = true;
	return 0;
}

static int copy_in_name(struct task *t, uaddr_t src, char name[XATTR_NAME_LEN_MAX + 1])
{
	ssize_t n = copy_in_str(t, name, src, XATTR_NAME_LEN_MAX + 1);

	if (n == -ENAMETOOLONG || n == 0)
		return -ERANGE;
	return n < 0 ? (int)n : 0;
}

static long do_set(struct task *t, const struct target *tg, uaddr_t uname, uaddr_t uval,
		   size_t size, int flags)
{
	char name[XATTR_NAME_LEN_MAX + 1];
	void *_cleanup_free_ val = NULL;
	struct path p;
	int err;

	if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
		return -EINVAL;
	err = copy_in_name(t, uname, name);
	if (err < 0)
		return err;
	if (size > XATTR_VALUE_MAX)
		return -E2BIG;
	if (size) {
		val = mem_alloc(size);
		if (!val)
			return -ENOMEM;
		err = copy_in(t, val, uval, size);
		if (err < 0)
			return err;
	}
	err = find_target(t, tg, &p);
	if (err < 0)
		return err;
	err = vfs_setxattr(t, &p, name, val, size, flags);
	path_put(&p);
	return err;
}

static long do_get(struct task *t, const struct target *tg, uaddr_t uname, uaddr_t uval,
		   size_t size)
{
	char name[XATTR_NAME_LEN_MAX + 1];
	void *_cleanup_free_ val = NULL;
	struct path p;
	ssize_t n = copy_in_name(t, uname, name);

	if (n < 0)
		return n;
	size = MIN(size, (size_t)XATTR_VALUE_MAX);
	if (size) {
		val = mem_alloc(size);
		if (!val)
			return -ENOMEM;
	}
	n = find_target(t, tg, &p);
	if (n < 0)
		return n;
	n = vfs_getxattr(t, &p, name, val, size);
	path_put(&p);
	if (n > 0 && size && copy_out(t, uval, val, (size_t)n) < 0)
		return -EFAULT;
	return n;
}

static long do_list(struct task *t, const struct target *tg, uaddr_t ulist, size_t size)
{
	void *_cleanup_free_ list = NULL;
	struct path p;
	ssize_t n;

	size = MIN(size, (size_t)XATTR_LIST_MAX_LEN);
	if (size) {
		list = mem_alloc(size);
		if (!list)
			return -ENOMEM;
	}
	n = find_target(t, tg, &p);
	if (n < 0)
		return n;
	n = vfs_listxattr(t, &p, list, size);
	path_put(&p);
	if (n > 0 && size && copy_out(t, ulist, list, (size_t)n) < 0)
		return -EFAULT;
	return n;
}

static long do_remove(struct task *t, const struct target *tg, uaddr_t uname)
{
	char name[XATTR_NAME_LEN_MAX + 1];
	struct path p;
	int err = copy_in_name(t, uname, name);

	if (err < 0)
		return err;
	err = find_target(t, tg, &p);
	if (err < 0)
		return err;
	err = vfs_removexattr(t, &p, name);
	path_put(&p);
	return err;
}

long sys_setxattr(struct task *t, const uint64_t *a)
{
	struct target tg = by_path(a[0], true);

	return do_set(t, &tg, a[1], a[2], a[3], (int)a[4]);
}

long sys_lsetxattr(struct task *t, const uint64_t *a)
{
	struct target tg = by_path(a[0], false);

	return do_set(t, &tg, a[1], a[2], a[3], (int)a[4]);
}

long sys_fsetxattr(struct task *t, const uint64_t *a)
{
	struct target tg = by_fd(a[0]);

	return do_set(t, &tg, a[1], a[2], a[3], (int)a[4]);
}

long sys_getxattr(struct task *t, const uint64_t *a)
{
	struct target tg = by_path(a[0], true);

	return do_get(t, &tg, a[1], a[2], a[3]);
}

long sys_lgetxattr(struct task *t, const uint64_t *a)
{
	struct target tg = by_path(a[0], false);

	return do_get(t, &tg, a[1], a[2], a[3]);
}

long sys_fgetxattr(struct task *t, const uint64_t *a)
{
	struct target tg = by_fd(a[0]);

	return do_get(t, &tg, a[1], a[2], a[3]);
}

long sys_listxattr(struct task *t, const uint64_t *a)
{
	struct target tg = by_path(a[0], true);

	return do_list(t, &tg, a[1], a[2]);
}

long sys_llistxattr(struct task *t, const uint64_t *a)
{
	struct target tg = by_path(a[0], false);

	return do_list(t, &tg, a[1], a[2]);
}

long sys_flistxattr(struct task *t, const uint64_t *a)
{
	struct target tg = by_fd(a[0]);

	return do_list(t, &tg, a[1], a[2]);
}

long sys_removexattr(struct task *t, const uint64_t *a)
{
	struct target tg = by_path(a[0], true);

	return do_remove(t, &tg, a[1]);
}

long sys_lremovexattr(struct task *t, const uint64_t *a)
{
	struct target tg = by_path(a[0], false);

	return do_remove(t, &tg, a[1]);
}

long sys_fremovexattr(struct task *t, const uint64_t *a)
{
	struct target tg = by_fd(a[0]);

	return do_remove(t, &tg, a[1]);
}

/* ---- the at forms ---- */

static int copy_in_args(struct task *t, uaddr_t src, size_t size, struct xattr_args_abi *ret)
{
	char rest[4096];

	if (size < sizeof(*ret))
		return -EINVAL;
	if (size > sizeof(rest))
		return -E2BIG;
	if (copy_in(t, rest, src, size) < 0)
		return -EFAULT;
	for (size_t i = sizeof(*ret); i < size; i++)
		if (rest[i])
			return -E2BIG;
	memcpy(ret, rest, sizeof(*ret));
	return 0;
}

long sys_setxattrat(struct task *t, const uint64_t *a)
{
	struct xattr_args_abi args;
	struct target tg;
	int err = copy_in_args(t, a[4], a[5], &args);

	if (err == 0)
		err = by_at(a, &tg);
	return err < 0 ? err : do_set(t, &tg, a[3], args.value, args.size, (int)args.flags);
}

long sys_getxattrat(struct task *t, const uint64_t *a)
{
	struct xattr_args_abi args;
	struct target tg;
	int err = copy_in_args(t, a[4], a[5], &args);

	if (err == 0 && args.flags)
		err = -EINVAL;
	if (err == 0)
		err = by_at(a, &tg);
	return err < 0 ? err : do_get(t, &tg, a[3], args.value, args.size);
}

long sys_listxattrat(struct task *t, const uint64_t *a)
{
	struct target tg;
	int err = by_at(a, &tg);

	return err < 0 ? err : do_list(t, &tg, a[3], a[4]);
}

long sys_removexattrat(struct task *t, const uint64_t *a)
{
	struct target tg;
	int err = by_at(a, &tg);

	return err < 0 ? err : do_remove(t, &tg, a[3]);
}
