/*
 * fs/overlay/ovl.h - what the files of the overlay share
 *
 * Model: an ovl_inode stands for a lower inode, an upper one, or both (a merged directory, a copied
 * file). It is found by its lower inode and by its upper one, so whatever name leads to a part
 * leads to the same object. Once it has a state that the layers do not show (a copy of a lower
 * file, attributes of its own, a merged directory), it is pinned: it holds a reference on itself
 * until its last link is gone. So in a memory overlay neither opaque marks nor redirects are
 * needed: an upper directory merges with a lower one exactly if its ovl_inode says so.
 *
 * The pool is a directory of the upper filesystem for what has no name in the upper tree: copies
 * (pool_id != 0, named "#<id>") and whiteouts on their way. A copied non-directory keeps its pool
 * name as long as it has links, so that its upper inode is always linked; a directory's one name
 * moves. In a persistent overlay a copy moves from the pool to its place at once.
 *
 * Locking: the VFS's rules hold for ovl_inode.inode.mu (rank LOCK_STACKED_INODE). Below it copy_mu
 * serialises copy-up of one inode, and the end of its names; below that the locks of upper and
 * lower inodes as a VFS would take them, two upper directories by address. ovl->mu guards the
 * tables, pins and locations, and is a leaf. upper is set once, published with release order.
 */
#ifndef FS_OVERLAY_OVL_H
#define FS_OVERLAY_OVL_H

#include <stdatomic.h>

#include "fs/overlay/overlay.h"
#include "fs/vfs/file.h"
#include "fs/vfs/vfs.h"

/* Numbers of upper inodes, which are another filesystem's, must not meet those of lower ones. */
#define OVL_UPPER_INO (1ULL << 47)
#define OVL_POOL_NAME_MAX 24

struct ovl {
	struct super super;
	struct super *lower_super, *upper_super;
	struct inode *pool;
	bool persistent;
	bool lower_changes; /* names must be revalidated */
	_Atomic uint64_t next_pool_id;

	struct mutex mu;
	struct hash by_lower GUARDED_BY(&mu); /* by the inode's address */
	struct hash by_upper GUARDED_BY(&mu); /* by the upper inode's number */
	struct list pinned GUARDED_BY(&mu);
};

struct ovl_inode {
	struct inode inode;
	struct inode *lower; /* or NULL; never changes */
	_Atomic(struct inode *) upper;
	struct mutex copy_mu;
	/* As long as there is no upper: mode, owner and times are those of inode. inode.mu */
	bool own_attrs;
	uint64_t pool_id; /* see above; copy_mu, but for a directory its parents' mu */

	/* ovl->mu */
	struct hash_node by_lower, by_upper;
	struct list pin;	  /* in ovl->pinned */
	struct ovl_inode *parent; /* persistent: where a copy goes */
	char *name;
};

static inline struct ovl *to_ovl(struct super *s)
{
	return container_of(s, struct ovl, super);
}

static inline struct ovl_inode *to_oi(struct inode *in)
{
	return container_of(in, struct ovl_inode, inode);
}

static inline struct ovl *oi_fs(struct ovl_inode *o)
{
	return to_ovl(o->inode.super);
}

static inline struct inode *oi_upper(struct ovl_inode *o)
{
	return atomic_load_explicit(&o->upper, memory_order_acquire);
}

static inline struct inode *oi_real(struct ovl_inode *o)
{
	struct inode *upper = oi_upper(o);

	return upper ? upper : o->lower;
}

/* The type never changes, the other bits of the word do. */
static inline bool is_dir(const struct inode *in)
{
	return S_ISDIR(inode_read(in, mode));
}

static inline bool is_regular(const struct inode *in)
{
	return S_ISREG(inode_read(in, mode));
}

static inline bool is_symlink(const struct inode *in)
{
	return S_ISLNK(inode_read(in, mode));
}

static inline bool is_whiteout(const struct inode *in)
{
	return S_ISCHR(inode_read(in, mode)) && in->rdev == 0;
}

/* ---- ovl_inode.c ---- */
/* The object for these parts; references on them are consumed, also on failure. New reference. */
must_check int ovl_inode_find(struct ovl *ovl, struct inode *lower, struct inode *upper,
			      struct ovl_inode **ret);
void ovl_inode_destroy(struct inode *in);
void ovl_publish_upper(struct ovl_inode *o, struct inode *upper); /* takes upper */
void ovl_pin(struct ovl_inode *o);
void ovl_unpin(struct ovl_inode *o); /* the caller holds a reference */
/* Upper's attributes to ours, but for atime; o's mu held. */
void ovl_sync_attrs(struct ovl_inode *o);
/* The number that the guest sees for an entry of an upper directory. */
uint64_t ovl_upper_ino(struct ovl *ovl, uint64_t ino);
void ovl_set_location(struct ovl_inode *o, struct ovl_inode *parent, const struct qstr *name);
void ovl_drop_location(struct ovl_inode *o, struct ovl_inode *parent, const struct qstr *name);

