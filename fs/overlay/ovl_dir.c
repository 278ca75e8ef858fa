/*
 * fs/overlay/ovl_dir.c - names in overlay directories
 *
 * Rules that hold after each operation, for a directory D and a name n:
 *  - an upper entry that is no whiteout is the upper part of the object that n shows;
 *  - without an upper entry n shows D's lower entry, if there is one;
 *  - so whoever removes or moves n away leaves a whiteout if D's lower directory has n.
 * What can fail (copies, a whiteout in the pool) is done first; the step that makes the change
 * visible is one call on the upper layer. Where that takes two (a whiteout must go before a
 * directory can come), the first is undone on failure.
 *
 * Locking: the VFS holds our directories; nobody else uses the upper ones, so what was looked up
 * in them stays true until we return.
 */
#include <stdio.h>

#include "fs/overlay/ovl.h"
#include "sentry/base/log.h"

/* ---- what is there ---- */

/* The upper entry, whiteouts included; *ret NULL: none. */
static int upper_entry(struct ovl_inode *dir, const struct qstr *name, struct inode **ret)
{
	struct inode *udir = oi_upper(dir);
	int err;

	*ret = NULL;
	if (!udir)
		return 0;
	err = layer_lookup(udir, name, ret);
	if (err == -ENOENT)
		return 0;
	return err;
}

/* 1: the lower directory has the name. */
static int lower_has(struct ovl_inode *dir, const struct qstr *name)
{
	struct inode *lower;
	int err;

	if (!dir->lower)
		return 0;
	err = layer_lookup(dir->lower, name, &lower);
	if (err == -ENOENT)
		return 0;
	if (err < 0)
		return err;
	inode_put(lower);
	return 1;
}

static bool is_opaque(struct inode *upper)
{
	char v;

	return layer_getxattr(upper, OVL_OPAQUE, &v, 1) == 1 && v == 'y';
}

/* A persistent overlay's directory from an earlier life: it merges by name. */
static int lower_part(struct ovl_inode *dir, const struct qstr *name, struct inode *upper,
		      struct inode **ret)
{
	struct inode *lower;
	int err;

	*ret = NULL;
	if (!oi_fs(dir)->persistent || !is_dir(upper) || !dir->lower || is_opaque(upper))
		return 0;
	err = layer_lookup(dir->lower, name, &lower);
	if (err == -ENOENT)
		return 0;
	if (err < 0)
		return err;
	if (is_dir(lower))
		*ret = lower;
	else
		inode_put(lower);
	return 0;
}

static int ovl_lookup(struct inode *in, const struct qstr *name, struct inode **ret)
{
	struct ovl_inode *dir = to_oi(in), *o;
	struct inode *upper, *lower = NULL;
	int err;

	err = upper_entry(dir, name, &upper);
	if (err < 0)
		return err;
	if (upper && is_whiteout(upper)) {
		inode_put(upper);
		return -ENOENT;
	}
	if (upper)
		err = lower_part(dir, name, upper, &lower);
	else
		err = dir->lower ? layer_lookup(dir->lower, name, &lower) : -ENOENT;
	if (err < 0) {
		inode_put(upper);
		return err;
	}
	err = ovl_inode_find(oi_fs(dir), lower, upper, &o);
	if (err < 0)
		return err;
	ovl_set_location(o, dir, name);
	*ret = &o->inode;
	return 0;
}

/* Only a lower layer that others change can make a name untrue. */
static bool ovl_revalidate(struct inode *in, const struct qstr *name, struct inode *cached)
{
	struct ovl_inode *dir = to_oi(in), *o = cached ? to_oi(cached) : NULL;
	struct inode *upper;

	if (!dir->lower || !dir->lower->ops->revalidate || (o && (!o->lower || oi_upper(o))))
		return true;
	if (dir->lower->ops->revalidate(dir->lower, name, o ? o->lower : NULL))
		return true;
	/* Something else is below; that does not matter if the upper layer has its say. */
	if (upper_entry(dir, name, &upper) < 0 || !upper)
		return false;
	inode_put(upper);
	return true;
}

