/*
 * fs/vfs/attr.c - attributes: stat(2), chmod(2), chown(2), utimensat(2), truncate(2), inode(7)
 *
 * Model: a change is a struct iattr. notify_change() checks who may make it (owner, CAP_CHOWN,
 * CAP_FOWNER, CAP_FSETID), adds what follows from it (set-id bits go on chown, truncate and write),
 * and hands the result to the filesystem, with the inode locked. What reaches ops->setattr needs no
 * further checks.
 */
#include <errno.h>
#include <string.h>

#include "fs/anon/inotify.h"
#include "fs/vfs/file.h"
#include "fs/vfs/internal.h"
#include "fs/vfs/landlock.h"
#include "sentry/cred.h"
#include "sentry/signal.h"
#include "sentry/task.h"

/* What filesystems get to see. */
#define IATTR_BASIC                                                                                \
	(IATTR_MODE | IATTR_UID | IATTR_GID | IATTR_SIZE | IATTR_ATIME | IATTR_MTIME |             \
	 IATTR_CTIME | IATTR_ATIME_NOW | IATTR_MTIME_NOW | IATTR_OPEN)

void generic_fillattr(struct inode *in, struct kstat *st)
{
	memset(st, 0, sizeof(*st));
	st->ino = in->ino;
	st->dev = in->super->dev;
	st->rdev = in->rdev;
	st->size = in->size;
	st->blksize = 4096;
	/* /proc changes those of a process's files at each look-up. */
	st->mode = inode_read(in, mode);
	st->nlink = inode_read(in, nlink);
	st->uid = inode_read(in, uid);
	st->gid = inode_read(in, gid);
	st->atime = in->atime;
	st->mtime = in->mtime;
	st->ctime = in->ctime;
	st->btime = in->btime;
	st->has_btime = in->btime.tv_sec || in->btime.tv_nsec;
}

int vfs_getattr(struct task *t, const struct path *p, struct kstat *st)
{
	struct inode *in = p->dentry->inode;
	int err = 0;

	(void)t;
	mutex_lock(&in->mu);
	if (in->ops->getattr) {
		memset(st, 0, sizeof(*st));
		err = in->ops->getattr(in, st);
	} else {
		generic_fillattr(in, st);
	}
	mutex_unlock(&in->mu);
	st->mnt_id = p->mnt ? p->mnt->id : 0;
	return err;
}

int generic_setattr(struct inode *in, const struct iattr *attr)
{
	struct timespec now = vfs_now();

	if (attr->valid & IATTR_UID)
		inode_write(in, uid, attr->uid);
	if (attr->valid & IATTR_GID)
		inode_write(in, gid, attr->gid);
	if (attr->valid & IATTR_MODE)
		inode_write(in, mode, (in->mode & S_IFMT) | (attr->mode & 07777));
	if (attr->valid & (IATTR_ATIME | IATTR_ATIME_NOW))
		in->atime = attr->valid & IATTR_ATIME_NOW ? now : attr->atime;
	if (attr->valid & (IATTR_MTIME | IATTR_MTIME_NOW))
		in->mtime = attr->valid & IATTR_MTIME_NOW ? now : attr->mtime;
	in->ctime = now;
	return 0;
}

/* Does a chown or write take the set-group-id bit away? Without group execute it marks nothing
 * that could be run, and stays for the members of the group. */
static bool drops_sgid(struct inode *in, const struct cred *c)
{
	uint32_t mode = inode_read(in, mode);

	if (!(mode & S_ISGID))
		return false;
	return (mode & S_IXGRP) || !in_group_or_capable(c, in, inode_read(in, gid));
}

bool inode_needs_priv_drop(struct inode *in, const struct cred *c, uint32_t *ret_mode)
{
	uint32_t mode = inode_read(in, mode);
	uint32_t kill = mode & S_ISUID;

	if (likely(!(mode & (S_ISUID | S_ISGID))) || !S_ISREG(mode))
		return false;
	if (drops_sgid(in, c))
		kill |= S_ISGID;
	if (!kill || cred_has_cap(c, CAP_FSETID))
		return false;
	*ret_mode = mode & ~kill;
	return true;
}

