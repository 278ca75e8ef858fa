/*
 * fs/vfs/xattr.c - extended attributes: who may read and set which: xattr(7)
 *
 * Model: the filesystem stores whole names; the rules of the namespaces are here:
 *   user.      regular files and directories, by the file's permission bits
 *   trusted.   CAP_SYS_ADMIN only; invisible to others
 *   security.  read by anybody; set with CAP_SYS_ADMIN (security.capability: CAP_SETFCAP)
 *   system.    refused (-EOPNOTSUPP): no ACLs
 */
#include <errno.h>
#include <string.h>
#include <linux/xattr.h>

#include "fs/anon/inotify.h"
#include "fs/vfs/internal.h"
#include "sentry/base/mem.h"
#include "sentry/cred.h"
#include "sentry/task.h"

static bool has_prefix(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

static int user_permission(struct inode *in, const struct cred *c, int mask)
{
	uint32_t mode = inode_read(in, mode);

	if (!S_ISREG(mode) && !S_ISDIR(mode))
		return mask & MAY_WRITE ? -EPERM : -ENODATA;
	if (S_ISDIR(mode) && (mode & S_ISVTX) && (mask & MAY_WRITE) &&
	    !inode_owner_or_capable(in, c))
		return -EPERM;
	return inode_permission(in, c, mask);
}

static int security_permission(const char *name, const struct cred *c, int mask)
{
	if (!(mask & MAY_WRITE))
		return 0;
	if (strcmp(name, XATTR_SECURITY_PREFIX "capability") == 0)
		return cred_has_cap(c, CAP_SETFCAP) ? 0 : -EPERM;
	return cred_has_cap(c, CAP_SYS_ADMIN) ? 0 : -EPERM;
}

static int name_permission(struct inode *in, const char *name, const struct cred *c, int mask)
{
	if (has_prefix(name, XATTR_USER_PREFIX) && name[XATTR_USER_PREFIX_LEN])
		return user_permission(in, c, mask);
	if (has_prefix(name, XATTR_SECURITY_PREFIX) && name[XATTR_SECURITY_PREFIX_LEN])
		return security_permission(name, c, mask);
	if (has_prefix(name, XATTR_TRUSTED_PREFIX) && name[XATTR_TRUSTED_PREFIX_LEN]) {
		if (!cred_has_cap(c, CAP_SYS_ADMIN))
			return mask & MAY_WRITE ? -EPERM : -ENODATA;
		return inode_permission(in, c, mask);
	}
	/* A prefix without a name is invalid, anything else is a namespace that we do not have. */
	if (strcmp(name, XATTR_USER_PREFIX) == 0 || strcmp(name, XATTR_SECURITY_PREFIX) == 0 ||
	    strcmp(name, XATTR_TRUSTED_PREFIX) == 0)
		return -EINVAL;
	return -EOPNOTSUPP;
}

static int change_check(struct task *t, const struct path *p, const char *name)
{
	if (p->mnt && mount_is_readonly(p->mnt))
		return -EROFS;
	return name_permission(p->dentry->inode, name, task_cred(t), MAY_WRITE);
}

int vfs_setxattr(struct task *t, const struct path *p, const char *name, const void *val,
		 size_t size, int flags)
{
	struct inode *in = p->dentry->inode;
	int err = change_check(t, p, name);

	if (err < 0)
		return err;
	if (!in->ops->setxattr)
		return -EOPNOTSUPP;
	mutex_lock(&in->mu);
	err = in->ops->setxattr(in, name, val, size, flags);
	mutex_unlock(&in->mu);
	if (err == 0)
		inotify_path(p, IN_ATTRIB);
	return err;
}

int vfs_removexattr(struct task *t, const struct path *p, const char *name)
{
	struct inode *in = p->dentry->inode;
	int err = change_check(t, p, name);

	if (err < 0)
		return err;
	if (!in->ops->removexattr)
		return -EOPNOTSUPP;
	mutex_lock(&in->mu);
	err = in->ops->removexattr(in, name);
	mutex_unlock(&in->mu);
	if (err == 0)
		inotify_path(p, IN_ATTRIB);
	return err;
}

ssize_t vfs_getxattr(struct task *t, const struct path *p, const char *name, void *buf, size_t size)
{
	struct inode *in = p->dentry->inode;
	ssize_t n = name_permission(in, name, task_cred(t), MAY_READ);

	if (n < 0)
		return n;
	if (!in->ops->getxattr)
		return -EOPNOTSUPP;
	mutex_lock(&in->mu);
	n = in->ops->getxattr(in, name, buf, size);
	mutex_unlock(&in->mu);
	return n;
}

/* Drops the trusted names from a list; returns the new length. */
static size_t filter_list(char *list, size_t len)
{
	size_t in = 0, out = 0;

	while (in < len) {
		size_t n = strnlen(list + in, len - in) + 1;

		if (in + n > len)
			break;
		if (!has_prefix(list + in, XATTR_TRUSTED_PREFIX)) {
			memmove(list + out, list + in, n);
			out += n;
		}
		in += n;
	}
	return out;
}

ssize_t vfs_listxattr(struct task *t, const struct path *p, char *buf, size_t size)
{
	struct inode *in = p->dentry->inode;
	char *_cleanup_free_ list = NULL;
	ssize_t n;

	if (!in->ops->listxattr)
		return 0; /* none to list, as Linux says for /proc */
	list = mem_alloc(XATTR_LIST_MAX_LEN);
	if (!list)
		return -ENOMEM;
	mutex_lock(&in->mu);
	n = in->ops->listxattr(in, list, XATTR_LIST_MAX_LEN);
	mutex_unlock(&in->mu);
	if (n < 0)
		return n == -ERANGE ? -E2BIG : n;
	if (!cred_has_cap(task_cred(t), CAP_SYS_ADMIN))
		n = (ssize_t)filter_list(list, (size_t)n);
	if (size == 0)
		return n;
	if ((size_t)n > size)
		return -ERANGE;
	memcpy(buf, list, (size_t)n);
	return n;
}