/* ---- new names ---- */

/* Takes a whiteout out of the way of a new entry. *ret_was: put it back if that fails. */
static int clear_name(struct ovl_inode *dir, const struct qstr *name, bool *ret_was)
{
	struct inode *there;
	int err;

	*ret_was = false;
	err = upper_entry(dir, name, &there);
	if (err < 0 || !there)
		return err;
	if (!is_whiteout(there)) {
		err = -EEXIST;
	} else {
		err = layer_remove(oi_upper(dir), name, there);
		*ret_was = err == 0;
	}
	inode_put(there);
	return err;
}

static void restore_whiteout(struct ovl_inode *dir, const struct qstr *name)
{
	const struct ovl_make m = {.mode = S_IFCHR};
	struct inode *w;

	if (layer_make(oi_upper(dir), name, &m, &w) < 0)
		log_ratelimited(LOG_LEVEL_WARN, "overlay: a removed lower name shows again");
	else
		inode_put(w);
}

static int set_opaque(struct inode *upper)
{
	return layer_setxattr(upper, OVL_OPAQUE, "y", 1, 0);
}

static void count_subdir(struct ovl_inode *dir, int delta)
{
	if (dir->inode.nlink >= 2) /* 1: the lower filesystem does not count */
		inode_write(&dir->inode, nlink, dir->inode.nlink + delta);
}

static int make_upper(struct ovl_inode *dir, const struct qstr *name, const struct ovl_make *m,
		      struct inode **ret)
{
	int err = layer_make(oi_upper(dir), name, m, ret);
	int below;

	if (err < 0 || !S_ISDIR(m->mode) || !oi_fs(dir)->persistent)
		return err;
	below = lower_has(dir, name);
	err = below > 0 ? set_opaque(*ret) : below;
	if (err < 0) {
		if (layer_remove(oi_upper(dir), name, *ret) < 0)
			log_ratelimited(LOG_LEVEL_WARN, "overlay: a failed mkdir stays");
		inode_put(*ret);
	}
	return err;
}

static int ovl_make_name(struct inode *in, const struct qstr *name, const struct ovl_make *m,
			 struct inode **ret)
{
	struct ovl_inode *dir = to_oi(in), *o;
	struct inode *upper;
	bool was;
	int err;

	err = ovl_copy_up(dir, OVL_COPY_ALL);
	if (err == 0)
		err = clear_name(dir, name, &was);
	if (err < 0)
		return err;
	err = make_upper(dir, name, m, &upper);
	if (err < 0) {
		if (was)
			restore_whiteout(dir, name);
		return err;
	}
	if (S_ISDIR(m->mode))
		count_subdir(dir, 1);
	ovl_sync_attrs(dir);
	err = ovl_inode_find(oi_fs(dir), NULL, upper, &o);
	if (err < 0)
		return err;
	ovl_set_location(o, dir, name);
	*ret = &o->inode;
	return 0;
}

static int ovl_create(struct inode *dir, const struct qstr *name, uint32_t mode, uint32_t uid,
		      uint32_t gid, struct inode **ret)
{
	const struct ovl_make m = {.mode = S_IFREG | (mode & 07777), .uid = uid, .gid = gid};

	return ovl_make_name(dir, name, &m, ret);
}

static int ovl_mkdir(struct inode *dir, const struct qstr *name, uint32_t mode, uint32_t uid,
		     uint32_t gid, struct inode **ret)
{
	const struct ovl_make m = {.mode = S_IFDIR | (mode & 07777), .uid = uid, .gid = gid};

	return ovl_make_name(dir, name, &m, ret);
}

static int ovl_mknod(struct inode *dir, const struct qstr *name, uint32_t mode, uint64_t rdev,
		     uint32_t uid, uint32_t gid, struct inode **ret)
{
	const struct ovl_make m = {.mode = mode, .rdev = rdev, .uid = uid, .gid = gid};

	if (S_ISCHR(mode) && rdev == 0) /* would be a whiteout */
		return -EPERM;
	return ovl_make_name(dir, name, &m, ret);
}

