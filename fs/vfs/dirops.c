/*
 * fs/vfs/dirops.c - making, linking, moving and removing names: mkdir(2), mknod(2), symlink(2),
 * link(2), unlink(2), rmdir(2), rename(2)
 *
 * Model: each call resolves the parent directories, locks them, looks the last names up, checks
 * (errno precedence as in Linux's fs/namei.c), calls the filesystem's op, and brings the name cache
 * up to date. Events for inotify(7) are sent when the locks are gone.
 *
 * Locking: one directory: its mu. Two: rename_mu for writing, then the ancestor first, else the
 * lower address first. An op may lock a child of a directory it holds. This cannot deadlock: shape
 * changes only under rename_mu, a waiting chain of (directory, its child) goes down the tree, and who
 * waits across the tree (a rename) knows that neither of its two directories is above the other.
 * References that may be the last are put outside.
 *
 * Differences from Linux: a name that is a mountpoint in any namespace cannot be removed (Linux
 * detaches mounts of other namespaces).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>

#include "fs/anon/inotify.h"
#include "fs/vfs/internal.h"
#include "fs/vfs/landlock.h"
#include "sentry/base/mem.h"
#include "sentry/cred.h"
#include "sentry/fs_context.h"
#include "sentry/kernel.h"
#include "sentry/mem/mapnames.h"
#include "sentry/task.h"

/* The last name of a path, with its directory. */
struct place {
	struct path dir;
	struct qstr name;
	enum last_type type;
	bool slash;
	int denied; /* what Landlock says, asked before directories are locked */
};

static int place_find(struct task *t, int dirfd, const char *name, struct place *ret)
{
	return path_lookup_parent(t, dirfd, name, LOOKUP_PARENT, &ret->dir, &ret->name, &ret->type,
				  &ret->slash);
}

static struct inode *place_inode(const struct place *pl)
{
	return pl->dir.dentry->inode;
}

/* Locks the directory and looks the name up there. On failure nothing is locked. */
static int place_lock(struct place *pl, struct dentry **ret)
{
	struct inode *dir = place_inode(pl);
	int err;

	if (pl->name.len > NAME_MAX_LEN)
		return -ENAMETOOLONG;
	revalidate_name(pl->dir.dentry, &pl->name);
	mutex_lock(&dir->mu);
	err = lookup_name_locked(pl->dir.dentry, &pl->name, ret);
	if (err < 0)
		mutex_unlock(&dir->mu);
	return err;
}

static void place_unlock(struct task *t, struct place *pl, struct dentry *d)
{
	mutex_unlock(&place_inode(pl)->mu);
	dentry_put(d);
	dcache_trim(t->kernel);
}

void notify_name(struct inode *dir, uint32_t mask, const struct qstr *name, struct inode *child,
		 uint32_t cookie)
{
	if (child && S_ISDIR(inode_read(child, mode)))
		mask |= IN_ISDIR;
	inotify_event(dir, mask, cookie, name);
}

/* ---- making names ---- */

void new_inode_owner(struct task *t, struct inode *dir, uint32_t *mode, uint32_t *uid,
		     uint32_t *gid)
{
	const struct cred *c = task_cred(t);
	uint32_t dir_mode = inode_read(dir, mode);

	if (!S_ISLNK(*mode))
		*mode &= ~fs_umask(t->fs);
	*uid = c->fsuid;
	*gid = c->fsgid;
	if (!(dir_mode & S_ISGID))
		return;
	*gid = inode_read(dir, gid);
	if (S_ISDIR(*mode))
		*mode |= S_ISGID;
	else if ((*mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) &&
		 !in_group_or_capable(c, dir, *gid))
		*mode &= ~(uint32_t)S_ISGID;
}

/* Replaces the negative dentry *d by one of the new inode (consumed). */
static void bind_new(struct dentry *dir, struct dentry **d, const struct qstr *name,
		     struct inode *in)
{
	struct dentry *made;

	dcache_drop(*d);
	made = dcache_add(dir, name, in);
	dentry_put(*d);
	*d = made; /* NULL: out of memory; the next lookup finds it */
}

/* The host has a name that was not there: somebody outside made it. The next lookup asks again. */
static void forget_absence(struct dentry *d, int err)
{
	if (err == -EEXIST && !d->inode)
		dcache_drop(d);
}

