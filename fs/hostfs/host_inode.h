/*
 * fs/hostfs/host_inode.h - what the files of hostfs share: the inode table, names, directory fds
 *
 * Model: a host_inode is found by (host st_dev, st_ino), a directory also by its host mount, so
 * that one which is bound to several places of the tree is several. Its location (parent, name) is
 * one name that led to it; the others of a hard link are kept as aliases (up to HOST_MAX_ALIASES),
 * so that it can be opened when the first name goes. Without a location (unlinked) it is reached
 * through the fd of an open file, its anchor, or not at all.
 *
 * A directory's O_PATH fd is opened when something below is needed, and closed again when more than
 * max_dir_fds idle ones are open, least recently used first. Reopening walks from the nearest
 * ancestor that still has one and compares (st_dev, st_ino): a directory that was moved away on the
 * host gives -ESTALE. The root's fd stays.
 *
 * Locking: names_lock (of a writable tree) is held for reading from the look at a location to the
 * end of the host call with it, for writing around host calls that take or move names and the
 * change of the location, so that ours never meet half of a rename. Not held with inode locks taken
 * inside. hostfs->mu (LOCK_SUPER_TABLE) guards the table, locations, directory fds and anchors; no
 * host call is made with it held. Attributes are struct inode's, under inode->mu.
 */
#ifndef FS_HOSTFS_HOST_INODE_H
#define FS_HOSTFS_HOST_INODE_H

#include "fs/hostfs/hostfs.h"
#include "fs/hostfs/hostop.h"
#include "fs/vfs/file.h"
#include "fs/vfs/vfs.h"
#include "sentry/timer.h"

#include <limits.h>
#include <stdatomic.h>

#define HOSTFS_MAX_MAP 8
#define HOSTFS_MAX_DEVS 64

struct hide_node {
	struct hide_node *next, *children;
	enum hostfs_mask how; /* HOSTFS_SHOWN: only on the way to a hidden one */
	char name[];
};

struct hidden_id {
	uint64_t dev, ino;
	enum hostfs_mask how;
};

struct idmap {
	size_t n;
	struct hostfs_idmap map[HOSTFS_MAX_MAP];
};

struct hostfs {
	struct super super;
	bool exclusive, allow_special, as_owner;
	int64_t trust_ns; /* hostfs_options; 0: for good, or exclusive is not set */
	char *only;	  /* NULL, or the one name of the root that is there */
	struct idmap uids, gids;
	struct hide_node *hide; /* of the root; NULL: nothing is hidden */
	struct hidden_id *hidden_ids;
	size_t nr_hidden_ids;
	uint32_t max_dir_fds;

	struct rwlock names_lock;
	struct mutex mu;
	struct hash by_id GUARDED_BY(&mu);
	struct list idle_dirs GUARDED_BY(&mu); /* with a fd and no user, oldest first */
	uint32_t nr_idle_dirs GUARDED_BY(&mu);
	struct list kept GUARDED_BY(&mu); /* inodes with a file that nobody uses, oldest first */
	uint32_t nr_kept GUARDED_BY(&mu);
	uint64_t kept_bytes GUARDED_BY(&mu);
	uint32_t kept_refused GUARDED_BY(&mu);
	bool kept_ageing GUARDED_BY(&mu); /* kept_timer is armed */
	struct timer kept_timer;
	uint64_t devs[HOSTFS_MAX_DEVS] GUARDED_BY(
		&mu); /* host st_dev numbers met, [0] the root's */
	uint32_t nr_devs GUARDED_BY(&mu);
};

/* A host file opened for a guest. Shared by the struct file and, maybe, the inode's anchor. */
struct host_fd {
	struct ref ref;
	int fd;
	int accmode;
	/* host_kept.c */
	bool keep;
	int flags;
	uint64_t ino;
	struct statx_timestamp ctime;
	uint64_t size;
	int64_t used_at;	   /* hostfs->mu, of a kept one */
	_Atomic int64_t looked_at; /* CLOCK_MONOTONIC_COARSE, as used_at */
};

#define HOST_MAX_ALIASES 16

/*
 * A new file of a mode that would not let us open it (0444 and the like): whoever creates it may
 * use it all the same, so it is opened in every way before it gets that mode. By access mode.
 */
struct host_fresh {
	int fd[3];
};

/* Another name of an inode with several links. */
struct host_alias {
	struct host_alias *next;
	struct host_inode *parent; /* a reference */
	char *name;
};