static int ovl_symlink(struct inode *dir, const struct qstr *name, const char *target, uint32_t uid,
		       uint32_t gid, struct inode **ret)
{
	const struct ovl_make m = {
		.mode = S_IFLNK | 0777, .target = target, .uid = uid, .gid = gid};

	return ovl_make_name(dir, name, &m, ret);
}

static int ovl_tmpfile(struct inode *in, uint32_t mode, uint32_t uid, uint32_t gid,
		       struct inode **ret)
{
	struct ovl_inode *dir = to_oi(in), *o;
	struct inode *udir, *upper;
	int err;

	err = ovl_copy_up(dir, OVL_COPY_ALL);
	if (err < 0)
		return err;
	udir = oi_upper(dir);
	if (!udir->ops->tmpfile)
		return -EOPNOTSUPP;
	mutex_lock(&udir->mu);
	err = udir->ops->tmpfile(udir, mode, uid, gid, &upper);
	mutex_unlock(&udir->mu);
	if (err < 0)
		return err;
	err = ovl_inode_find(oi_fs(dir), NULL, upper, &o);
	if (err < 0)
		return err;
	*ret = &o->inode;
	return 0;
}

static int ovl_link(struct inode *in, const struct qstr *name, struct inode *target)
{
	struct ovl_inode *dir = to_oi(in), *o = to_oi(target);
	struct inode *upper;
	bool was;
	int err;

	err = ovl_copy_up(dir, OVL_COPY_ALL);
	if (err == 0)
		err = ovl_copy_up(o, OVL_COPY_ALL);
	if (err == 0)
		err = clear_name(dir, name, &was);
	if (err < 0)
		return err;
	upper = oi_upper(o);
	if (inode_read(target, nlink) == 0 && target->linkable) /* O_TMPFILE: known to us only */
		upper->linkable = true;
	err = layer_link(oi_upper(dir), name, upper);
	if (err < 0) {
		if (was)
			restore_whiteout(dir, name);
		return err;
	}
	mutex_lock_nested(&target->mu);
	inode_write(target, nlink, target->nlink + 1);
	target->ctime = vfs_now();
	target->linkable = false;
	mutex_unlock(&target->mu);
	ovl_sync_attrs(dir);
	ovl_set_location(o, dir, name);
	return 0;
}

/* ---- names that go ---- */

/* A name of o went; its upper entry, if it had one, is gone already. Its mu and copy_mu are held;
 * the caller has a reference, so unpinning frees nothing. */
static void dropped_link(struct ovl_inode *o, struct ovl_inode *dir, const struct qstr *name)
{
	struct inode *in = &o->inode;

	if (in->nlink > 0)
		inode_write(in, nlink, in->nlink - 1);
	in->ctime = vfs_now();
	ovl_drop_location(o, dir, name);
	if (in->nlink == 0) {
		ovl_leave_pool(o);
		ovl_unpin(o);
	} else if (o->lower) {
		ovl_pin(o); /* the lower link count is no longer right */
	}
}

/*
 * The upper entry is the last name of the copy, but other lower names lead to the file as well: the
 * copy goes on without a name. Happens in persistent overlays only.
 */
static bool must_keep_copy(struct ovl_inode *o, const struct inode *entry)
{
	return o->lower && !o->pool_id && inode_read(&o->inode, nlink) > 1 &&
	       inode_read(entry, nlink) == 1;
}

static int keep_copy(struct ovl_inode *o)
{
	struct ovl *ovl = oi_fs(o);
	uint64_t id = pool_new_id(ovl);
	struct pool_name n;
	int err;

	pool_name(&n, id);
	err = layer_link(ovl->pool, &n.q, oi_upper(o));
	if (err == 0)
		o->pool_id = id;
	return err;
}

