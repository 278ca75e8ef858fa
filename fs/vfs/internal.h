/*
 * fs/vfs/internal.h - what the files of fs/vfs share with each other only
 *
 * The name cache (dentry.c), one component of a walk (namei.c), and the mount lookups that a walk
 * needs (mount.c). Filesystems and syscalls include fs/vfs/vfs.h instead.
 */
#ifndef FS_VFS_INTERNAL_H
#define FS_VFS_INTERNAL_H

#include "fs/vfs/vfs.h"

/* ---- dentry.c ---- */
struct dcache *dcache_new(void);
void dcache_free(struct dcache *dc); /* everything was dropped before */
/* The cached child, positive or negative; new reference, or NULL if nothing is known. */
struct dentry *dcache_find(struct dentry *parent, const struct qstr *name);
/* Caches a name; parent's inode is locked. Consumes the reference on in (NULL: negative), also on
 * failure. Returns a new reference, or NULL: out of memory. */
struct dentry *dcache_add(struct dentry *parent, const struct qstr *name, struct inode *in);
/* The name is gone or its binding is not true any more: unhashes d, and what is cached below. The
 * caller keeps its reference. */
void dcache_drop(struct dentry *d);
/* There is a mount on d: d and those above it are not dropped for what the filesystem says of names. */
void dentry_mark_way(struct dentry *d);
/* Drops everything cached below d: a removed directory, an unmounted filesystem. */
void dcache_prune(struct dentry *d);
/* Gives d another place and name. Both directories are locked, rename_mu held for writing.
 * longname: from dentry_longname(), consumed. Returns the old parent, to be put outside locks. */
struct dentry *dcache_move(struct dentry *d, struct dentry *parent, const struct qstr *name,
			   char *longname);
/* Swaps places and names of a and b; locks as above. Cannot fail. */
void dcache_exchange(struct dentry *a, struct dentry *b);
/* Memory for a name that is too long for the dentry itself; *ret NULL if none is needed. */
must_check int dentry_longname(const struct qstr *name, char **ret);
/* Frees unused names beyond the bound. Call without locks after dcache_add(). */
void dcache_trim(struct kernel *k);
/* A dentry of its own, not in the cache: roots and anonymous objects. Consumes in. */
struct dentry *dentry_new_root(struct super *s, const char *name, struct inode *in);
/* A dentry below parent that the cache does not know: O_TMPFILE. Consumes in. */
struct dentry *dentry_new_unhashed(struct dentry *parent, const char *name, struct inode *in);
/* The one root dentry of a super: new reference, or NULL: out of memory. */
struct dentry *super_root_dentry(struct super *s);
/* Is d at or below top? Takes rename_mu for reading. */
bool dentry_is_under(struct dentry *d, struct dentry *top);
bool dentry_is_under_locked(const struct dentry *d, const struct dentry *top);

static inline struct inode *dentry_inode(const struct dentry *d)
{
	return d->inode;
}

static inline bool dentry_is_dir(const struct dentry *d)
{
	return d->inode && S_ISDIR(inode_read(d->inode, mode));
}

/* ---- namei.c ---- */
must_check int path_lookup_cred(struct task *t, const struct cred *c, int dirfd, const char *name,
				unsigned int flags, struct path *ret);
/* One name in a directory. lookup_name() takes the directory's lock if the cache does not know;
 * lookup_name_locked() wants it held (revalidate_name() before that). *ret may be negative. */
must_check int lookup_name(struct dentry *dir, const struct qstr *name, struct dentry **ret);
must_check int lookup_name_locked(struct dentry *dir, const struct qstr *name, struct dentry **ret);
void revalidate_name(struct dentry *dir, const struct qstr *name);
/* What is cached and holds, positive or negative; new reference. NULL: to be looked up. No locks. */
struct dentry *find_valid_name(struct dentry *dir, const struct qstr *name);

/* A walk to a name that may get created: open.c. */
#define MAX_SYMLINKS 40
struct link_text;
struct nameidata {
	struct task *t;
	const struct cred *cred;
	unsigned int flags; /* LOOKUP_* */
	struct path path;   /* where we are */
	struct path root;   /* mnt NULL until it was needed */
	struct qstr last;
	enum last_type last_type;
	bool last_slash;
	bool first_as_file; /* the first component's qstr.as_file */
	unsigned int nr_links, depth;
	const char *rest[MAX_SYMLINKS + 1]; /* what follows each nested symlink */
	struct link_text *texts;	    /* targets that are being walked */
	size_t arena_used;
	char arena[512];
};
must_check int nd_start(struct nameidata *nd, struct task *t, const struct cred *c, int dirfd,
			const char *name, unsigned int flags);
/* Everything but the last component. */
must_check int nd_walk_prefix(struct nameidata *nd, const char *name);
/* The last component; *ret_link: a target to go on with (nd_walk_prefix() again), or NULL: done. */
must_check int nd_walk_last(struct nameidata *nd, const char **ret_link);
/* Steps on an already looked-up child (reference consumed) of nd->path, the last component. */
must_check int nd_step_last(struct nameidata *nd, struct dentry *child, const char **ret_link);
/* RESOLVE_BENEATH and RESOLVE_IN_ROOT: did somebody move us out meanwhile? */
must_check int nd_complete(struct nameidata *nd);
void nd_end(struct nameidata *nd);

/* ---- mount.c ---- */
/* The mount on (p->mnt, p->dentry); new reference or NULL. */
struct mount *mount_lookup(const struct path *p);
/* From the root of a mount to the place it is mounted on; false at a top. References move. */
bool path_up_mount(struct path *p);
/* The generic part of what an unlink, rmdir or rename must not take away. */
static inline bool dentry_is_mountpoint(struct dentry *d)
{
	return atomic_load_explicit(&d->mounts_here, memory_order_relaxed) != 0;
}

/* ---- perm.c, dirops.c ---- */
/* May c make a name in dir, remove victim from it? may_create(), may_delete() of Linux. */
must_check int may_create(struct inode *dir, const struct cred *c);
must_check int may_delete(struct inode *dir, struct inode *victim, const struct cred *c,
			  bool isdir);
bool in_group_or_capable(const struct cred *c, struct inode *in, uint32_t gid);
/* Owner and mode of a new inode in dir: set-gid directories, umask. mode includes the type. */
void new_inode_owner(struct task *t, struct inode *dir, uint32_t *mode, uint32_t *uid,
		     uint32_t *gid);
/* Creates a regular file under the locked dir for open(2); *d is the negative dentry and becomes the
 * new one. */
must_check int create_locked(struct task *t, struct dentry *dir, struct dentry **d,
			     const struct qstr *name, uint32_t mode);

/* ---- attr.c ---- */
must_check int notify_change(struct task *t, const struct cred *c, struct inode *in,
			     struct iattr *attr);

must_check int truncate_on_open(struct task *t, struct file *f);

/* ---- handle.c ---- */
/* Only if there is a handle: the inode goes, a dentry of it goes. */
void inode_handle_gone(struct inode *in);
void inode_handle_dentry_gone(struct dentry *d);

/* ---- locks.c ---- */
void inode_free_locks(struct inode *in);

/* ---- notification, thin wrappers of fs/anon/inotify.h ---- */
void notify_name(struct inode *dir, uint32_t mask, const struct qstr *name, struct inode *child,
		 uint32_t cookie);
void notify_dentry(struct dentry *d, uint32_t mask); /* the inode itself and its directory */

#endif