int create_locked(struct task *t, struct dentry *dir, struct dentry **d, const struct qstr *name,
		  uint32_t mode)
{
	struct inode *parent = dir->inode;
	struct inode *in;
	uint32_t uid, gid;
	int err;

	if (!parent->ops->create)
		return -EPERM;
	new_inode_owner(t, parent, &mode, &uid, &gid);
	err = parent->ops->create(parent, name, mode, uid, gid, &in);
	forget_absence(*d, err);
	if (err < 0)
		return err;
	bind_new(dir, d, name, in);
	return *d ? 0 : -ENOMEM;
}

/* What is to be made; one of these per call. */
struct make_args {
	uint32_t mode; /* with type */
	uint64_t rdev;
	const char *target; /* symlink */
	struct inode *link; /* hard link */
};

static int make_inode(struct task *t, struct inode *dir, const struct qstr *name,
		      const struct make_args *m, struct inode **ret)
{
	const struct inode_ops *ops = dir->ops;
	uint32_t mode = m->mode, uid, gid;

	new_inode_owner(t, dir, &mode, &uid, &gid);
	switch (mode & S_IFMT) {
	case S_IFREG: return ops->create ? ops->create(dir, name, mode, uid, gid, ret) : -EPERM;
	case S_IFDIR: return ops->mkdir ? ops->mkdir(dir, name, mode, uid, gid, ret) : -EPERM;
	case S_IFLNK:
		return ops->symlink ? ops->symlink(dir, name, m->target, uid, gid, ret) : -EPERM;
	default: return ops->mknod ? ops->mknod(dir, name, mode, m->rdev, uid, gid, ret) : -EPERM;
	}
}

/* vfs_link() of Linux; the superblocks are the same. */
static int link_inode(struct inode *dir, const struct qstr *name, struct inode *in)
{
	int err;

	if (!dir->ops->link || S_ISDIR(inode_read(in, mode)))
		return -EPERM;
	if (inode_read(in, nlink) == 0 && !in->linkable)
		return -ENOENT;
	err = dir->ops->link(dir, name, in);
	if (err == 0)
		in->linkable = false;
	return err;
}

static int make_locked(struct task *t, struct place *pl, struct dentry **d,
		       const struct make_args *m, bool want_dir)
{
	struct inode *dir = place_inode(pl);
	struct inode *in;
	int err;

	if ((*d)->inode)
		return -EEXIST;
	if (pl->slash && !want_dir)
		return -ENOENT; /* "x/" asks for a directory that does not exist */
	if (mount_is_readonly(pl->dir.mnt))
		return -EROFS;
	err = pl->denied < 0 ? pl->denied : may_create(dir, task_cred(t));
	if (err < 0)
		return err;
	if ((S_ISCHR(m->mode) || S_ISBLK(m->mode)) && !(S_ISCHR(m->mode) && m->rdev == 0) &&
	    !task_has_cap(t, CAP_MKNOD))
		return -EPERM;
	if (m->link) {
		if (m->link->super != dir->super)
			return -EXDEV;
		err = link_inode(dir, &pl->name, m->link);
		in = err == 0 ? inode_get(m->link) : NULL;
	} else {
		err = make_inode(t, dir, &pl->name, m, &in);
	}
	forget_absence(*d, err);
	if (err == 0)
		bind_new(pl->dir.dentry, d, &pl->name, in);
	return err;
}

#define PROC_SUPER_MAGIC 0x9fa0

/* The path of every call that makes a name; pl is looked up already. */
static int make_at(struct task *t, struct place *pl, const struct make_args *m)
{
	struct dentry *d;
	bool want_dir = !m->link && S_ISDIR(m->mode);
	int err;

	if (pl->type != LAST_NORM)
		return -EEXIST;
	err = place_lock(pl, &d);
	if (err < 0)
		return err;
	if (!d->inode && d->super->magic == PROC_SUPER_MAGIC)
		err = -ENOENT; /* names that could be made do not exist there at all */
	else
		err = make_locked(t, pl, &d, m, want_dir);
	place_unlock(t, pl, d);
	if (err == 0) {
		if (m->link)
			inotify_event(m->link, IN_ATTRIB, 0, NULL);
		inotify_event(place_inode(pl), want_dir ? IN_CREATE | IN_ISDIR : IN_CREATE, 0,
			      &pl->name);
	}
	return err;
}