static int unlink_locked(struct ovl_inode *dir, const struct qstr *name, struct ovl_inode *o,
			 bool below)
{
	struct ovl *ovl = oi_fs(dir);
	struct whiteout w = {0};
	struct inode *entry;
	int err;

	err = upper_entry(dir, name, &entry);
	if (err < 0)
		return err;
	if (entry && must_keep_copy(o, entry))
		err = keep_copy(o);
	if (err == 0 && below) {
		err = whiteout_prepare(ovl, &w);
		if (err == 0)
			err = whiteout_install(ovl, &w, oi_upper(dir), name, entry);
		whiteout_drop(ovl, &w);
	} else if (err == 0) {
		err = entry ? layer_remove(oi_upper(dir), name, entry) : -ENOENT;
	}
	inode_put(entry);
	if (err == 0)
		dropped_link(o, dir, name);
	return err;
}

static int ovl_unlink(struct inode *in, const struct qstr *name, struct inode *victim)
{
	struct ovl_inode *dir = to_oi(in), *o = to_oi(victim);
	int below, err;

	below = lower_has(dir, name);
	if (below < 0)
		return below;
	if (below) {
		err = ovl_copy_up(dir, OVL_COPY_ALL);
		if (err < 0)
			return err;
	}
	mutex_lock_nested(&victim->mu);
	mutex_lock(&o->copy_mu);
	err = unlink_locked(dir, name, o, below);
	mutex_unlock(&o->copy_mu);
	mutex_unlock(&victim->mu);
	if (err < 0)
		return err;
	ovl_sync_attrs(dir);
	return 0;
}

/* An empty directory's upper part goes, from its place (entry) or from the pool. */
static int remove_upper_dir(struct ovl_inode *dir, const struct qstr *name, struct ovl_inode *o,
			    struct inode *entry)
{
	struct inode *upper = oi_upper(o);
	int err;

	if (!upper)
		return 0;
	err = ovl_clear_whiteouts(upper);
	if (err < 0)
		return err;
	if (entry)
		return layer_remove(oi_upper(dir), name, entry);
	ovl_leave_pool(o);
	return 0;
}

static int rmdir_locked(struct ovl_inode *dir, const struct qstr *name, struct ovl_inode *o,
			bool below)
{
	struct ovl *ovl = oi_fs(dir);
	struct whiteout w = {0};
	struct inode *entry;
	int err;

	err = ovl_dir_empty(o);
	if (err < 0)
		return err;
	err = upper_entry(dir, name, &entry);
	if (err == 0 && below)
		err = whiteout_prepare(ovl, &w);
	if (err == 0)
		err = remove_upper_dir(dir, name, o, entry);
	if (err == 0 && below)
		err = whiteout_install(ovl, &w, oi_upper(dir), name, NULL);
	whiteout_drop(ovl, &w);
	inode_put(entry);
	return err;
}

static void directory_gone(struct ovl_inode *o, struct ovl_inode *dir, const struct qstr *name)
{
	inode_write(&o->inode, dead, true);
	inode_write(&o->inode, nlink, 0);
	o->inode.ctime = vfs_now();
	ovl_drop_location(o, dir, name);
}

static int ovl_rmdir(struct inode *in, const struct qstr *name, struct inode *victim)
{
	struct ovl_inode *dir = to_oi(in), *o = to_oi(victim);
	int below, err = 0;

	below = lower_has(dir, name);
	if (below < 0)
		return below;
	if (below)
		err = ovl_copy_up(dir, OVL_COPY_ALL);
	if (err < 0)
		return err;
	mutex_lock_nested(&victim->mu);
	mutex_lock(&o->copy_mu);
	err = rmdir_locked(dir, name, o, below);
	if (err == 0)
		directory_gone(o, dir, name);
	mutex_unlock(&o->copy_mu);
	mutex_unlock(&victim->mu);
	if (err < 0)
		return err;
	ovl_unpin(o);
	count_subdir(dir, -1);
	ovl_sync_attrs(dir);
	return 0;
}

