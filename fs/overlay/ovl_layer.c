/*
 * fs/overlay/ovl_layer.c - one call on a layer's inode, as the VFS would make it
 *
 * The layers are filesystems like any other, so their ops want the locks that fs/vfs/vfs.h
 * promises: the directories' mu around changes of names (two by address: the overlay's own locks
 * keep the tree's shape), the inode's mu around attributes and xattrs. The rest is the pool's names
 * and whiteouts.
 */
#include <stdio.h>
#include <string.h>

#include "fs/overlay/ovl.h"
#include "sentry/base/log.h"
#include "sentry/base/mem.h"

int layer_lookup(struct inode *dir, const struct qstr *name, struct inode **ret)
{
	int err;

	mutex_lock(&dir->mu);
	err = dir->ops->lookup ? dir->ops->lookup(dir, name, ret) : -ENOTDIR;
	mutex_unlock(&dir->mu);
	return err;
}

static int make_locked(struct inode *dir, const struct qstr *name, const struct ovl_make *m,
		       struct inode **ret)
{
	const struct inode_ops *ops = dir->ops;

	switch (m->mode & S_IFMT) {
	case S_IFREG:
		return ops->create ? ops->create(dir, name, m->mode, m->uid, m->gid, ret) : -EPERM;
	case S_IFDIR:
		return ops->mkdir ? ops->mkdir(dir, name, m->mode, m->uid, m->gid, ret) : -EPERM;
	case S_IFLNK:
		return ops->symlink ? ops->symlink(dir, name, m->target, m->uid, m->gid, ret)
				    : -EPERM;
	default:
		return ops->mknod ? ops->mknod(dir, name, m->mode, m->rdev, m->uid, m->gid, ret)
				  : -EPERM;
	}
}

int layer_make(struct inode *dir, const struct qstr *name, const struct ovl_make *m,
	       struct inode **ret)
{
	int err;

	mutex_lock(&dir->mu);
	err = dir->dead ? -ENOENT : make_locked(dir, name, m, ret);
	mutex_unlock(&dir->mu);
	return err;
}

int layer_link(struct inode *dir, const struct qstr *name, struct inode *target)
{
	int err;

	mutex_lock(&dir->mu);
	err = dir->dead ? -ENOENT : dir->ops->link ? dir->ops->link(dir, name, target) : -EPERM;
	mutex_unlock(&dir->mu);
	return err;
}

int layer_remove(struct inode *dir, const struct qstr *name, struct inode *victim)
{
	int (*op)(struct inode *, const struct qstr *, struct inode *);
	int err;

	op = is_dir(victim) ? dir->ops->rmdir : dir->ops->unlink;
	mutex_lock(&dir->mu);
	err = op ? op(dir, name, victim) : -EPERM;
	mutex_unlock(&dir->mu);
	return err;
}

int layer_rename(struct inode *olddir, const struct qstr *oldname, struct inode *victim,
		 struct inode *newdir, const struct qstr *newname, struct inode *replaced,
		 unsigned int flags)
{
	struct inode *first = olddir < newdir ? olddir : newdir;
	struct inode *second = olddir < newdir ? newdir : olddir;
	int err;

	if (!olddir->ops->rename)
		return -EINVAL;
	mutex_lock(&first->mu);
	if (second != first)
		mutex_lock_nested(&second->mu);
	err = newdir->dead ? -ENOENT
			   : olddir->ops->rename(olddir, oldname, victim, newdir, newname, replaced,
						 flags);
	if (second != first)
		mutex_unlock(&second->mu);
	mutex_unlock(&first->mu);
	return err;
}

int layer_setattr(struct inode *in, const struct iattr *attr)
{
	int err;

	mutex_lock(&in->mu);
	err = in->ops->setattr ? in->ops->setattr(in, attr) : generic_setattr(in, attr);
	mutex_unlock(&in->mu);
	return err;
}

int layer_getattr(struct inode *in, struct kstat *st)
{
	int err = 0;

	mutex_lock(&in->mu);
	if (in->ops->getattr)
		err = in->ops->getattr(in, st);
	else
		generic_fillattr(in, st);
	mutex_unlock(&in->mu);
	return err;
}

ssize_t layer_getxattr(struct inode *in, const char *name, void *buf, size_t size)
{
	ssize_t n;

	mutex_lock(&in->mu);
	n = in->ops->getxattr ? in->ops->getxattr(in, name, buf, size) : -EOPNOTSUPP;
	mutex_unlock(&in->mu);
	return n;
}

