/*
 * fs/vfs/handle.c - file handles: names for inodes without a path, open_by_handle_at(2)
 *
 * Model: a handle is the inode's number and its filesystem's. Whoever asks for one puts the inode
 * into a table, which holds no reference: the inode leaves it when it goes. A directory's entry also
 * has the one dentry of it, as long as that exists; other files get a dentry of their own when
 * they are opened.
 *
 * Interface: vfs_handle_make(), vfs_handle_open(); the bytes are the caller's to carry.
 *
 * Locking: kernel->handles_mu, under which references are taken only from inodes that still have
 * some.
 *
 * Differences from Linux: a handle goes stale when the inode leaves the memory, which for files of
 * host trees may be before they are deleted.
 */
#include <errno.h>
#include <string.h>

#include "fs/vfs/file.h"
#include "fs/vfs/internal.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"

struct inode_handle {
	struct hash_node node; /* keyed by (device, number) */
	struct inode *inode;   /* not referenced */
	struct dentry *dentry; /* of a directory, not referenced; NULL: gone */
};

static uint64_t handle_hash(const struct file_handle_bytes *h)
{
	return hash_bytes(h, sizeof(*h));
}

void inode_handle_gone(struct inode *in)
{
	struct kernel *k = in->super->kernel;

	mutex_lock(&k->handles_mu);
	hash_del(&k->handles, &in->handle->node);
	mutex_unlock(&k->handles_mu);
	mem_free(TAKE_PTR(in->handle));
}

void inode_handle_dentry_gone(struct dentry *d)
{
	struct kernel *k = d->super->kernel;

	mutex_lock(&k->handles_mu);
	if (d->inode->handle->dentry == d)
		d->inode->handle->dentry = NULL;
	mutex_unlock(&k->handles_mu);
}

bool vfs_has_handles(const struct super *s)
{
	return !s->no_dcache && s != s->kernel->anon_super;
}

int vfs_handle_make(struct dentry *d, struct file_handle_bytes *ret)
{
	struct inode *in = d->inode;
	struct kernel *k = in->super->kernel;
	struct inode_handle *fresh = mem_zalloc(sizeof(*fresh));

	if (!fresh)
		return -ENOMEM;
	*ret = (struct file_handle_bytes){.dev = in->super->dev, .ino = in->ino};
	fresh->inode = in;
	mutex_lock(&k->handles_mu);
	if (!in->handle) {
		hash_add(&k->handles, &fresh->node, handle_hash(ret));
		__atomic_store_n(&in->handle, TAKE_PTR(fresh), __ATOMIC_RELEASE);
	}
	if (dentry_is_dir(d))
		in->handle->dentry = d;
	mutex_unlock(&k->handles_mu);
	mem_free(fresh);
	return 0;
}

/* A dentry of the inode, new reference. */
static struct dentry *dentry_of_handle_locked(struct inode_handle *ih)
{
	struct dentry *d = ih->dentry;

	return d && ref_get_unless_zero(&d->ref) ? d : NULL;
}

/* Either of them, a new reference: a directory's dentry or another file's inode. */
static void handle_find(const struct super *s, const struct file_handle_bytes *h,
			struct dentry **ret_dir, struct inode **ret_file)
{
	struct kernel *k = s->kernel;
	struct inode_handle *ih;

	*ret_dir = NULL;
	*ret_file = NULL;
	if (h->dev != s->dev)
		return;
	mutex_lock(&k->handles_mu);
	hash_for_each_possible(&k->handles, ih, node, handle_hash(h)) {
		if (ih->inode->super != s || ih->inode->ino != h->ino)
			continue;
		if (S_ISDIR(inode_read(ih->inode, mode)))
			*ret_dir = dentry_of_handle_locked(ih);
		else if (ref_get_unless_zero(&ih->inode->ref))
			*ret_file = ih->inode;
		if (*ret_dir || *ret_file)
			break;
	}
	mutex_unlock(&k->handles_mu);
}

int vfs_handle_open(struct task *t, const struct path *anchor, const struct file_handle_bytes *h,
		    int flags, struct file **ret)
{
	struct path p = {.mnt = anchor->mnt};
	struct inode *in;
	int err;

	handle_find(anchor->dentry->super, h, &p.dentry, &in);
	if (in) {
		p.dentry = dentry_new_root(anchor->dentry->super, "", in);
		if (!p.dentry)
			return -ENOMEM;
	}
	if (!p.dentry)
		return -ESTALE;
	err = p.dentry->inode->dead ? -ESTALE : vfs_open_path(t, &p, flags, ret);
	dentry_put(p.dentry);
	return err;
}