/* ---- rename ---- */

struct ovl_rename {
	struct ovl_inode *od, *nd, *o, *r; /* r: what newname names now, or NULL */
	const struct qstr *on, *nn;
	struct whiteout w; /* for oldname */
	bool below_old, below_new;
	bool was_whiteout; /* newname was one, and was removed */
};

static int rename_prepare(struct ovl_rename *rn)
{
	struct ovl *ovl = oi_fs(rn->od);
	int r, err;

	/* Its lower part would be lost for the next user of the upper layer. */
	if (ovl->persistent && is_dir(&rn->o->inode) && rn->o->lower)
		return -EXDEV;
	r = lower_has(rn->od, rn->on);
	if (r < 0)
		return r;
	rn->below_old = r;
	r = lower_has(rn->nd, rn->nn);
	if (r < 0)
		return r;
	rn->below_new = r;
	err = ovl_copy_up(rn->od, OVL_COPY_ALL);
	if (err == 0)
		err = ovl_copy_up(rn->nd, OVL_COPY_ALL);
	if (err == 0)
		err = ovl_place(rn->od, rn->on, rn->o);
	if (err == 0 && ovl->persistent && is_dir(&rn->o->inode) && rn->below_new)
		err = set_opaque(oi_upper(rn->o));
	return err;
}

static int rename_exchange(struct ovl_rename *rn)
{
	struct ovl *ovl = oi_fs(rn->od);
	struct ovl_inode *o = rn->o, *r = rn->r;
	int err;

	if (ovl->persistent && is_dir(&r->inode) && r->lower)
		return -EXDEV;
	err = ovl_place(rn->nd, rn->nn, r);
	if (err == 0 && ovl->persistent && is_dir(&r->inode) && rn->below_old)
		err = set_opaque(oi_upper(r));
	if (err == 0)
		err = layer_rename(oi_upper(rn->od), rn->on, oi_upper(o), oi_upper(rn->nd), rn->nn,
				   oi_upper(r), RENAME_EXCHANGE);
	if (err < 0)
		return err;
	if (is_dir(&o->inode) != is_dir(&r->inode)) {
		count_subdir(is_dir(&o->inode) ? rn->od : rn->nd, -1);
		count_subdir(is_dir(&o->inode) ? rn->nd : rn->od, 1);
	}
	ovl_set_location(o, rn->nd, rn->nn);
	ovl_set_location(r, rn->od, rn->on);
	return 0;
}

/* Makes newname free, or *ret_entry the upper entry to be replaced. r is locked. */
static int rename_clear_target(struct ovl_rename *rn, struct inode **ret_entry)
{
	struct inode *entry;
	int err;

	*ret_entry = NULL;
	if (rn->r && is_dir(&rn->r->inode)) {
		err = ovl_dir_empty(rn->r);
		if (err < 0)
			return err;
		if (oi_upper(rn->r)) {
			err = ovl_clear_whiteouts(oi_upper(rn->r));
			if (err < 0)
				return err;
		}
	}
	err = upper_entry(rn->nd, rn->nn, &entry);
	if (err < 0 || !entry)
		return err;
	if (is_whiteout(entry)) {
		err = layer_remove(oi_upper(rn->nd), rn->nn, entry);
		rn->was_whiteout = err == 0;
		inode_put(entry);
		return err;
	}
	if (rn->r && must_keep_copy(rn->r, entry))
		err = keep_copy(rn->r);
	if (err < 0)
		inode_put(entry);
	else
		*ret_entry = entry;
	return err;
}

