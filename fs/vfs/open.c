/*
 * fs/vfs/open.c - open(2), openat2(2): from a name to an open file
 *
 * Model: the walk stops before the last component (nd_walk_prefix). With O_CREAT that one is looked
 * up and created under the directory's lock; a symlink there makes the walk go on with its target.
 * Then permissions are checked, the file is made, truncated if asked, and the object's own open
 * runs (the filesystem's, the device's, the FIFO's).
 *
 * FIFOs: the open succeeds here and the caller waits for the other side with fifo_open_ready().
 *
 * Sources: open(2); errno precedence as in Linux's fs/namei.c.
 */
#include <linux/magic.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "fs/anon/inotify.h"
#include "fs/dev/chrdev.h"
#include "fs/pipefs/pipe.h"
#include "fs/vfs/file.h"
#include "fs/vfs/internal.h"
#include "fs/vfs/landlock.h"
#include "sentry/cred.h"
#include "sentry/fs_context.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

#define TMPFILE_BIT 020000000 /* O_TMPFILE is this and O_DIRECTORY */

struct open_args {
	int flags;
	uint32_t mode;
	int acc; /* MAY_* */
	bool exec;
	bool created;
};

/* O_ACCMODE 3 asks for both, and opens for neither (it is for ioctls). */
static int access_of_flags(int flags)
{
	static const int acc[4] = {MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE, MAY_READ | MAY_WRITE};
	int mask = acc[flags & O_ACCMODE];

	if (flags & O_TRUNC)
		mask |= MAY_WRITE;
	return mask;
}

static bool is_special(uint32_t mode)
{
	return S_ISCHR(mode) || S_ISBLK(mode) || S_ISFIFO(mode) || S_ISSOCK(mode);
}

/* may_open() of Linux. */
static int may_open(const struct cred *c, const struct path *p, const struct open_args *o)
{
	struct inode *in = p->dentry->inode;
	uint32_t mode = inode_read(in, mode);
	int err;

	switch (mode & S_IFMT) {
	case S_IFLNK: return -ELOOP;
	case S_IFDIR:
		if (o->acc & MAY_WRITE)
			return -EISDIR;
		if (o->exec)
			return -EACCES;
		break;
	case S_IFBLK:
	case S_IFCHR:
		if (p->mnt->flags & MNT_NODEV)
			return -EACCES;
		__attribute__((fallthrough));
	case S_IFIFO:
	case S_IFSOCK:
		if (o->exec)
			return -EACCES;
		break;
	default:
		if (o->exec && (p->mnt->flags & MNT_NOEXEC))
			return -EACCES;
		break;
	}
	err = inode_permission(in, c, o->acc);
	if (err < 0)
		return err;
	if ((o->flags & O_NOATIME) && !inode_owner_or_capable(in, c))
		return -EPERM;
	return 0;
}

/* The object's own open: it may set f->ops, f->data and mode bits. */
static int open_object(struct task *t, struct file *f)
{
	struct inode *in = f->inode;
	uint32_t mode = inode_read(in, mode);

	if (in->ops->open)
		return in->ops->open(in, f, t);
	if (S_ISCHR(mode))
		return chrdev_open(in, f, t);
	if (S_ISFIFO(mode))
		return fifo_open(in, f, t);
	if (S_ISBLK(mode) || S_ISSOCK(mode))
		return -ENXIO;
	return 0;
}

/* A file on p, whose permissions are checked; write access is counted. */
static int open_file(struct task *t, const struct path *p, const struct open_args *o,
		     struct file **ret)
{
	struct inode *in = p->dentry->inode;
	uint32_t mode = inode_read(in, mode);
	struct file *f = file_new(p, in->fops, o->flags);
	int err = 0;

	if (!f)
		return -ENOMEM;
	f->cred = cred_get(t->cred);
	if (o->flags & O_PATH) {
		f->mode = FMODE_PATH;
		*ret = f;
		return 0;
	}
	if (o->exec)
		f->mode |= FMODE_EXEC;
	err = landlock_open(t, f);
	if (err == 0 && (f->mode & FMODE_WRITE) && !is_special(mode)) {
		err = inode_get_write(in);
		f->write_counted = err == 0;
		/* Counted before the look, as mount_set_flags() looks at the count last. */
		if (err == 0)
			atomic_fetch_add(&p->mnt->nr_writers, 1);
		if (err == 0 && mount_is_readonly(p->mnt))
			err = -EROFS;
	}
	if (err == 0) {
		/* Terminals look at it; it is not kept. */
		atomic_fetch_or(&f->flags, o->flags & O_NOCTTY);
		err = open_object(t, f);
		atomic_fetch_and(&f->flags, ~O_NOCTTY);
		if (err == 0 && !f->ops)
			err = -ENXIO; /* nothing can be done with it */
	}
	if (err < 0) {
		f->ops = NULL; /* nothing to release */
		file_put(f);
		return err;
	}
	*ret = f;
	return 0;
}