static int make_name(struct task *t, int dirfd, const char *name, const struct make_args *m)
{
	struct place pl;
	int err = place_find(t, dirfd, name, &pl);

	if (err < 0)
		return err;
	pl.denied = landlock_check(t, &pl.dir, landlock_make_access(m->mode));
	err = make_at(t, &pl, m);
	path_put(&pl.dir);
	return err;
}

int vfs_mkdir(struct task *t, int dirfd, const char *name, uint32_t mode)
{
	struct make_args m = {.mode = S_IFDIR | (mode & 01777)};

	return make_name(t, dirfd, name, &m);
}

int vfs_mknod(struct task *t, int dirfd, const char *name, uint32_t mode, uint64_t rdev)
{
	struct make_args m = {.mode = (mode & S_IFMT) | (mode & 07777)};

	switch (mode & S_IFMT) {
	case 0: m.mode |= S_IFREG; break;
	case S_IFCHR:
	case S_IFBLK: m.rdev = rdev; break;
	case S_IFREG:
	case S_IFIFO:
	case S_IFSOCK: break;
	case S_IFDIR: return -EPERM;
	default: return -EINVAL;
	}
	return make_name(t, dirfd, name, &m);
}

int vfs_symlink(struct task *t, const char *target, int dirfd, const char *name)
{
	struct make_args m = {.mode = S_IFLNK | 0777, .target = target};

	if (!*target)
		return -ENOENT;
	return make_name(t, dirfd, name, &m);
}