struct host_inode {
	struct inode inode;
	struct hash_node by_id;
	uint64_t host_dev, host_ino;
	uint64_t host_mnt; /* of a directory, else 0 */
	uint64_t ino_base; /* guest numbers of this host device are host_ino ^ ino_base */
	uint64_t blocks;
	uint32_t blksize;
	enum hostfs_mask masked;
	const struct hide_node *hide; /* what is hidden below this directory */
	atomic_bool stale;	      /* attributes changed at the host */
	/* With fs->trust_ns, on CLOCK_MONOTONIC_COARSE: when attributes and names were looked at. */
	_Atomic int64_t attrs_at, names_at;
	_Atomic int64_t seen_at; /* not exclusive: when the location led to it, CLOCK_MONOTONIC */
	_Atomic int64_t names_seen; /* the directory's time of change then; -1: too new to tell */
	_Atomic(char *) link;	    /* exclusive trees: a symlink's target */
	_Atomic(struct host_fresh *) fresh;

	/* hostfs->mu */
	struct host_inode *parent; /* NULL: the root, or no location */
	char *name;
	struct host_alias *aliases; /* newest first */
	uint32_t nr_aliases;
	int dir_fd;
	uint32_t dir_users;
	struct list idle_node;
	uint32_t nr_open;
	struct host_fd *anchor;
	struct host_fd *kept; /* host_kept.c */
	struct list kept_node;
};

static inline struct hostfs *to_hostfs(struct super *s)
{
	return container_of(s, struct hostfs, super);
}

static inline struct host_inode *to_host(struct inode *in)
{
	return container_of(in, struct host_inode, inode);
}

static inline struct hostfs *host_fs(struct host_inode *hi)
{
	return to_hostfs(hi->inode.super);
}

static inline void host_rights_restore(const bool *outer)
{
	hostop_set_owner(*outer);
}

/* First in every operation that names or changes files: with whose rights, until its end. */
#define HOST_RIGHTS(fs)                                                                            \
	__attribute__((cleanup(host_rights_restore), unused))                                      \
	const bool rights_before = hostop_set_owner((fs)->as_owner)

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

/* The NUL-terminated copy of a checked name. */
struct host_name {
	char s[NAME_MAX + 1];
};
must_check int host_name_set(struct host_name *n, const struct qstr *name);

/* ---- host_inode.c ---- */
/* The inode for what statx found under (parent, name); new reference. name NULL: the root. */
must_check int host_inode_find(struct hostfs *fs, const struct statx *stx,
			       struct host_inode *parent, const char *name,
			       struct host_inode **ret);
void host_inode_fill(struct host_inode *hi, const struct statx *stx); /* inode->mu held, or new */
bool host_inode_is(const struct host_inode *hi, const struct statx *stx);
/* An exclusive read-only tree changed below us after all: take the new file under the old name. */
void host_inode_adopt(struct host_inode *hi, const struct statx *stx);
bool host_same_birth(const struct host_inode *hi, const struct statx *stx);
bool host_reborn(struct host_inode *hi, const struct statx *stx); /* inode->mu held */
/* A directory's names, host_dir.c: what a look at it has seen. */
void host_names_seen(struct host_inode *dir, const struct statx *stx, int64_t now);
bool host_trusted(const struct hostfs *fs, const _Atomic int64_t *at); /* looked at lately */
/* Asks the host again if the attributes may have changed; inode->mu held. */
must_check int host_inode_refresh(struct host_inode *hi);
void host_inode_destroy(struct inode *in);

/* Of a tree that others change: (parent, name) led to it just now. An open within the same call need not look. */
void host_seen(struct host_inode *hi, struct host_inode *parent, const char *name);
void host_set_location(struct host_inode *hi, struct host_inode *parent, const char *name);
void host_drop_location(struct host_inode *hi, struct host_inode *parent, const char *name);

static inline void host_names_read(struct hostfs *fs)
{
	if (!fs->super.readonly)
		rwlock_rdlock(&fs->names_lock);
}

static inline void host_names_write(struct hostfs *fs)
{
	if (!fs->super.readonly)
		rwlock_wrlock(&fs->names_lock);
}

static inline void host_names_unlock(struct hostfs *fs)
{
	if (!fs->super.readonly)
		rwlock_unlock(&fs->names_lock);
}