/* chown(2) takes the bits from everybody, root included. */
static void add_chown_kill(const struct cred *c, struct inode *in, struct iattr *attr)
{
	uint32_t mode = in->mode;

	if (S_ISDIR(mode))
		return;
	if (mode & S_ISUID)
		mode &= ~(uint32_t)S_ISUID;
	if (drops_sgid(in, c))
		mode &= ~(uint32_t)S_ISGID;
	if (mode == in->mode || (attr->valid & IATTR_MODE))
		return;
	attr->valid |= IATTR_MODE;
	attr->mode = mode;
}

static bool may_chgrp(const struct cred *c, struct inode *in, uint32_t gid)
{
	if (c->fsuid == in->uid && (gid == in->gid || cred_in_group(c, gid)))
		return true;
	return cred_has_cap(c, CAP_CHOWN);
}

/* setattr_prepare() of Linux, in its order. */
static int check_change(const struct cred *c, struct inode *in, struct iattr *attr)
{
	if (attr->valid & IATTR_FORCE)
		return 0;
	if ((attr->valid & IATTR_UID) && !(c->fsuid == in->uid && attr->uid == in->uid) &&
	    !cred_has_cap(c, CAP_CHOWN))
		return -EPERM;
	if ((attr->valid & IATTR_GID) && !may_chgrp(c, in, attr->gid))
		return -EPERM;
	if (attr->valid & IATTR_MODE) {
		if (!inode_owner_or_capable(in, c))
			return -EPERM;
		if (!in_group_or_capable(c, in, attr->valid & IATTR_GID ? attr->gid : in->gid))
			attr->mode &= ~(uint32_t)S_ISGID;
	}
	if ((attr->valid & (IATTR_TIMES_SET | IATTR_ATIME | IATTR_MTIME)) &&
	    !inode_owner_or_capable(in, c))
		return -EPERM;
	return 0;
}

static int change_locked(const struct cred *c, struct inode *in, struct iattr *attr)
{
	struct iattr basic;
	int err;

	if (attr->valid & IATTR_CHOWN)
		add_chown_kill(c, in, attr);
	err = check_change(c, in, attr);
	if (err < 0)
		return err;
	basic = *attr;
	basic.valid = (attr->valid & IATTR_BASIC) | IATTR_CTIME;
	if (in->ops->setattr)
		return in->ops->setattr(in, &basic);
	return basic.valid & IATTR_SIZE ? -EINVAL : generic_setattr(in, &basic);
}

int notify_change(struct task *t, const struct cred *c, struct inode *in, struct iattr *attr)
{
	int err;

	(void)t;
	if ((attr->valid & IATTR_TOUCH) && !inode_owner_or_capable(in, c)) {
		err = inode_permission(in, c, MAY_WRITE);
		if (err < 0)
			return err;
	}
	mutex_lock(&in->mu);
	err = change_locked(c, in, attr);
	mutex_unlock(&in->mu);
	return err;
}

static uint32_t change_event(unsigned int valid)
{
	const unsigned int atime = IATTR_ATIME | IATTR_ATIME_NOW;
	const unsigned int mtime = IATTR_MTIME | IATTR_MTIME_NOW;
	uint32_t mask = 0;

	if (valid & (IATTR_UID | IATTR_GID | IATTR_MODE))
		mask |= IN_ATTRIB;
	if (valid & IATTR_SIZE)
		mask |= IN_MODIFY;
	if ((valid & atime) && (valid & mtime))
		mask |= IN_ATTRIB;
	else if (valid & atime)
		mask |= IN_ACCESS;
	else if (valid & mtime)
		mask |= IN_MODIFY;
	return mask;
}

