/*
 * fs/vfs/handle.c - file handles: names for inodes without a path, open_by_handle_at(2)
 *
 * Model: a handle is the inode's number and its filesystem's. Whoever asks for one puts the inode
 * into a table, which holds no reference: the inode leaves it when it goes.
 *
 * Interface: vfs_handle_make(), vfs_handle_open(); the bytes are the caller's to carry.
 *
 * Locking: kernel->handles_mu, under which references are taken only from inodes that still have
 * some.
 *
 * Differences from Linux: a handle goes stale when the inode leaves the memory, which for files of
 * host trees may be before they are deleted. Directories are not opened by handle (ESTALE): a
 * directory has one dentry, and the one that it has is not known here.
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

bool vfs_has_handles(const struct super *s)
{
	return !s->no_dcache && s != s->kernel->anon_super;
}

int vfs_handle_make(struct inode *in, struct file_handle_bytes *ret)
{
	struct kernel *k = in->super->kernel;
	struct inode_handle *fresh = mem_zalloc(sizeof(*fresh));

	if (!fresh)
		return -ENOMEM;
	*ret = (struct file_handle_bytes){.dev = in->super->dev, .ino = in->ino};
	fresh->inode = in;
	mutex_lock(&k->handles_mu);
	if (!in->handle) {
		hash_add(&k->handles, &fresh->node, handle_hash(ret));
		in->handle = TAKE_PTR(fresh);
	}
	mutex_unlock(&k->handles_mu);
	mem_free(fresh);
	return 0;
}

/* New reference or NULL. */
static struct inode *handle_find(const struct super *s, const struct file_handle_bytes *h)
{
	struct kernel *k = s->kernel;
	struct inode_handle *ih;
	struct inode *in = NULL;

	if (h->dev != s->dev)
		return NULL;
	mutex_lock(&k->handles_mu);
	hash_for_each_possible(&k->handles, ih, node, handle_hash(h)) {
		if (ih->inode->super != s || ih->inode->ino != h->ino ||
		    !ref_get_unless_zero(&ih->inode->ref))
			continue;
		in = ih->inode;
		break;
	}
	mutex_unlock(&k->handles_mu);
	return in;
}

int vfs_handle_open(struct task *t, const struct path *anchor, const struct file_handle_bytes *h,
		    int flags, struct file **ret)
{
	struct inode *in = handle_find(anchor->dentry->super, h);
	struct path p = {.mnt = anchor->mnt};
	int err;

	if (!in)
		return -ESTALE;
	if (S_ISDIR(inode_read(in, mode)) || (inode_read(in, nlink) == 0 && !in->linkable)) {
		inode_put(in);
		return -ESTALE;
	}
	p.dentry = dentry_new_root(anchor->dentry->super, "", in);
	if (!p.dentry)
		return -ENOMEM;
	err = vfs_open_path(t, &p, flags, ret);
	dentry_put(p.dentry);
	return err;
}