ssize_t layer_listxattr(struct inode *in, char *buf, size_t size)
{
	ssize_t n;

	mutex_lock(&in->mu);
	n = in->ops->listxattr ? in->ops->listxattr(in, buf, size) : -EOPNOTSUPP;
	mutex_unlock(&in->mu);
	return n;
}

int layer_setxattr(struct inode *in, const char *name, const void *val, size_t size, int flags)
{
	int err;

	mutex_lock(&in->mu);
	err = in->ops->setxattr ? in->ops->setxattr(in, name, val, size, flags) : -EOPNOTSUPP;
	mutex_unlock(&in->mu);
	return err;
}

int layer_removexattr(struct inode *in, const char *name)
{
	int err;

	mutex_lock(&in->mu);
	err = in->ops->removexattr ? in->ops->removexattr(in, name) : -EOPNOTSUPP;
	mutex_unlock(&in->mu);
	return err;
}

int layer_open(struct file *real, struct inode *in, unsigned int mode, int flags, struct file *f,
	       struct task *t)
{
	int err = 0;

	memset(real, 0, sizeof(*real));
	ref_init(&real->ref, 1);
	mutex_init(&real->pos_mu, LOCK_FILE_POS);
	list_init(&real->epitems);
	/* Access times are ours to keep. */
	atomic_init(&real->flags, (flags & ~(O_CREAT | O_EXCL | O_TRUNC | O_NOCTTY)) | O_NOATIME);
	real->mode = mode;
	real->inode = in;
	real->ops = in->fops;
	if (f) {
		real->path = f->path;
		real->cred = f->cred;
	}
	if (in->ops->open)
		err = in->ops->open(in, real, t);
	if (err == 0 && !real->ops)
		err = -ENXIO;
	if (err < 0) {
		mutex_destroy(&real->pos_mu);
		return err;
	}
	inode_get(in);
	return 0;
}

void layer_close(struct file *real)
{
	if (real->ops->release)
		real->ops->release(real);
	mutex_destroy(&real->pos_mu);
	inode_put(real->inode);
}

/* ---- the pool ---- */

void pool_name(struct pool_name *n, uint64_t id)
{
	n->q.len = (uint32_t)snprintf(n->s, sizeof(n->s), "#%llx", (unsigned long long)id);
	n->q.name = n->s;
}

uint64_t pool_new_id(struct ovl *ovl)
{
	return atomic_fetch_add(&ovl->next_pool_id, 1) + 1;
}

int whiteout_prepare(struct ovl *ovl, struct whiteout *w)
{
	const struct ovl_make m = {.mode = S_IFCHR};
	struct pool_name n;
	uint64_t id = pool_new_id(ovl);
	int err;

	pool_name(&n, id);
	err = layer_make(ovl->pool, &n.q, &m, &w->inode);
	if (err == 0)
		w->id = id;
	return err;
}

/* On failure the whiteout is still in the pool. */
int whiteout_install(struct ovl *ovl, struct whiteout *w, struct inode *udir,
		     const struct qstr *name, struct inode *replaced)
{
	struct pool_name n;
	int err;

	pool_name(&n, w->id);
	err = layer_rename(ovl->pool, &n.q, w->inode, udir, name, replaced, 0);
	if (err == 0) {
		inode_put(TAKE_PTR(w->inode));
		w->id = 0;
	}
	return err;
}

void whiteout_drop(struct ovl *ovl, struct whiteout *w)
{
	struct pool_name n;

	if (!w->id)
		return;
	pool_name(&n, w->id);
	if (layer_remove(ovl->pool, &n.q, w->inode) < 0)
		log_ratelimited(LOG_LEVEL_WARN, "overlay: a whiteout stays in the pool");
	inode_put(TAKE_PTR(w->inode));
	w->id = 0;
}

void ovl_leave_pool(struct ovl_inode *o)
{
	struct pool_name n;

	if (!o->pool_id)
		return;
	pool_name(&n, o->pool_id);
	if (layer_remove(oi_fs(o)->pool, &n.q, oi_upper(o)) < 0)
		log_ratelimited(LOG_LEVEL_WARN, "overlay: a copy stays in the pool");
	o->pool_id = 0;
}