int vfs_setattr(struct task *t, const struct path *p, struct iattr *attr)
{
	uint32_t mask;
	int err;

	if (p->mnt && mount_is_readonly(p->mnt))
		return -EROFS;
	err = notify_change(t, task_cred(t), p->dentry->inode, attr);
	mask = change_event(attr->valid);
	if (err == 0 && mask)
		inotify_path(p, mask);
	return err;
}

int vfs_fsize_check(struct task *t, struct inode *in, uint64_t end)
{
	if (end <= task_rlimit(t, RLIMIT_FSIZE) || end <= inode_read(in, size))
		return 0;
	if (!task_punts(t))
		signal_send_task(t, SIGXFSZ);
	return -EFBIG;
}

static int truncate_check(struct task *t, const struct path *p, int64_t len, struct file *f)
{
	struct inode *in = p->dentry->inode;
	uint32_t mode = inode_read(in, mode);

	if (len < 0)
		return -EINVAL;
	if (!f && S_ISDIR(mode))
		return -EISDIR;
	if (!S_ISREG(mode) || (f && !(f->mode & FMODE_WRITE)))
		return -EINVAL;
	if (p->mnt && mount_is_readonly(p->mnt))
		return -EROFS;
	if (!f) {
		int err = inode_permission(in, task_cred(t), MAY_WRITE);

		if (err == 0)
			err = landlock_check(t, p, LL_TRUNCATE);
		if (err < 0)
			return err;
	} else if (f->no_truncate) {
		return -EACCES;
	}
	return vfs_fsize_check(t, in, (uint64_t)len);
}

/* The change itself; the caller has checked everything. */
static int do_truncate(struct task *t, const struct path *p, int64_t len, struct file *f,
		       unsigned int extra)
{
	struct inode *in = p->dentry->inode;
	struct iattr attr = {
		.valid = IATTR_SIZE | IATTR_MTIME_NOW | IATTR_FORCE | extra,
		.size = (uint64_t)len,
		.file = f,
	};
	int err;

	if (inode_needs_priv_drop(in, task_cred(t), &attr.mode))
		attr.valid |= IATTR_MODE;
	err = notify_change(t, task_cred(t), in, &attr);
	if (err == 0)
		inotify_path(p, IN_MODIFY);
	return err;
}

int vfs_truncate(struct task *t, const struct path *p, int64_t len, struct file *f)
{
	struct inode *in = p->dentry->inode;
	int err = truncate_check(t, p, len, f);

	if (err < 0)
		return err;
	if (f)
		return do_truncate(t, p, len, f, 0);
	err = inode_get_write(in);
	if (err < 0)
		return err;
	err = do_truncate(t, p, len, NULL, 0);
	inode_put_write(in);
	return err;
}

int truncate_on_open(struct task *t, struct file *f)
{
	return do_truncate(t, &f->path, 0, f, IATTR_OPEN);
}

static bool time_le(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec <= b->tv_nsec;
}

/* relatime: once after each change, and once a day. */
static bool atime_is_due(const struct inode *in, unsigned int flags, const struct timespec *now)
{
	if (in->atime.tv_sec == now->tv_sec && in->atime.tv_nsec == now->tv_nsec)
		return false;
	if (!(flags & MNT_RELATIME))
		return true;
	return time_le(&in->atime, &in->mtime) || time_le(&in->atime, &in->ctime) ||
	       now->tv_sec - in->atime.tv_sec >= 24 * 3600;
}

void touch_atime(const struct path *p)
{
	struct inode *in = p->dentry->inode;
	unsigned int flags = p->mnt ? p->mnt->flags : MNT_NOATIME;
	struct timespec now;

	if ((flags & (MNT_NOATIME | MNT_READONLY)) || in->super->readonly)
		return;
	if ((flags & MNT_NODIRATIME) && S_ISDIR(inode_read(in, mode)))
		return;
	now = vfs_now();
	mutex_lock(&in->mu);
	if (atime_is_due(in, flags, &now))
		in->atime = now;
	mutex_unlock(&in->mu);
}
