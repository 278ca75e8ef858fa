/* fs/tmpfs/xattr.c - extended attributes of tmpfs: a list per inode, bounded in bytes */
#include <errno.h>
#include <linux/xattr.h>
#include <string.h>

#include "fs/tmpfs/internal.h"
#include "sentry/base/mem.h"

static struct tmpfs_xattr *find(struct tmpfs_inode *ti, const char *name)
{
	struct tmpfs_xattr *x;

	list_for_each_entry(x, &ti->xattrs, node) {
		if (strcmp(x->name, name) == 0)
			return x;
	}
	return NULL;
}

static size_t cost(const char *name, size_t size)
{
	return strlen(name) + 1 + size + sizeof(struct tmpfs_xattr);
}

static void drop(struct tmpfs_inode *ti, struct tmpfs_xattr *x)
{
	list_del(&x->node);
	ti->xattr_bytes -= cost(x->name, x->size);
	mem_free(x->name);
	mem_free(x);
}

void tmpfs_xattrs_free(struct tmpfs_inode *ti)
{
	struct tmpfs_xattr *x, *tmp;

	list_for_each_entry_safe(x, tmp, &ti->xattrs, node)
		drop(ti, x);
}

ssize_t tmpfs_getxattr(struct inode *in, const char *name, void *buf, size_t size)
{
	struct tmpfs_xattr *x = find(tmpfs_inode(in), name);

	if (!x)
		return -ENODATA;
	if (size == 0)
		return (ssize_t)x->size;
	if (x->size > size)
		return -ERANGE;
	memcpy(buf, x->value, x->size);
	return (ssize_t)x->size;
}

ssize_t tmpfs_listxattr(struct inode *in, char *buf, size_t size)
{
	struct tmpfs_inode *ti = tmpfs_inode(in);
	struct tmpfs_xattr *x;
	size_t len = 0;

	list_for_each_entry(x, &ti->xattrs, node) {
		size_t n = strlen(x->name) + 1;

		if (size) {
			if (n > size - len)
				return -ERANGE;
			memcpy(buf + len, x->name, n);
		}
		len += n;
	}
	return (ssize_t)len;
}

int tmpfs_setxattr(struct inode *in, const char *name, const void *val, size_t size, int flags)
{
	struct tmpfs_inode *ti = tmpfs_inode(in);
	struct tmpfs_xattr *old = find(ti, name), *x;

	if (old && (flags & XATTR_CREATE))
		return -EEXIST;
	if (!old && (flags & XATTR_REPLACE))
		return -ENODATA;
	if (ti->xattr_bytes - (old ? cost(name, old->size) : 0) + cost(name, size) >
	    TMPFS_XATTR_MAX)
		return -ENOSPC;
	x = mem_alloc(sizeof(*x) + size);
	if (!x)
		return -ENOMEM;
	x->name = mem_strdup(name);
	if (!x->name) {
		mem_free(x);
		return -ENOMEM;
	}
	x->size = size;
	if (size)
		memcpy(x->value, val, size);
	if (old)
		drop(ti, old);
	list_init(&x->node);
	list_add_tail(&x->node, &ti->xattrs);
	ti->xattr_bytes += cost(name, size);
	inode_touch(in, IATTR_CTIME);
	return 0;
}

int tmpfs_removexattr(struct inode *in, const char *name)
{
	struct tmpfs_xattr *x = find(tmpfs_inode(in), name);

	if (!x)
		return -ENODATA;
	drop(tmpfs_inode(in), x);
	inode_touch(in, IATTR_CTIME);
	return 0;
}
