/*
 * fs/overlay/ovl_inode.c - the inode tables of an overlay, pins, locations; see ovl.h
 */
#include <string.h>

#include "fs/overlay/ovl.h"
#include "sentry/base/mem.h"

static uint64_t lower_hash(const struct inode *lower)
{
	return hash_u64((uintptr_t)lower);
}

static struct ovl_inode *find_lower_locked(struct ovl *ovl, const struct inode *lower)
{
	struct ovl_inode *o;

	hash_for_each_possible(&ovl->by_lower, o, by_lower, lower_hash(lower))
		if (o->lower == lower && ref_get_unless_zero(&o->inode.ref))
			return o;
	return NULL;
}

static struct ovl_inode *find_upper_locked(struct ovl *ovl, const struct inode *upper)
{
	struct ovl_inode *o;

	hash_for_each_possible(&ovl->by_upper, o, by_upper, hash_u64(upper->ino))
		if (oi_upper(o) == upper && ref_get_unless_zero(&o->inode.ref))
			return o;
	return NULL;
}

static struct ovl_inode *find_locked(struct ovl *ovl, const struct inode *lower,
				     const struct inode *upper)
{
	return upper ? find_upper_locked(ovl, upper) : find_lower_locked(ovl, lower);
}

/* All but the access time, which is ours: reading through us does not touch the layer's. */
static void copy_attrs(struct inode *in, struct inode *from)
{
	mutex_lock(&from->mu);
	inode_write(in, mode, inode_read(from, mode));
	inode_write(in, uid, inode_read(from, uid));
	inode_write(in, gid, inode_read(from, gid));
	inode_write(in, size, inode_read(from, size));
	in->mtime = from->mtime;
	in->ctime = from->ctime;
	mutex_unlock(&from->mu);
}

void ovl_sync_attrs(struct ovl_inode *o)
{
	struct inode *upper = oi_upper(o);

	if (upper)
		copy_attrs(&o->inode, upper);
}

static const struct inode_ops *ops_for(const struct ovl *ovl, uint32_t mode)
{
	if (S_ISDIR(mode))
		return ovl->lower_changes ? &ovl_dir_shared_inode_ops : &ovl_dir_inode_ops;
	return S_ISREG(mode) ? &ovl_file_inode_ops : &ovl_other_inode_ops;
}

static struct ovl_inode *ovl_inode_new(struct ovl *ovl, struct inode *lower, struct inode *upper)
{
	struct inode *real = upper ? upper : lower;
	struct ovl_inode *o = mem_zalloc(sizeof(*o));
	struct inode *in;

	if (!o)
		return NULL;
	in = &o->inode;
	inode_init(in, &ovl->super, ops_for(ovl, real->mode), real->mode,
		   lower ? lower->ino : upper->ino ^ OVL_UPPER_INO);
	mutex_destroy(&in->mu);
	mutex_init(&in->mu, LOCK_STACKED_INODE);
	mutex_init(&o->copy_mu, LOCK_COPY_UP);
	list_init(&o->pin);
	copy_attrs(in, real);
	in->atime = real->atime;
	in->btime = real->btime;
	in->rdev = real->rdev;
	in->nlink = lower ? lower->nlink : upper->nlink;
	o->lower = lower;
	atomic_init(&o->upper, upper);
	return o;
}

static void add_locked(struct ovl *ovl, struct ovl_inode *o)
{
	struct inode *upper = oi_upper(o);

	if (o->lower)
		hash_add(&ovl->by_lower, &o->by_lower, lower_hash(o->lower));
	if (upper)
		hash_add(&ovl->by_upper, &o->by_upper, hash_u64(upper->ino));
}

int ovl_inode_find(struct ovl *ovl, struct inode *lower, struct inode *upper,
		   struct ovl_inode **ret)
{
	struct ovl_inode *o, *fresh = NULL;

	mutex_lock(&ovl->mu);
	o = find_locked(ovl, lower, upper);
	mutex_unlock(&ovl->mu);
	if (!o) {
		fresh = ovl_inode_new(ovl, lower, upper);
		if (fresh) {
			mutex_lock(&ovl->mu);
			o = find_locked(ovl, lower, upper);
			if (!o) {
				o = TAKE_PTR(fresh);
				add_locked(ovl, o);
				lower = upper = NULL; /* they are o's */
			}
			mutex_unlock(&ovl->mu);
		}
		if (fresh) { /* somebody was faster */
			fresh->lower = NULL;
			atomic_store(&fresh->upper, NULL);
			inode_put(&fresh->inode);
		}
	}
	inode_put(lower);
	inode_put(upper);
	if (!o)
		return -ENOMEM;
	*ret = o;
	return 0;
}

