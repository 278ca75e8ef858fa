/*
 * fs/overlay/overlay.c - the super of an overlay; see overlay.h for the model, ovl.h for the rest
 */
#include "fs/overlay/overlay.h"

#include "fs/overlay/ovl.h"
#include "sentry/base/mem.h"

#define OVERLAYFS_MAGIC 0x794c7630

/* Space is the upper layer's. */
static int overlay_statfs(struct super *s, struct kstatfs *ret)
{
	struct super *upper = to_ovl(s)->upper_super;
	int err = 0;

	if (upper->ops->statfs)
		err = upper->ops->statfs(upper, ret);
	ret->type = s->magic;
	ret->fsid = s->dev;
	return err;
}

static int overlay_sync(struct super *s)
{
	struct super *upper = to_ovl(s)->upper_super;

	return upper->ops->sync ? upper->ops->sync(upper) : 0;
}

static void unpin_all(struct ovl *ovl)
{
	for (;;) {
		struct ovl_inode *o;

		mutex_lock(&ovl->mu);
		o = list_first_entry_or_null(&ovl->pinned, struct ovl_inode, pin);
		if (o)
			list_del(&o->pin);
		mutex_unlock(&ovl->mu);
		if (!o)
			return;
		inode_put(&o->inode);
	}
}

/* The name cache and the root are gone; what is left are the pinned inodes. */
static void overlay_destroy(struct super *s)
{
	struct ovl *ovl = to_ovl(s);

	unpin_all(ovl);
	inode_put(ovl->pool);
	super_put(ovl->lower_super);
	super_put(ovl->upper_super);
	hash_free(&ovl->by_lower);
	hash_free(&ovl->by_upper);
	mutex_destroy(&ovl->mu);
	mem_free((char *)s->source);
	mem_free(ovl);
}

static const struct super_ops overlay_super_ops = {
	.statfs = overlay_statfs,
	.sync = overlay_sync,
	.destroy = overlay_destroy,
};

/* A layer that is not mounted has no dentries, so its tree lock orders nothing; it may still be
 * taken (for a directory's dot-dot) below our own inodes. */
static void layer_lock_rank(struct super *s)
{
	if (s->root_dentry)
		return;
	rwlock_destroy(&s->rename_mu);
	rwlock_init(&s->rename_mu, LOCK_INODE);
}

int overlay_create(struct kernel *k, struct inode *lower_root, struct inode *upper_root,
		   struct inode *pool_root, const struct overlay_options *opt, struct super **ret)
{
	struct ovl *ovl = mem_zalloc(sizeof(*ovl));
	char *source = mem_strdup(opt->source ? opt->source : "overlay");
	struct ovl_inode *root;
	int err;

	if (!ovl || !source) {
		mem_free(ovl);
		mem_free(source);
		return -ENOMEM;
	}
	super_init(&ovl->super, k, &overlay_super_ops, "overlay", source, OVERLAYFS_MAGIC);
	ovl->super.readonly = opt->readonly;
	mutex_init(&ovl->mu, LOCK_SUPER_TABLE);
	hash_init(&ovl->by_lower);
	hash_init(&ovl->by_upper);
	list_init(&ovl->pinned);
	ovl->persistent = opt->persistent;
	ovl->super.opens_by_hint = lower_root->super->opens_by_hint;
	ovl->lower_changes = lower_root->ops->revalidate != NULL;
	ovl->lower_super = super_get(lower_root->super);
	ovl->upper_super = super_get(upper_root->super);
	ovl->pool = inode_get(pool_root);
	layer_lock_rank(ovl->lower_super);
	layer_lock_rank(ovl->upper_super);
	err = ovl_inode_find(ovl, inode_get(lower_root), inode_get(upper_root), &root);
	if (err < 0) {
		super_put(&ovl->super);
		return err;
	}
	ovl_pin(root);
	ovl->super.root = &root->inode;
	*ret = &ovl->super;
	return 0;
}