/* Everything after the walk: do_open() of Linux. */
static int open_found(struct task *t, const struct path *p, struct open_args *o, bool need_dir,
		      struct file **ret)
{
	uint32_t mode = inode_read(p->dentry->inode, mode);
	bool truncate = false;
	struct file *f;
	int err;

	if (o->flags & O_CREAT) {
		if ((o->flags & O_EXCL) && !o->created)
			return -EEXIST;
		if (S_ISDIR(mode))
			return -EISDIR;
	}
	if (need_dir && !S_ISDIR(mode))
		return -ENOTDIR;
	if (o->created) {
		o->acc = 0; /* whoever made it may use it, whatever its mode says */
	} else if (S_ISREG(mode) && (o->flags & O_TRUNC)) {
		if (mount_is_readonly(p->mnt))
			return -EROFS;
		truncate = true;
	}
	err = may_open(task_cred(t), p, o);
	if (err < 0)
		return err;
	err = open_file(t, p, o, &f);
	if (err < 0)
		return err;
	if (truncate) {
		err = f->no_truncate ? -EACCES : 0;
		if (err == 0 && !f->write_counted)
			err = inode_get_write(f->inode);
		if (err == 0) {
			err = truncate_on_open(t, f);
			if (!f->write_counted)
				inode_put_write(f->inode);
		}
	}
	if (err < 0) {
		file_put(f);
		return err;
	}
	if (o->created)
		f->mode |= FMODE_CREATED;
	inotify_path(p, IN_OPEN);
	*ret = f;
	return 0;
}

/* Looks the last name up under the directory's lock and creates it if it is not there. */
static int lookup_create(struct nameidata *nd, struct open_args *o, struct dentry **ret)
{
	struct dentry *dir = nd->path.dentry;
	struct inode *in = dir->inode;
	struct dentry *d = NULL;
	int err, denied;

	if (nd->last.len > NAME_MAX_LEN)
		return -ENAMETOOLONG;
	denied = landlock_check(nd->t, &nd->path, LL_MAKE_REG);
	revalidate_name(dir, &nd->last);
	mutex_lock(&in->mu);
	err = in->dead ? -ENOENT : lookup_name_locked(dir, &nd->last, &d);
	if (err == 0 && !d->inode) {
		if (in->super->magic == PROC_SUPER_MAGIC)
			err = -ENOENT; /* names that could be made do not exist there at all */
		else if (mount_is_readonly(nd->path.mnt))
			err = -EROFS;
		else
			err = denied < 0 ? denied : may_create(in, nd->cred);
		if (err == 0 && !in->ops->create)
			err = -EACCES; /* mknod(2) and the others give -EPERM */
		if (err == 0)
			err = create_locked(nd->t, dir, &d, &nd->last, S_IFREG | o->mode);
		o->created = err == 0;
	}
	mutex_unlock(&in->mu);
	dcache_trim(nd->t->kernel);
	if (err < 0) {
		dentry_put(d);
		return err;
	}
	if (o->created)
		notify_name(in, IN_CREATE, &nd->last, d->inode, 0);
	*ret = d;
	return 0;
}

/* The last component of a walk that may create: *ret_link as nd_walk_last(). */
static int open_last(struct nameidata *nd, struct open_args *o, const char **ret_link)
{
	struct dentry *d;
	int err;

	*ret_link = NULL;
	if (nd->last_type != LAST_NORM || !(o->flags & O_CREAT))
		return nd_walk_last(nd, ret_link);
	if (nd->last_slash)
		return -EISDIR;
	/* What is there and cached needs no lock. */
	d = nd->last.len > NAME_MAX_LEN ? NULL : find_valid_name(nd->path.dentry, &nd->last);
	if (d && !d->inode) {
		dentry_put(d);
		d = NULL;
	}
	if (!d) {
		err = lookup_create(nd, o, &d);
		if (err < 0)
			return err;
	}
	return nd_step_last(nd, d, ret_link);
}

static int open_by_name(struct nameidata *nd, const char *name, struct open_args *o,
			struct file **ret)
{
	const char *s = name;
	int err = 0;