static int rename_commit(struct ovl_rename *rn)
{
	struct ovl *ovl = oi_fs(rn->od);
	struct inode *entry;
	int err;

	err = rename_clear_target(rn, &entry);
	if (err < 0)
		return err;
	err = layer_rename(oi_upper(rn->od), rn->on, oi_upper(rn->o), oi_upper(rn->nd), rn->nn,
			   entry, 0);
	inode_put(entry);
	if (err < 0) {
		if (rn->was_whiteout)
			restore_whiteout(rn->nd, rn->nn);
		return err;
	}
	if (rn->w.id && whiteout_install(ovl, &rn->w, oi_upper(rn->od), rn->on, NULL) < 0)
		log_ratelimited(LOG_LEVEL_WARN, "overlay: a renamed lower name shows again");
	return 0;
}

/* What newname named before; its mu and copy_mu are held. */
static void replaced_gone(struct ovl_rename *rn)
{
	struct ovl_inode *r = rn->r;

	if (!is_dir(&r->inode)) {
		dropped_link(r, rn->nd, rn->nn);
		return;
	}
	directory_gone(r, rn->nd, rn->nn);
	ovl_leave_pool(r); /* if it had no place */
	ovl_unpin(r);
	count_subdir(rn->nd, -1);
}

static void renamed(struct ovl_rename *rn)
{
	if (is_dir(&rn->o->inode)) {
		count_subdir(rn->od, -1);
		count_subdir(rn->nd, 1);
	}
	ovl_set_location(rn->o, rn->nd, rn->nn);
}

static int rename_over(struct ovl_rename *rn)
{
	struct ovl *ovl = oi_fs(rn->od);
	struct ovl_inode *r = rn->r;
	int err = 0;

	if (rn->below_old)
		err = whiteout_prepare(ovl, &rn->w);
	if (err < 0)
		return err;
	if (r) {
		mutex_lock_nested(&r->inode.mu);
		mutex_lock(&r->copy_mu);
	}
	err = rename_commit(rn);
	if (r) {
		if (err == 0)
			replaced_gone(rn);
		mutex_unlock(&r->copy_mu);
		mutex_unlock(&r->inode.mu);
	}
	whiteout_drop(ovl, &rn->w);
	if (err == 0)
		renamed(rn);
	return err;
}

static int ovl_rename(struct inode *olddir, const struct qstr *oldname, struct inode *victim,
		      struct inode *newdir, const struct qstr *newname, struct inode *replaced,
		      unsigned int flags)
{
	struct ovl_rename rn = {
		.od = to_oi(olddir),
		.nd = to_oi(newdir),
		.o = to_oi(victim),
		.r = replaced ? to_oi(replaced) : NULL,
		.on = oldname,
		.nn = newname,
	};
	int err;

	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	if (flags & RENAME_EXCHANGE && !replaced)
		return -ENOENT;
	err = rename_prepare(&rn);
	if (err == 0)
		err = flags & RENAME_EXCHANGE ? rename_exchange(&rn) : rename_over(&rn);
	if (err < 0)
		return err;
	ovl_sync_attrs(rn.od);
	ovl_sync_attrs(rn.nd);
	mutex_lock_nested(&victim->mu);
	victim->ctime = vfs_now();
	mutex_unlock(&victim->mu);
	return 0;
}

#define OVL_DIR_OPS                                                                                \
	.lookup = ovl_lookup, .create = ovl_create, .mkdir = ovl_mkdir, .mknod = ovl_mknod,        \
	.symlink = ovl_symlink, .link = ovl_link, .unlink = ovl_unlink, .rmdir = ovl_rmdir,        \
	.rename = ovl_rename, .tmpfile = ovl_tmpfile, .getattr = ovl_getattr,                      \
	.setattr = ovl_setattr, .open = ovl_dir_open, .getxattr = ovl_getxattr,                    \
	.listxattr = ovl_listxattr, .setxattr = ovl_setxattr, .removexattr = ovl_removexattr,      \
	.destroy = ovl_inode_destroy

const struct inode_ops ovl_dir_inode_ops = {OVL_DIR_OPS};

/* Over a lower tree that others change: every use of a cached name asks. */
const struct inode_ops ovl_dir_shared_inode_ops = {
	OVL_DIR_OPS,
	.revalidate = ovl_revalidate,
};