/* ---- ovl_layer.c: one call on a layer, with the locks that a VFS would take ---- */
must_check int layer_lookup(struct inode *dir, const struct qstr *name, struct inode **ret);
struct ovl_make {
	uint32_t mode; /* with type */
	uint32_t uid, gid;
	uint64_t rdev;
	const char *target;
};
must_check int layer_make(struct inode *dir, const struct qstr *name, const struct ovl_make *m,
			  struct inode **ret);
must_check int layer_link(struct inode *dir, const struct qstr *name, struct inode *target);
/* unlink or rmdir, by victim's type */
must_check int layer_remove(struct inode *dir, const struct qstr *name, struct inode *victim);
must_check int layer_rename(struct inode *olddir, const struct qstr *oldname, struct inode *victim,
			    struct inode *newdir, const struct qstr *newname,
			    struct inode *replaced, unsigned int flags);
must_check int layer_setattr(struct inode *in, const struct iattr *attr);
must_check int layer_getattr(struct inode *in, struct kstat *st);
ssize_t layer_getxattr(struct inode *in, const char *name, void *buf, size_t size);
ssize_t layer_listxattr(struct inode *in, char *buf, size_t size);
must_check int layer_setxattr(struct inode *in, const char *name, const void *val, size_t size,
			      int flags);
must_check int layer_removexattr(struct inode *in, const char *name);

/* An open file of a layer, embedded in an open file of the overlay. f lends path and cred (may be
 * NULL for our own use). layer_close() after a successful layer_open() only. */
must_check int layer_open(struct file *real, struct inode *in, unsigned int mode, int flags,
			  struct file *f, struct task *t);
void layer_close(struct file *real);

/* Names in the pool. */
struct pool_name {
	char s[OVL_POOL_NAME_MAX];
	struct qstr q;
};
void pool_name(struct pool_name *n, uint64_t id);
uint64_t pool_new_id(struct ovl *ovl);

/* A whiteout in the pool, to be moved over a name by whiteout_install(), or dropped. */
struct whiteout {
	uint64_t id; /* 0: none */
	struct inode *inode;
};
must_check int whiteout_prepare(struct ovl *ovl, struct whiteout *w);
must_check int whiteout_install(struct ovl *ovl, struct whiteout *w, struct inode *udir,
				const struct qstr *name, struct inode *replaced);
void whiteout_drop(struct ovl *ovl, struct whiteout *w);
void ovl_leave_pool(struct ovl_inode *o); /* nobody needs the pool name any more */

/* ---- ovl_copyup.c ---- */
/* Makes o have an upper part. Of a regular file's data at most size_limit bytes are copied. */
must_check int ovl_copy_up(struct ovl_inode *o, uint64_t size_limit);
#define OVL_COPY_ALL UINT64_MAX
/* Also gives the copy the name in dir's upper directory, which exists. */
must_check int ovl_place(struct ovl_inode *dir, const struct qstr *name, struct ovl_inode *o);

/* ---- ovl_readdir.c ---- */
must_check int ovl_dir_empty(struct ovl_inode *dir); /* 0, -ENOTEMPTY or -errno; dir's mu held */
must_check int ovl_clear_whiteouts(struct inode *udir);
int ovl_dir_open(struct inode *in, struct file *f, struct task *t);

/* ---- ovl_file.c, ovl_attr.c, ovl_dir.c ---- */
int ovl_file_open(struct inode *in, struct file *f, struct task *t);
struct file *ovl_real_file(struct file *f); /* for ftruncate: the open upper file, or NULL */
bool ovl_private_xattr(const char *name);
int ovl_getattr(struct inode *in, struct kstat *st);
int ovl_setattr(struct inode *in, const struct iattr *attr);
ssize_t ovl_getxattr(struct inode *in, const char *name, void *buf, size_t size);
ssize_t ovl_listxattr(struct inode *in, char *buf, size_t size);
int ovl_setxattr(struct inode *in, const char *name, const void *val, size_t size, int flags);
int ovl_removexattr(struct inode *in, const char *name);

extern const struct inode_ops ovl_dir_inode_ops, ovl_dir_shared_inode_ops, ovl_file_inode_ops,
	ovl_other_inode_ops;

#define OVL_OPAQUE "user.overlay.opaque"

#endif