	while (err == 0 && s) {
		err = nd_walk_prefix(nd, s);
		if (err == 0)
			err = open_last(nd, o, &s);
	}
	if (err == 0 && !o->created)
		err = nd_complete(nd);
	if (err < 0)
		return err;
	if (o->flags & O_PATH) {
		if ((nd->flags & LOOKUP_DIRECTORY) && !dentry_is_dir(nd->path.dentry))
			return -ENOTDIR;
		return open_file(nd->t, &nd->path, o, ret);
	}
	return open_found(nd->t, &nd->path, o, nd->flags & LOOKUP_DIRECTORY, ret);
}

/* O_TMPFILE: an unnamed file in the directory p. */
static int open_tmpfile(struct task *t, const struct path *dir_path, struct open_args *o,
			struct file **ret)
{
	struct inode *dir = dir_path->dentry->inode;
	uint32_t mode = S_IFREG | o->mode, uid, gid;
	struct path p = {dir_path->mnt, NULL};
	struct inode *in;
	char name[32];
	int err;

	if (mount_is_readonly(p.mnt))
		return -EROFS;
	err = inode_permission(dir, task_cred(t), MAY_WRITE | MAY_EXEC);
	if (err < 0)
		return err;
	if (!dir->ops->tmpfile)
		return -EOPNOTSUPP;
	new_inode_owner(t, dir, &mode, &uid, &gid);
	mutex_lock(&dir->mu);
	err = dir->dead ? -ENOENT : dir->ops->tmpfile(dir, mode, uid, gid, &in);
	mutex_unlock(&dir->mu);
	if (err < 0)
		return err;
	in->linkable = !(o->flags & O_EXCL);
	/* Its name in /proc/PID/fd, below the directory, as deleted. */
	snprintf(name, sizeof(name), "#%llu", (unsigned long long)in->ino);
	p.dentry = dentry_new_unhashed(dir_path->dentry, name, in);
	if (!p.dentry)
		return -ENOMEM;
	o->acc = 0;
	o->flags &= ~O_TRUNC;
	err = may_open(task_cred(t), &p, o);
	if (err == 0)
		err = open_file(t, &p, o, ret);
	dentry_put(p.dentry);
	return err;
}

static unsigned int lookup_flags_of_open(int flags, uint64_t resolve)
{
	unsigned int lf = lookup_flags_of_resolve(resolve);

	if (flags & O_DIRECTORY)
		lf |= LOOKUP_DIRECTORY;
	if (!(flags & O_NOFOLLOW) && !((flags & O_CREAT) && (flags & O_EXCL)))
		lf |= LOOKUP_FOLLOW;
	if (!(flags & (O_ACCMODE | O_PATH | O_DIRECTORY | O_CREAT | O_TRUNC)))
		lf |= LOOKUP_READ;
	return lf;
}

int vfs_open(struct task *t, int dirfd, const char *name, int flags, uint32_t mode,
	     uint64_t resolve, struct file **ret)
{
	struct open_args o = {.flags = flags, .mode = mode & 07777};
	unsigned int lf = lookup_flags_of_open(flags, resolve);
	not_zeroed struct nameidata nd;
	struct path p;
	int err;

	if (!(flags & O_PATH))
		o.acc = access_of_flags(flags);
	if (!(flags & O_PATH) && (flags & TMPFILE_BIT)) {
		err = path_lookup(t, dirfd, name, lf | LOOKUP_DIRECTORY, &p);
		if (err == 0) {
			err = open_tmpfile(t, &p, &o, ret);
			path_put(&p);
		}
		return err;
	}
	err = nd_start(&nd, t, task_cred(t), dirfd, name, lf);
	if (err == 0)
		err = open_by_name(&nd, name, &o, ret);
	nd_end(&nd);
	return err;
}

int vfs_open_path(struct task *t, const struct path *p, int flags, struct file **ret)
{
	struct open_args o = {.flags = flags & ~O_CREAT};

	if (flags & O_PATH)
		return open_file(t, p, &o, ret);
	o.acc = access_of_flags(flags);
	return open_found(t, p, &o, flags & O_DIRECTORY, ret);
}

int vfs_open_exec(struct task *t, int dirfd, const char *name, int at_flags, struct file **ret)
{
	struct open_args o = {.flags = O_RDONLY, .acc = MAY_EXEC, .exec = true};
	unsigned int lf = at_flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct path p;
	int err;

	if (at_flags & AT_EMPTY_PATH)
		lf |= LOOKUP_EMPTY;
	err = path_lookup(t, dirfd, name, lf, &p);
	if (err < 0)
		return err;
	err = may_open(task_cred(t), &p, &o);
	if (err == 0 && !S_ISREG(inode_read(p.dentry->inode, mode)))
		err = -EACCES;
	if (err == 0)
		err = open_file(t, &p, &o, ret);
	path_put(&p);
	return err;
}