/* A loop: locations hold parents, and a guest makes trees of any depth. */
void ovl_inode_destroy(struct inode *in)
{
	struct ovl_inode *o = to_oi(in);

	while (o) {
		struct ovl *ovl = oi_fs(o);
		struct ovl_inode *parent = o->parent;

		mutex_lock(&ovl->mu);
		if (hash_linked(&o->by_lower))
			hash_del(&ovl->by_lower, &o->by_lower);
		if (hash_linked(&o->by_upper))
			hash_del(&ovl->by_upper, &o->by_upper);
		mutex_unlock(&ovl->mu);
		if (inode_read(&o->inode, nlink) == 0)
			ovl_leave_pool(o);
		inode_put(o->lower);
		inode_put(oi_upper(o));
		mutex_destroy(&o->copy_mu);
		mem_free(o->name);
		inode_fini(&o->inode);
		mem_free(o);
		o = parent && ref_put(&parent->inode.ref) ? parent : NULL;
	}
}

void ovl_publish_upper(struct ovl_inode *o, struct inode *upper)
{
	struct ovl *ovl = oi_fs(o);

	mutex_lock(&ovl->mu);
	atomic_store_explicit(&o->upper, upper, memory_order_release);
	hash_add(&ovl->by_upper, &o->by_upper, hash_u64(upper->ino));
	mutex_unlock(&ovl->mu);
}

void ovl_pin(struct ovl_inode *o)
{
	struct ovl *ovl = oi_fs(o);

	mutex_lock(&ovl->mu);
	if (list_empty(&o->pin)) {
		list_add_tail(&o->pin, &ovl->pinned);
		inode_get(&o->inode);
	}
	mutex_unlock(&ovl->mu);
}

void ovl_unpin(struct ovl_inode *o)
{
	struct ovl *ovl = oi_fs(o);
	bool was;

	mutex_lock(&ovl->mu);
	was = !list_empty(&o->pin);
	list_del(&o->pin);
	mutex_unlock(&ovl->mu);
	if (was)
		inode_put(&o->inode);
}

uint64_t ovl_upper_ino(struct ovl *ovl, uint64_t ino)
{
	uint64_t ret = ino ^ OVL_UPPER_INO;
	struct ovl_inode *o;

	mutex_lock(&ovl->mu);
	hash_for_each_possible(&ovl->by_upper, o, by_upper, hash_u64(ino)) {
		struct inode *upper = oi_upper(o);

		if (upper && upper->ino == ino) {
			ret = o->inode.ino;
			break;
		}
	}
	mutex_unlock(&ovl->mu);
	return ret;
}

/* ---- locations: only a persistent overlay wants them ---- */

static bool at_location(const struct ovl_inode *o, const struct ovl_inode *parent,
			const struct qstr *name)
{
	return o->parent == parent && o->name && strlen(o->name) == name->len &&
	       memcmp(o->name, name->name, name->len) == 0;
}

static void replace_location(struct ovl_inode *o, struct ovl_inode *parent, char *name)
{
	struct ovl *ovl = oi_fs(o);
	struct ovl_inode *old;

	mutex_lock(&ovl->mu);
	old = o->parent;
	if (parent)
		inode_get(&parent->inode);
	o->parent = parent;
	name = __atomic_exchange_n(&o->name, name, __ATOMIC_RELAXED);
	mutex_unlock(&ovl->mu);
	mem_free(name);
	if (old)
		inode_put(&old->inode);
}

void ovl_set_location(struct ovl_inode *o, struct ovl_inode *parent, const struct qstr *name)
{
	struct ovl *ovl = oi_fs(o);
	bool there;
	char *copy;

	if (!ovl->persistent)
		return;
	mutex_lock(&ovl->mu);
	there = at_location(o, parent, name);
	mutex_unlock(&ovl->mu);
	if (there)
		return;
	copy = mem_strndup(name->name, name->len);
	if (copy)
		replace_location(o, parent, copy);
}

void ovl_drop_location(struct ovl_inode *o, struct ovl_inode *parent, const struct qstr *name)
{
	struct ovl *ovl = oi_fs(o);
	bool there;

	if (!ovl->persistent)
		return;
	mutex_lock(&ovl->mu);
	there = at_location(o, parent, name);
	mutex_unlock(&ovl->mu);
	if (there)
		replace_location(o, NULL, NULL);
}
