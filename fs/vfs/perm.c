/*
 * fs/vfs/perm.c - who may do what to a file: path_resolution(7), capabilities(7), inode(7)
 *
 * Model: the mode bits against the file-system ids of a cred, then the capabilities that override
 * them. A filesystem may replace the mode-bit check (ops->permission). There are no ACLs: setting
 * them is refused, so nobody can have any.
 */
#include <errno.h>
#include <fcntl.h>

#include "fs/vfs/internal.h"
#include "sentry/cred.h"
#include "sentry/fs_context.h"
#include "sentry/task.h"

static int generic_permission(struct inode *in, const struct cred *c, int mask)
{
	uint32_t mode = inode_read(in, mode);
	bool dir = S_ISDIR(mode);
	uint32_t bits = mode;

	if (c->fsuid == inode_read(in, uid))
		bits >>= 6;
	else if ((((uint32_t)mask & 7) & ~(bits & bits >> 3)) && /* the groups do not matter else */
		 cred_in_group(c, inode_read(in, gid)))
		bits >>= 3;
	if (((uint32_t)mask & ~bits & 7) == 0)
		return 0;
	if (dir) {
		if (!(mask & MAY_WRITE) && cred_has_cap(c, CAP_DAC_READ_SEARCH))
			return 0;
		return cred_has_cap(c, CAP_DAC_OVERRIDE) ? 0 : -EACCES;
	}
	if ((mask & 7) == MAY_READ && cred_has_cap(c, CAP_DAC_READ_SEARCH))
		return 0;
	/* Nobody executes what has no execute bit at all. */
	if ((!(mask & MAY_EXEC) || (mode & 0111)) && cred_has_cap(c, CAP_DAC_OVERRIDE))
		return 0;
	return -EACCES;
}

int inode_permission(struct inode *in, const struct cred *c, int mask)
{
	if ((mask & MAY_WRITE) && in->super->readonly) {
		uint32_t mode = inode_read(in, mode);

		if (S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode))
			return -EROFS;
	}
	if (in->ops->permission)
		return in->ops->permission(in, c, mask);
	return generic_permission(in, c, mask);
}

bool mount_is_readonly(const struct mount *m)
{
	return (atomic_load_explicit(&m->flags, memory_order_relaxed) & MNT_READONLY) ||
	       m->super->readonly;
}

int vfs_permission(struct task *t, struct mount *m, struct inode *in, int mask)
{
	int err = inode_permission(in, task_cred(t), mask);

	if (err == 0 && (mask & MAY_WRITE) && m && mount_is_readonly(m)) {
		uint32_t mode = inode_read(in, mode);

		if (S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode))
			return -EROFS;
	}
	return err;
}

bool inode_owner_or_capable(struct inode *in, const struct cred *c)
{
	return c->fsuid == inode_read(in, uid) || cred_has_cap(c, CAP_FOWNER);
}

bool in_group_or_capable(const struct cred *c, struct inode *in, uint32_t gid)
{
	(void)in;
	return cred_in_group(c, gid) || cred_has_cap(c, CAP_FSETID);
}

int may_create(struct inode *dir, const struct cred *c)
{
	if (dir->dead)
		return -ENOENT;
	return inode_permission(dir, c, MAY_WRITE | MAY_EXEC);
}

static bool sticky_forbids(struct inode *dir, struct inode *victim, const struct cred *c)
{
	if (!(inode_read(dir, mode) & S_ISVTX))
		return false;
	if (c->fsuid == inode_read(victim, uid) || c->fsuid == inode_read(dir, uid))
		return false;
	return !cred_has_cap(c, CAP_FOWNER);
}

int may_delete(struct inode *dir, struct inode *victim, const struct cred *c, bool isdir)
{
	int err = inode_permission(dir, c, MAY_WRITE | MAY_EXEC);

	if (err < 0)
		return err;
	if (sticky_forbids(dir, victim, c))
		return -EPERM;
	if (isdir && !S_ISDIR(inode_read(victim, mode)))
		return -ENOTDIR;
	if (!isdir && S_ISDIR(inode_read(victim, mode)))
		return -EISDIR;
	if (dir->dead)
		return -ENOENT;
	return 0;
}

#define SECBIT_NO_SETUID_FIXUP 4u

/* access(2) asks for the real ids; root's capabilities follow the real uid, too. */
static uint64_t real_caps(const struct cred *c)
{
	if (c->securebits & SECBIT_NO_SETUID_FIXUP)
		return c->cap_effective;
	return c->uid == 0 ? c->cap_permitted : 0;
}

static struct cred *real_ids(const struct cred *c)
{
	struct cred *r = cred_copy(c);

	if (!r)
		return NULL;
	r->fsuid = c->uid;
	r->fsgid = c->gid;
	r->cap_effective = real_caps(c);
	return r;
}

static int access_path(const struct cred *c, const struct path *p, int mode)
{
	struct inode *in = p->dentry->inode;
	uint32_t type = inode_read(in, mode) & S_IFMT;
	int err;

	if ((mode & MAY_EXEC) && type == S_IFREG && (p->mnt->flags & MNT_NOEXEC))
		return -EACCES;
	err = inode_permission(in, c, mode);
	if (err == 0 && (mode & MAY_WRITE) && mount_is_readonly(p->mnt) &&
	    (type == S_IFREG || type == S_IFDIR || type == S_IFLNK))
		err = -EROFS;
	return err;
}

int vfs_access(struct task *t, int dirfd, const char *name, int mode, int at_flags)
{
	const struct cred *c = task_cred(t);
	struct cred *real = NULL;
	unsigned int flags = at_flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct path p;
	int err;

	if (at_flags & AT_EMPTY_PATH)
		flags |= LOOKUP_EMPTY;
	if (!(at_flags & AT_EACCESS) &&
	    (c->fsuid != c->uid || c->fsgid != c->gid || c->cap_effective != real_caps(c))) {
		real = real_ids(c);
		if (!real)
			return -ENOMEM;
		c = real;
	}
	err = path_lookup_cred(t, c, dirfd, name, flags, &p);
	if (err == 0) {
		err = access_path(c, &p, mode & 7);
		path_put(&p);
	}
	if (real)
		cred_put(real);
	return err;
}

int vfs_chdir(struct task *t, const struct path *p)
{
	int err = inode_permission(p->dentry->inode, task_cred(t), MAY_EXEC);

	if (err == 0)
		fs_set_cwd(t->fs, p);
	return err;
}