/* A name to use with *at calls, true until host_loc_put(): names_lock is held for reading, and the
 * parent's fd stays open. -ENOENT: none. No host_dir_get() meanwhile. */
struct host_loc {
	struct host_inode *dir;
	int fd;
	struct host_name name;
};
must_check int host_loc_get(struct host_inode *hi, struct host_loc *loc);
void host_loc_put(struct host_loc *loc);

/* The directory's own fd, open until host_dir_put(). */
must_check int host_dir_get(struct host_inode *dir, int *ret_fd);
void host_dir_put(struct host_inode *dir);
void host_shrink(struct hostfs *fs); /* closes all idle directory fds: the host said EMFILE */
/* hostop_open() that makes room for itself once; -ENFILE when there is none. */
must_check int host_open_retry(struct hostfs *fs, int dirfd, const char *name, int flags,
			       uint32_t mode);

/* An O_PATH fd on exactly this inode. */
must_check int host_open_path(struct host_inode *hi, int *ret_fd);
/* An fd on exactly this regular file or directory, opened at the host with flags. _stat: *ret is what the host
 * says of it, with stx_mask 0 where it was not asked. */
must_check int host_open_fd(struct host_inode *hi, int flags, int *ret_fd);
must_check int host_open_stat(struct host_inode *hi, int flags, int *ret_fd, struct statx *ret);

uint32_t host_id_to_guest(const struct idmap *m, uint32_t id);
must_check int host_id_to_host(const struct idmap *m, uint32_t id, uint32_t *ret);

static inline struct host_fd *host_fd_get(struct host_fd *h)
{
	ref_get(&h->ref);
	return h;
}
void host_fd_put(struct host_fd *h);
struct host_fd *host_fd_new(int accmode); /* fd -1; NULL: out of memory */
/* The fd for this access mode (the caller's then), or -1: the inode is not fresh. Drops the
 * rest. */
int host_fresh_take(struct host_inode *hi, int accmode);
struct host_fd *host_anchor_get(struct host_inode *hi); /* NULL: not open */

/* ---- host_kept.c ---- */
/* h was opened with flags; stx is of that moment. */
void host_kept_opened(struct host_fd *h, int flags, const struct statx *stx);
/* A file for an open with these flags, or NULL; new reference. */
struct host_fd *host_kept_get(struct host_inode *hi, int flags);
void host_kept_offer(struct host_inode *hi, struct host_fd *h); /* consumes the reference */
void host_kept_drop(struct host_inode *hi);
void host_kept_age(struct timer *tm);
void host_kept_shrink(struct hostfs *fs); /* closes all: the host said EMFILE */

/* ---- host_hide.c ---- */
must_check int host_hide_init(struct hostfs *fs, int root_fd, const struct hostfs_options *opt);
void host_hide_free(struct hostfs *fs);
/* Is this name of the directory left out altogether? */
bool host_hide_name(const struct host_inode *dir, const char *name);
const struct hide_node *host_hide_child(const struct hide_node *n, const char *name);
enum hostfs_mask host_hide_id(const struct hostfs *fs, const struct statx *stx);

/* ---- ops ---- */
extern const struct inode_ops host_dir_inode_ops, host_dir_shared_inode_ops,
	host_dir_trusting_inode_ops, host_file_inode_ops, host_symlink_inode_ops,
	host_special_inode_ops, host_masked_inode_ops;
extern const struct file_ops host_file_ops, host_dir_ops, host_masked_dir_ops;

int host_getattr(struct inode *in, struct kstat *st);
int host_setattr(struct inode *in, const struct iattr *attr);
ssize_t host_getxattr(struct inode *in, const char *name, void *buf, size_t size);
ssize_t host_listxattr(struct inode *in, char *buf, size_t size);
int host_setxattr(struct inode *in, const char *name, const void *val, size_t size, int flags);
int host_removexattr(struct inode *in, const char *name);
int host_file_open(struct inode *in, struct file *f, struct task *t);
int host_dir_open(struct inode *in, struct file *f, struct task *t);

static inline uint64_t stx_dev(const struct statx *stx)
{
	return (uint64_t)stx->stx_dev_major << 32 | stx->stx_dev_minor;
}

static inline uint64_t stx_mnt(const struct statx *stx)
{
	return S_ISDIR(stx->stx_mode) && stx->stx_mask & STATX_MNT_ID ? stx->stx_mnt_id : 0;
}

#endif