/* fs.protected_hardlinks: only to what one owns or could write anyway. */
static int may_link_to(struct task *t, struct inode *in)
{
	const struct cred *c = task_cred(t);
	uint32_t mode = inode_read(in, mode);

	if (inode_owner_or_capable(in, c))
		return 0;
	if (!S_ISREG(mode) || (mode & S_ISUID) ||
	    (mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		return -EPERM;
	return inode_permission(in, c, MAY_READ | MAY_WRITE) < 0 ? -EPERM : 0;
}

/* Linux's order: the new name is looked at before the mounts and the source are compared. */
static int link_check_new(struct place *pl)
{
	struct dentry *d;
	int err;

	if (pl->type != LAST_NORM)
		return -EEXIST;
	err = lookup_name(pl->dir.dentry, &pl->name, &d);
	if (err < 0)
		return err;
	if (d->inode)
		err = -EEXIST;
	else if (pl->slash || d->super->magic == PROC_SUPER_MAGIC)
		err = -ENOENT;
	else if (mount_is_readonly(pl->dir.mnt))
		err = -EROFS;
	dentry_put(d);
	return err;
}

static int refer_of_link(struct task *t, const struct path *old, const struct path *dir)
{
	struct path from = {old->mnt, NULL};
	int err;

	if (!t->landlock)
		return 0;
	rwlock_rdlock(&old->dentry->super->rename_mu);
	from.dentry = dentry_get(old->dentry->parent);
	rwlock_unlock(&old->dentry->super->rename_mu);
	err = landlock_refer(t, &from, dir, 0,
			     landlock_make_access(inode_read(old->dentry->inode, mode)));
	dentry_put(from.dentry);
	return err;
}

int vfs_link(struct task *t, int olddirfd, const char *oldname, int newdirfd, const char *newname,
	     int at_flags)
{
	unsigned int lf = at_flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0;
	struct make_args m = {.mode = 0};
	struct place pl;
	struct path old;
	int err;

	if (at_flags & AT_EMPTY_PATH) {
		if (!*oldname && !task_has_cap(t, CAP_DAC_READ_SEARCH))
			return -ENOENT;
		lf |= LOOKUP_EMPTY;
	}
	err = path_lookup(t, olddirfd, oldname, lf, &old);
	if (err < 0)
		return err;
	err = place_find(t, newdirfd, newname, &pl);
	if (err < 0)
		goto out_old;
	err = link_check_new(&pl);
	if (err == 0 && old.mnt != pl.dir.mnt)
		err = -EXDEV;
	if (err == 0)
		err = may_link_to(t, old.dentry->inode);
	if (err == 0) {
		m.link = old.dentry->inode;
		pl.denied = refer_of_link(t, &old, &pl.dir);
		err = make_at(t, &pl, &m);
	}
	path_put(&pl.dir);
out_old:
	path_put(&old);
	return err;
}

/* ---- removing names ---- */

static int unlink_locked(struct task *t, struct place *pl, struct dentry *d)
{
	struct inode *dir = place_inode(pl);
	int err;

	if (!d->inode)
		return -ENOENT;
	if (pl->slash)
		return dentry_is_dir(d) ? -EISDIR : -ENOTDIR;
	err = pl->denied < 0 ? pl->denied : may_delete(dir, d->inode, task_cred(t), false);
	if (err < 0)
		return err;
	if (!dir->ops->unlink)
		return -EPERM;
	if (dentry_is_mountpoint(d))
		return -EBUSY;
	return dir->ops->unlink(dir, &pl->name, d->inode);
}

static int rmdir_locked(struct task *t, struct place *pl, struct dentry *d)
{
	struct inode *dir = place_inode(pl);
	int err;

	if (!d->inode)
		return -ENOENT;
	err = pl->denied < 0 ? pl->denied : may_delete(dir, d->inode, task_cred(t), true);
	if (err < 0)
		return err;
	if (!dir->ops->rmdir)
		return -EPERM;
	if (dentry_is_mountpoint(d))
		return -EBUSY;
	return dir->ops->rmdir(dir, &pl->name, d->inode);
}

static void mark_dead(struct inode *in)
{
	mutex_lock(&in->mu);
	in->dead = true;
	mutex_unlock(&in->mu);
}

static int remove_at(struct task *t, struct place *pl, bool rmdir)
{
	struct dentry *d;
	struct inode *victim;
	int err;

	if (mount_is_readonly(pl->dir.mnt))
		return -EROFS;
	pl->denied = landlock_check(t, &pl->dir, rmdir ? LL_REMOVE_DIR : LL_REMOVE_FILE);
	err = place_lock(pl, &d);
	if (err < 0)
		return err;
	err = rmdir ? rmdir_locked(t, pl, d) : unlink_locked(t, pl, d);
	if (err < 0) {
		place_unlock(t, pl, d);
		return err;
	}
	victim = inode_get(d->inode);
	mapname_removed(t->kernel, victim->super->dev, victim->ino, pl->name.name, pl->name.len);
	dcache_drop(d);
	mutex_unlock(&place_inode(pl)->mu);
	if (rmdir)
		mark_dead(victim);
	else
		inotify_event(victim, IN_ATTRIB, 0, NULL); /* its link count changed */
	dentry_put(d);
	notify_name(place_inode(pl), IN_DELETE, &pl->name, victim, 0);
	inode_put(victim);
	return 0;
}

int vfs_unlink(struct task *t, int dirfd, const char *name, int at_flags)
{
	bool rmdir = at_flags & AT_REMOVEDIR;
	struct place pl;
	int err = place_find(t, dirfd, name, &pl);

	if (err < 0)
		return err;
	switch (pl.type) {
	case LAST_NORM: err = remove_at(t, &pl, rmdir); break;
	case LAST_DOT: err = rmdir ? -EINVAL : -EISDIR; break;
	case LAST_DOTDOT: err = rmdir ? -ENOTEMPTY : -EISDIR; break;
	case LAST_ROOT: err = rmdir ? -EBUSY : -EISDIR; break;
	}
	path_put(&pl.dir);
	return err;
}

/* ---- rename ---- */

struct rename {
	struct task *t;
	struct place from, to;
	struct dentry *old, *target; /* target may be negative */
	const struct dentry *trap_old, *trap_new;
	unsigned int flags;
	int denied; /* by Landlock, for files of these types */
	uint32_t old_type, target_type;
	char *longname; /* memory for the new name, if it needs any */
	struct dentry *old_parent;
};

/* The child of top on the way down to d, or NULL if d is not below top. */
static const struct dentry *child_towards(const struct dentry *top, const struct dentry *d)
{
	for (; d->parent != d; d = d->parent)
		if (d->parent == top)
			return d;
	return NULL;
}

static void lock_two(struct rename *r)
{
	struct inode *a = place_inode(&r->from), *b = place_inode(&r->to);
	struct dentry *da = r->from.dir.dentry, *db = r->to.dir.dentry;

	rwlock_wrlock(&da->super->rename_mu);
	r->trap_old = r->trap_new = NULL;
	if (a == b) {
		mutex_lock(&a->mu);
		return;
	}
	r->trap_new = child_towards(db, da); /* the new directory is above the old one */
	r->trap_old = r->trap_new ? NULL : child_towards(da, db);
	if (r->trap_new || (!r->trap_old && b < a)) {
		struct inode *tmp = a;

		a = b;
		b = tmp;
	}
	mutex_lock(&a->mu);
	mutex_lock_nested(&b->mu);
}

static void unlock_two(struct rename *r)
{
	struct inode *a = place_inode(&r->from), *b = place_inode(&r->to);

	mutex_unlock(&a->mu);
	if (a != b)
		mutex_unlock(&b->mu);
	rwlock_unlock(&r->from.dir.dentry->super->rename_mu);
}

/* do_renameat2() of Linux, once the names are known. */
static int rename_check_names(const struct rename *r)
{
	bool exchange = r->flags & RENAME_EXCHANGE;

	if (!r->old->inode)
		return -ENOENT;
	if ((r->flags & RENAME_NOREPLACE) && r->target->inode)
		return -EEXIST;
	if (exchange) {
		if (!r->target->inode)
			return -ENOENT;
		if (!dentry_is_dir(r->target) && r->to.slash)
			return -ENOTDIR;
	}
	if (!dentry_is_dir(r->old)) {
		if (r->from.slash || (!exchange && r->to.slash))
			return -ENOTDIR;
	}
	if (r->old == r->trap_old)
		return -EINVAL;
	if (r->target == r->trap_new)
		return exchange ? -EINVAL : -ENOTEMPTY;
	return 0;
}

/* vfs_rename() of Linux: who may. */
static int rename_check_perms(const struct rename *r)
{
	const struct cred *c = task_cred(r->t);
	struct inode *from = place_inode(&r->from), *to = place_inode(&r->to);
	bool is_dir = dentry_is_dir(r->old), exchange = r->flags & RENAME_EXCHANGE;
	bool target_dir = dentry_is_dir(r->target);
	int err = may_delete(from, r->old->inode, c, is_dir);

	if (err == 0)
		err = r->target->inode
			      ? may_delete(to, r->target->inode, c, exchange ? target_dir : is_dir)
			      : may_create(to, c);
	if (err == 0 && !from->ops->rename)
		err = -EPERM;
	if (err == 0 && from != to) {
		if (is_dir)
			err = inode_permission(r->old->inode, c, MAY_WRITE);
		if (err == 0 && exchange && target_dir)
			err = inode_permission(r->target->inode, c, MAY_WRITE);
	}
	if (err == 0 && (dentry_is_mountpoint(r->old) || dentry_is_mountpoint(r->target)))
		err = -EBUSY;
	return err;
}

static uint32_t type_of_inode(struct inode *in)
{
	return in ? inode_read(in, mode) & S_IFMT : 0;
}

static bool rename_same_types(const struct rename *r)
{
	return type_of_inode(r->old->inode) == r->old_type &&
	       type_of_inode(r->target->inode) == r->target_type;
}

static int rename_locked(struct rename *r)
{
	int err = lookup_name_locked(r->from.dir.dentry, &r->from.name, &r->old);

	if (err == 0)
		err = lookup_name_locked(r->to.dir.dentry, &r->to.name, &r->target);
	if (err == 0)
		err = rename_check_names(r);
	if (err < 0)
		return err;
	if (r->denied < 0)
		return r->denied;
	if (r->t->landlock && !rename_same_types(r))
		return -EACCES; /* somebody else renames, too */
	if (r->old->inode == r->target->inode)
		return 1; /* two names of one file: nothing to do */
	err = rename_check_perms(r);
	if (err < 0)
		return err;
	err = place_inode(&r->from)->ops->rename(place_inode(&r->from), &r->from.name,
						 r->old->inode, place_inode(&r->to), &r->to.name,
						 r->target->inode, r->flags);
	if (err < 0)
		return err;
	if (r->flags & RENAME_EXCHANGE) {
		dcache_exchange(r->old, r->target);
		return 0;
	}
	if (r->target->inode)
		mapname_removed(r->t->kernel, r->target->inode->super->dev, r->target->inode->ino,
				r->to.name.name, r->to.name.len);
	dcache_drop(r->target);
	r->old_parent = dcache_move(r->old, r->to.dir.dentry, &r->to.name, TAKE_PTR(r->longname));
	return 0;
}

static void rename_notify_one(struct inode *from, const struct qstr *old_name, struct inode *to,
			      const struct qstr *new_name, struct inode *moved)
{
	uint32_t cookie;

	if (!from->marks && !to->marks && !moved->marks)
		return;
	cookie = inotify_next_cookie();
	notify_name(from, IN_MOVED_FROM, old_name, moved, cookie);
	notify_name(to, IN_MOVED_TO, new_name, moved, cookie);
	inotify_event(moved, IN_MOVE_SELF, 0, NULL);
	if (from == to)
		inotify_event(from, IN_DN_RENAME, 0, NULL);
}

static void rename_notify(struct rename *r)
{
	struct inode *from = place_inode(&r->from), *to = place_inode(&r->to);

	rename_notify_one(from, &r->from.name, to, &r->to.name, r->old->inode);
	if (r->flags & RENAME_EXCHANGE) {
		rename_notify_one(to, &r->to.name, from, &r->from.name, r->target->inode);
	} else if (r->target->inode) {
		if (dentry_is_dir(r->target))
			mark_dead(r->target->inode);
		else
			inotify_event(r->target->inode, IN_ATTRIB, 0, NULL);
	}
}

/* What the names are, looked at before the directories are locked, decides what Landlock is asked. A
 * name that changes until then is found by rename_same_types(). */
static uint32_t type_of(struct dentry *dir, const struct qstr *name)
{
	struct dentry *d;
	uint32_t type;

	if (lookup_name(dir, name, &d) < 0)
		return 0;
	type = type_of_inode(d->inode);
	dentry_put(d);
	return type;
}

static uint64_t remove_access(uint32_t type)
{
	return type == 0 ? 0 : type == S_IFDIR ? LL_REMOVE_DIR : LL_REMOVE_FILE;
}

static void rename_refer(struct rename *r)
{
	uint64_t removed, made;

	r->old_type = type_of(r->from.dir.dentry, &r->from.name);
	r->target_type = type_of(r->to.dir.dentry, &r->to.name);
	removed = remove_access(r->old_type);
	made = landlock_make_access(r->old_type) | remove_access(r->target_type);
	r->denied = landlock_refer(r->t, &r->from.dir, &r->to.dir, removed, made);
	if (r->denied == 0 && (r->flags & RENAME_EXCHANGE))
		r->denied = landlock_refer(r->t, &r->to.dir, &r->from.dir,
					   remove_access(r->target_type),
					   landlock_make_access(r->target_type));
}

static int rename_places(struct rename *r)
{
	int err;

	if (r->from.dir.mnt != r->to.dir.mnt)
		return -EXDEV;
	if (r->from.type != LAST_NORM)
		return -EBUSY;
	if (r->to.type != LAST_NORM)
		return r->flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	if (mount_is_readonly(r->from.dir.mnt))
		return -EROFS;
	if (r->from.name.len > NAME_MAX_LEN || r->to.name.len > NAME_MAX_LEN)
		return -ENAMETOOLONG;
	err = dentry_longname(&r->to.name, &r->longname);
	if (err < 0)
		return err;
	revalidate_name(r->from.dir.dentry, &r->from.name);
	revalidate_name(r->to.dir.dentry, &r->to.name);
	if (r->t->landlock)
		rename_refer(r);
	lock_two(r);
	err = rename_locked(r);
	unlock_two(r);
	if (err == 0)
		rename_notify(r);
	dentry_put(r->old);
	dentry_put(r->target);
	dentry_put(r->old_parent);
	mem_free(r->longname);
	dcache_trim(r->t->kernel);
	return err > 0 ? 0 : err;
}

int vfs_rename(struct task *t, int olddirfd, const char *oldname, int newdirfd, const char *newname,
	       unsigned int flags)
{
	struct rename r = {.t = t, .flags = flags};
	int err;

	if (flags & ~(unsigned int)(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT))
		return -EINVAL;
	if ((flags & (RENAME_NOREPLACE | RENAME_WHITEOUT)) && (flags & RENAME_EXCHANGE))
		return -EINVAL;
	err = place_find(t, olddirfd, oldname, &r.from);
	if (err < 0)
		return err;
	err = place_find(t, newdirfd, newname, &r.to);
	if (err == 0) {
		err = rename_places(&r);
		path_put(&r.to.dir);
	}
	path_put(&r.from.dir);
	return err;
}
