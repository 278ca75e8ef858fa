/*
 * fs/vfs/vfs.h - the virtual filesystem: inodes, dentries, mounts, paths
 *
 * Model (the names are Linux's, so are the meanings):
 *  super    one instance of a filesystem (an overlay, a tmpfs, /proc).
 *  inode    a file as such: type, owner, times, the filesystem's ops. Refcounted. Filesystems embed
 *           it first in their own struct and hand out references.
 *  dentry   a name in a directory, bound to an inode or negative. Refcounted; holds its parent and
 *           its inode. The dentry cache is the VFS's: filesystems never see dentries, their ops take
 *           (directory inode, name), so a stacking filesystem (overlay) calls them directly.
 *  mount    a super's tree (or a part of it: a bind) put on a directory of another mount.
 *  path     (mount, dentry), both referenced.
 *  file     an open file description, fs/vfs/file.h.
 *
 * Who checks what: the VFS (namei.c, perm.c) resolves paths, checks permissions against the cred,
 * read-only mounts, NAME_MAX, sticky and set-id rules; a filesystem op may assume that and only
 * checks what it alone knows (existence, emptiness, space). Attributes live in struct inode, under
 * inode->mu, and are kept true by the filesystem; getattr is only for those which must ask (host
 * trees, /proc).
 *
 * Locking: inode->mu of a directory is held (by the VFS) around lookup, create, link, unlink,
 * mkdir, rmdir, mknod, symlink, rename ops on it: names in it do not change meanwhile. The name
 * cache itself (hash, children, LRU) has its own locks, fs/vfs/dentry.c.
 * rename holds super->rename_mu, then both directories' mu (ancestor first, else by address). A
 * dentry's parent and name change only under rename_mu plus both directory locks; who walks
 * upwards (.., d_path) holds rename_mu for reading. The VFS takes inode->mu around setattr and the
 * xattr ops. Never held over a guest copy: file data ops of filesystems lock for themselves.
 * Mount tree: kernel->mounts_lock (rwlock).
 *
 * Victims and link targets (unlink, rmdir, rename, link) are not locked by the VFS: the op takes
 * their mu (mutex_lock_nested) where it changes nlink or ctime. rmdir, and rename over a directory,
 * check emptiness and set dead in one go under the victim's mu, so that nobody creates in between.
 * An op's mode argument includes the file type. super_put() drops super->root before destroy.
 *
 * Never trust: names are checked (no '/', no NUL, 1..255 bytes, not . or ..) before an op sees them.
 */
#ifndef FS_VFS_VFS_H
#define FS_VFS_VFS_H

#include <linux/stat.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "sentry/base/base.h"
#include "sentry/base/hash.h"
#include "sentry/base/list.h"
#include "sentry/base/lock.h"
#include "sentry/base/ref.h"

struct cred;
struct dir_context;
struct file;
struct inode;
struct kernel;
struct strbuf;
struct super;
struct task;

struct qstr {
	const char *name; /* not NUL-terminated in general */
	uint32_t len;
	/* A hint for look-ups: it was listed as a regular file just now, and will be opened for reading. */
	bool as_file;
};

struct path {
	struct mount *mnt;
	struct dentry *dentry;
};

/* What stat, lstat, statx show; filled from struct inode by generic code. */
struct kstat {
	uint64_t ino, dev, rdev, size, blocks;
	uint32_t mode, nlink, uid, gid, blksize;
	uint64_t attributes, attributes_mask, mnt_id;
	struct timespec atime, mtime, ctime, btime;
	bool has_btime;
};

/* A change of attributes (notify_change). valid is a mask of IATTR_*. */
enum {
	IATTR_MODE = 1,
	IATTR_UID = 2,
	IATTR_GID = 4,
	IATTR_SIZE = 8,
	IATTR_ATIME = 16, /* set to .atime */
	IATTR_MTIME = 32,
	IATTR_CTIME = 64,
	IATTR_ATIME_NOW = 128,
	IATTR_MTIME_NOW = 256,
	/* How the VFS came to it; filesystems may ignore these. */
	IATTR_TOUCH = 512,	/* utimensat(2) with "now" for both: writers may, too */
	IATTR_TIMES_SET = 1024, /* utimensat(2) with explicit times: owners only */
	IATTR_FORCE = 2048,	/* no permission checks (the kernel's own changes) */
	IATTR_CHOWN = 4096,	/* chown(2), even of nothing: drops set-id bits */
	IATTR_OPEN = 8192,	/* O_TRUNC */
};
struct iattr {
	unsigned int valid;
	uint32_t mode, uid, gid;
	uint64_t size;
	struct timespec atime, mtime;
	struct file *file; /* the open file for ftruncate, else NULL */
};

struct kstatfs {
	uint64_t type, bsize, blocks, bfree, bavail, files, ffree, namelen, flags;
	uint64_t fsid;
};

/*
 * Ops of an inode. Entries marked (r) are required for the named types; every other one may be
 * NULL and then gives the errno in brackets. All return 0 or a negative errno.
 */
struct inode_ops {
	/* Directories (r for directories): -ENOENT if there is no such name. New reference. */
	int (*lookup)(struct inode *dir, const struct qstr *name, struct inode **ret);
	/* [-EPERM] New regular file; owner and mode are decided by the VFS and passed in. */
	int (*create)(struct inode *dir, const struct qstr *name, uint32_t mode, uint32_t uid,
		      uint32_t gid, struct inode **ret);
	int (*mkdir)(struct inode *dir, const struct qstr *name, uint32_t mode, uint32_t uid,
		     uint32_t gid, struct inode **ret); /* [-EPERM] */
	int (*mknod)(struct inode *dir, const struct qstr *name, uint32_t mode, uint64_t rdev,
		     uint32_t uid, uint32_t gid,
		     struct inode **ret); /* [-EPERM] FIFO, socket, dev */
	int (*symlink)(struct inode *dir, const struct qstr *name, const char *target, uint32_t uid,
		       uint32_t gid, struct inode **ret); /* [-EPERM] */
	int (*link)(struct inode *dir, const struct qstr *name,
		    struct inode *target); /* [-EPERM] */
	int (*unlink)(struct inode *dir, const struct qstr *name,
		      struct inode *victim); /* [-EPERM] */
	int (*rmdir)(struct inode *dir, const struct qstr *name,
		     struct inode *victim); /* [-EPERM] */
	/* [-EINVAL] replaced: inode that newname names now, or NULL. flags: RENAME_NOREPLACE is
	 * checked by the VFS; RENAME_EXCHANGE, RENAME_WHITEOUT by the filesystem [-EINVAL]. */
	int (*rename)(struct inode *olddir, const struct qstr *oldname, struct inode *victim,
		      struct inode *newdir, const struct qstr *newname, struct inode *replaced,
		      unsigned int flags);
	/* [-EOPNOTSUPP] an unlinked regular file in dir (O_TMPFILE); link() may name it later */
	int (*tmpfile)(struct inode *dir, uint32_t mode, uint32_t uid, uint32_t gid,
		       struct inode **ret);
	/* True if the cached binding (name -> inode, NULL for negative) still holds. NULL: always.
	 * Called without locks held. */
	bool (*revalidate)(struct inode *dir, const struct qstr *name, struct inode *cached);
	/* With revalidate, for trees that others change now and then: looks, if it is time, whether
	 * names in dir may mean something else, and changes dir->names_epoch then; a name is asked
	 * about once for each epoch only. NULL: at each use. Called without locks held. */
	void (*names_check)(struct inode *dir);

	/* Symlinks: the target, NUL-terminated, into buf; returns the length. (r for symlinks) */
	int (*readlink)(struct inode *in, struct task *t, char *buf, size_t size);
	/* Magic links (/proc/self/exe, fd/N): jump straight to an object. [use readlink] */
	int (*jump)(struct inode *in, struct task *t, struct path *ret);

	/* Called with in->mu held. [generic: read from / write to struct inode] */
	int (*getattr)(struct inode *in, struct kstat *st);
	int (*setattr)(struct inode *in, const struct iattr *attr);
	/* [generic mode-bit check, perm.c] mask: MAY_READ|MAY_WRITE|MAY_EXEC */
	int (*permission)(struct inode *in, const struct cred *c, int mask);

	/* Sets f->ops (and f->data) for a fresh open. [in->fops is used, data stays NULL] */
	int (*open)(struct inode *in, struct file *f, struct task *t);

	/* [-EOPNOTSUPP] names are whole ("user.x"). get/list: size 0 asks for the size; -ERANGE. */
	ssize_t (*getxattr)(struct inode *in, const char *name, void *buf, size_t size);
	ssize_t (*listxattr)(struct inode *in, char *buf, size_t size);
	int (*setxattr)(struct inode *in, const char *name, const void *val, size_t size,
			int flags);
	int (*removexattr)(struct inode *in, const char *name);

	/* Last reference gone: free it. (r) */
	void (*destroy)(struct inode *in);
};

enum { MAY_EXEC = 1, MAY_WRITE = 2, MAY_READ = 4 };

struct inode {
	struct ref ref;
	const struct inode_ops *ops;
	const struct file_ops *fops; /* default for open; may be NULL with ops->open */
	struct super *super;
	uint64_t ino;
	struct mutex mu;
	/* X must hold mu when writing these; readers of a single word may look without. */
	uint32_t mode; /* type and permissions; the type never changes */
	uint32_t uid, gid;
	uint32_t nlink;
	uint64_t rdev;
	uint64_t size;
	struct timespec atime, mtime, ctime, btime;
	bool dead;     /* a removed directory: no new names (-ENOENT) */
	bool linkable; /* nlink 0, but link(2) may name it: O_TMPFILE without O_EXCL */
	_Atomic uint32_t names_epoch; /* ops->names_check */
	/* Attached by generic code; each has its own file. */
	struct file_locks *locks;    /* fs/vfs/locks.c: POSIX, OFD, flock */
	struct inotify_marks *marks; /* fs/anon/inotify.c; NULL: nobody watches */
	struct pipe *pipe;	     /* FIFOs: fs/pipefs/fifo.c */
	struct inode_handle *handle; /* fs/vfs/handle.c; set once, under kernel->handles_mu */
	atomic_int write_openers;    /* >0: open for writing; <0: denied (being executed) */
};

struct super_ops {
	int (*statfs)(struct super *s, struct kstatfs *ret); /* [generic zeros with magic] */
	int (*sync)(struct super *s);			     /* [0] */
	/* For /proc/mounts: each option with a comma before it (",size=64k,mode=755"). */
	void (*show_options)(struct super *s, struct strbuf *sb);
	/* mount -o remount with these options (may be ""): [0 for "", else -EINVAL] */
	int (*remount)(struct super *s, const char *options);
	/* The first inotify watch of an inode has come, or the last has gone: inotify_is_watched(). */
	void (*watched)(struct inode *in);
	void (*destroy)(struct super *s); /* (r) last reference gone */
};

struct super {
	struct ref ref;
	const struct super_ops *ops;
	struct kernel *kernel;
	const char *fstype; /* as in /proc/mounts */
	const char *source;
	uint64_t dev;	/* st_dev, unique per super (vfs_alloc_dev()) */
	uint64_t magic; /* statfs f_type */
	bool readonly;
	bool no_dcache;	    /* /proc, devpts: names come and go by themselves, look up every time */
	bool opens_by_hint; /* look-ups make use of qstr.as_file */
	bool memory_only;   /* inodes cost nothing but memory: a longer tail of unused names */
	struct inode *root;
	struct dentry *root_dentry; /* made by the first mount; dentry.c */
	struct rwlock rename_mu;
};

#define DENTRY_INLINE_NAME 40

struct dentry {
	struct ref ref;
	struct dentry *parent; /* self for a root */
	struct inode *inode;   /* NULL: negative */
	struct super *super;
	struct hash_node hash; /* in the dentry cache, keyed (parent, name) */
	struct list sibling;   /* in parent's children */
	struct list children;
	struct list lru;
	_Atomic bool hashed;	      /* false: unlinked or replaced (d_path shows " (deleted)") */
	bool cached;		      /* in the hash, on the LRU; see dentry.c for who holds what */
	_Atomic bool referenced;      /* used since the LRU looked last */
	_Atomic uint32_t mounts_here; /* number of mounts on it */
	_Atomic bool leads_to_mount;  /* there are or were mounts on it or below it */
	_Atomic uint32_t epoch;	      /* the directory's names_epoch when the name was true */
	uint32_t name_len;
	char *name; /* iname or allocated */
	char iname[DENTRY_INLINE_NAME];
};

enum {
	MNT_READONLY = 1,
	MNT_NOSUID = 2,
	MNT_NODEV = 4,
	MNT_NOEXEC = 8,
	MNT_NOATIME = 16,
	MNT_NODIRATIME = 32,
	MNT_RELATIME = 64,
	MNT_NOSYMFOLLOW = 128,
	MNT_LOCKED = 256, /* the configuration's: cannot be unmounted or made writable */
};

/* An id is never used again; where Linux tells apart the unique ids, this is added. */
#define MNT_UNIQUE_ID_OFFSET (1ULL << 31)

struct mount {
	struct ref ref;
	struct super *super;
	struct dentry *root;
	struct mount *parent;	   /* NULL for the root mount and detached ones */
	struct dentry *mountpoint; /* in parent */
	struct list node;	   /* in ns->mounts, in mount order */
	struct hash_node by_point; /* in ns->by_point, keyed (parent, mountpoint) */
	uint32_t nr_children;	   /* mounts whose parent this is */
	bool expired;		   /* MNT_EXPIRE was asked once and nobody came since */
	_Atomic unsigned int flags;
	_Atomic uint32_t nr_writers; /* files open for writing: it cannot become read-only */
	uint64_t id;
	struct mount_ns *ns;
};

struct mount_ns {
	struct ref ref;
	struct kernel *kernel;
	struct list mounts;
	struct hash by_point;
	uint32_t nr_mounts;
	struct mount *root;
	struct wait_queue *changed; /* poll on /proc/mounts */
	_Atomic uint64_t changes;
};

#define NAME_MAX_LEN 255
#define MOUNTS_MAX 4096 /* in one namespace; more is -ENOSPC */

/* Single words of an inode, looked at without its mu. */
#define inode_read(in, field) __atomic_load_n(&(in)->field, __ATOMIC_RELAXED)
#define inode_write(in, field, v) __atomic_store_n(&(in)->field, v, __ATOMIC_RELAXED)

/* Sets up the name cache, the anonymous filesystem and the lists of struct kernel; at boot, before
 * any other function of the VFS. 0 or -ENOMEM. vfs_fini() is for tests: all files are closed. */
must_check int vfs_init(struct kernel *k);
void vfs_fini(struct kernel *k);

/* ---- references ---- */
struct inode *inode_get(struct inode *in);
void inode_put(struct inode *in);
struct dentry *dentry_get(struct dentry *d);
void dentry_put(struct dentry *d);
struct mount *mount_get(struct mount *m);
void mount_put(struct mount *m);
struct super *super_get(struct super *s);
void super_put(struct super *s);
void path_get(const struct path *p);
void path_put(struct path *p); /* clears *p */
struct mount_ns *mount_ns_get(struct mount_ns *ns);
void mount_ns_put(struct mount_ns *ns);

/* ---- for filesystems ---- */
/* Initialises the generic part (one reference, times now, nlink 1; a directory 2). Takes no
 * reference on super: supers outlive their inodes through mounts and files. */
void inode_init(struct inode *in, struct super *s, const struct inode_ops *ops, uint32_t mode,
		uint64_t ino);
void inode_fini(struct inode *in); /* frees what generic code attached; call it in destroy */
void super_init(struct super *s, struct kernel *k, const struct super_ops *ops, const char *fstype,
		const char *source, uint64_t magic);
uint64_t vfs_alloc_dev(struct kernel *k);		/* anonymous st_dev numbers, major 0 */
void inode_touch(struct inode *in, unsigned int which); /* IATTR_ATIME|MTIME|CTIME := now */
void generic_fillattr(struct inode *in, struct kstat *st);
int generic_setattr(struct inode *in, const struct iattr *attr); /* not size */
struct timespec vfs_now(void);
/* Set-id bits that a write or truncation takes away: 0, or the mode without them in *ret_mode. */
bool inode_needs_priv_drop(struct inode *in, const struct cred *c, uint32_t *ret_mode);
/* Who may write to a running program's file: ETXTBSY. Deny fails while someone has it open for
 * writing, and the other way round. Pair deny with allow, get with put. */
must_check int inode_deny_write(struct inode *in);
void inode_allow_write(struct inode *in);
must_check int inode_get_write(struct inode *in);
void inode_put_write(struct inode *in);
/* For readdir ops: "." and "..", cookies 0 and 1; moves f->pos to 2. Non-zero: the buffer is full. */
int dir_emit_dots(struct file *f, struct dir_context *ctx);
/* lseek of directories whose cookies any number may be compared with. */
int64_t dir_llseek(struct file *f, int64_t off, int whence);
/* Reading happened: the access time, by the mount's rules (relatime and friends). */
void touch_atime(const struct path *p);
/* Drops cached names: for filesystems whose names change behind the VFS. */
void dcache_invalidate(struct inode *dir, const struct qstr *name);

/* ---- path resolution, fs/vfs/namei.c: path_resolution(7), openat2(2) ---- */
enum {
	LOOKUP_FOLLOW = 1,    /* follow a final symlink */
	LOOKUP_DIRECTORY = 2, /* -ENOTDIR unless a directory */
	LOOKUP_EMPTY = 4,     /* "" means the start itself (AT_EMPTY_PATH) */
	LOOKUP_PARENT = 8,    /* stop before the last component, see path_lookup_parent() */
	LOOKUP_NO_XDEV = 16,  /* RESOLVE_NO_XDEV */
	LOOKUP_NO_MAGICLINKS = 32,
	LOOKUP_NO_SYMLINKS = 64,
	LOOKUP_BENEATH = 128,
	LOOKUP_IN_ROOT = 256,
	LOOKUP_NO_AUTOMOUNT = 512, /* accepted, meaningless here */
	LOOKUP_READ = 1024,	   /* what is found will be opened for reading: listed.h */
};
/* dirfd as in openat(2); -EBADF, -ENOTDIR, -ENOENT, -ELOOP, -EACCES, -ENAMETOOLONG, -EXDEV,
 * -EAGAIN. *ret holds references; path_put() it. */
must_check int path_lookup(struct task *t, int dirfd, const char *name, unsigned int flags,
			   struct path *ret);
/* Resolves all but the last component. *ret_last points into name. If the last component is
 * ".", ".." or "/" *ret_type says so (LAST_DOT, LAST_DOTDOT, LAST_ROOT) and the caller gives the
 * call's errno. trailing slashes: *ret_slash. */
enum last_type { LAST_NORM, LAST_DOT, LAST_DOTDOT, LAST_ROOT };
must_check int path_lookup_parent(struct task *t, int dirfd, const char *name, unsigned int flags,
				  struct path *ret_parent, struct qstr *ret_last,
				  enum last_type *ret_type, bool *ret_slash);
/* openat2(2)'s RESOLVE_* as LOOKUP_*; the caller has checked for unknown bits. */
unsigned int lookup_flags_of_resolve(uint64_t resolve);
/* Is p at or below root? Both as they are now. */
bool path_is_under(const struct path *p, const struct path *root);
/* The final symlink's target, with the access time touched: readlink(2), magic links included. */
must_check int vfs_readlink(struct task *t, const struct path *p, char *buf, size_t size);
/* As seen from the task's root: "/a/b", "/a/b (deleted)", "pipe:[7]"; what the root cannot reach is
 * shown from the top of its mounts, as in /proc/PID/fd. Returns the length or -ENAMETOOLONG. */
must_check int path_name(struct task *t, const struct path *p, char *buf, size_t size);
/* The same from a given root; *ret_reachable tells whether p lies below it. mark_deleted appends
 * " (deleted)". */
must_check int path_name_from(const struct path *root, const struct path *p, bool mark_deleted,
			      char *buf, size_t size, bool *ret_reachable);

/* ---- operations on names: what the sys_ functions call (fs/vfs/dirops.c, attr.c, open.c) ---- */
must_check int vfs_open(struct task *t, int dirfd, const char *name, int flags, uint32_t mode,
			uint64_t resolve, struct file **ret);
must_check int vfs_open_path(struct task *t, const struct path *p, int flags, struct file **ret);
/* Opens for execve(2): a regular file that the caller may execute, on a mount without noexec;
 * readable by the kernel even if not by the caller. at_flags: AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW. */
must_check int vfs_open_exec(struct task *t, int dirfd, const char *name, int at_flags,
			     struct file **ret);
must_check int vfs_mkdir(struct task *t, int dirfd, const char *name, uint32_t mode);
must_check int vfs_mknod(struct task *t, int dirfd, const char *name, uint32_t mode, uint64_t rdev);
must_check int vfs_symlink(struct task *t, const char *target, int dirfd, const char *name);
must_check int vfs_link(struct task *t, int olddirfd, const char *oldname, int newdirfd,
			const char *newname, int at_flags);
must_check int vfs_unlink(struct task *t, int dirfd, const char *name, int at_flags);
must_check int vfs_rename(struct task *t, int olddirfd, const char *oldname, int newdirfd,
			  const char *newname, unsigned int flags);
must_check int vfs_getattr(struct task *t, const struct path *p, struct kstat *st);
must_check int vfs_setattr(struct task *t, const struct path *p, struct iattr *attr);
must_check int vfs_permission(struct task *t, struct mount *m, struct inode *in, int mask);
/* The directory p becomes t's; p stays the caller's. */
must_check int vfs_chdir(struct task *t, const struct path *p);
must_check int inode_permission(struct inode *in, const struct cred *c, int mask);
must_check int vfs_statfs(const struct path *p, struct kstatfs *ret);
/* truncate(2), ftruncate(2): f is the open file or NULL. RLIMIT_FSIZE, set-id bits. */
must_check int vfs_truncate(struct task *t, const struct path *p, int64_t len, struct file *f);
/* RLIMIT_FSIZE for a call that makes the file end at end: 0, or SIGXFSZ and -EFBIG. */
must_check int vfs_fsize_check(struct task *t, struct inode *in, uint64_t end);
/* access(2): real ids unless AT_EACCESS. mode: R_OK|W_OK|X_OK. */
must_check int vfs_access(struct task *t, int dirfd, const char *name, int mode, int at_flags);
/* Is c the owner of in, or has it CAP_FOWNER? */
bool inode_owner_or_capable(struct inode *in, const struct cred *c);
bool mount_is_readonly(const struct mount *m); /* by mount or by super */

/* ---- file handles, fs/vfs/handle.c ---- */
struct file_handle_bytes {
	uint64_t dev, ino;
};
bool vfs_has_handles(const struct super *s); /* that can be opened */
must_check int vfs_handle_make(struct dentry *d, struct file_handle_bytes *ret);
/* -ESTALE: unknown. anchor: anything on the mount where the file is to be opened. */
must_check int vfs_handle_open(struct task *t, const struct path *anchor,
			       const struct file_handle_bytes *h, int flags, struct file **ret);

/* xattrs, fs/vfs/xattr.c: namespace and permission rules of xattr(7) */
#define XATTR_NAME_LEN_MAX 255
#define XATTR_VALUE_MAX 65536
#define XATTR_LIST_MAX_LEN 65536
must_check int vfs_setxattr(struct task *t, const struct path *p, const char *name, const void *val,
			    size_t size, int flags);
must_check ssize_t vfs_getxattr(struct task *t, const struct path *p, const char *name, void *buf,
				size_t size);
must_check ssize_t vfs_listxattr(struct task *t, const struct path *p, char *buf, size_t size);
must_check int vfs_removexattr(struct task *t, const struct path *p, const char *name);

/* ---- mounts, fs/vfs/mount.c ---- */
struct mount *mount_new(struct super *s, struct dentry *root, unsigned int flags); /* detached */
/* where: a directory for a directory, a file for a file (-ENOTDIR); the namespace takes its own
 * reference on m. */
must_check int mount_attach(struct mount *m, const struct path *where);
must_check int vfs_umount(struct task *t, const struct path *p, int flags);
must_check int mount_bind(struct task *t, const struct path *from, const struct path *to,
			  bool recursive, unsigned int flags);
/* Moves the mount whose root is *from: mount --move. */
must_check int mount_move(struct task *t, const struct path *from, const struct path *to);
/* Flags of the mount of p (its root): mount -o remount,bind. */
must_check int mount_set_flags(struct task *t, const struct path *p, unsigned int flags,
			       bool recursive);
must_check int vfs_pivot_root(struct task *t, const struct path *new_root,
			      const struct path *put_old);
/* Takes its own reference on root. NULL: out of memory. */
struct mount_ns *mount_ns_new(struct kernel *k, struct mount *root);
/* A copy of all mounts. *root and *pwd: mounts of ns on entry (borrowed, may be NULL); their copies
 * on return (new references). NULL: out of memory. */
struct mount_ns *mount_ns_copy(struct mount_ns *ns, struct mount **root, struct mount **pwd);
/* Lists the mounts that root can reach: /proc/PID/mounts, mountinfo, mountstats. */
enum mount_show { SHOW_MOUNTS, SHOW_MOUNTINFO, SHOW_MOUNTSTATS };
void mount_ns_show(struct mount_ns *ns, const struct path *root, enum mount_show form,
		   struct strbuf *sb);
/* The mounts of ns, each with a new reference; max: MOUNTS_MAX for all. Returns how many. */
struct listed_mount {
	struct mount *mnt;
	uint64_t parent_id;
};
size_t mount_ns_list(struct mount_ns *ns, struct listed_mount *list, size_t max);
/* What part of its filesystem m shows: "/a/b", "" for all. Points into buf. */
const char *mount_root_name(struct mount *m, char *buf, size_t size);
/* The root of some mount of the filesystem with that st_dev (ustat(2)); -EINVAL: none. */
must_check int mount_of_dev(struct mount_ns *ns, uint64_t dev, struct path *ret);
/* sync(2): every filesystem that is mounted. */
void mount_ns_sync(struct mount_ns *ns);
/* The topmost mount on p, if any: p is replaced by its root (references too). */
void path_follow_mounts(struct path *p);
/* Name -> constructor, for mount(2) by a guest: tmpfs, proc, devpts, ... Filled by boot.c. */
struct fs_type {
	const char *name;
	int (*create)(struct kernel *k, const char *source, const char *options,
		      struct super **ret);
	bool guest_may_mount;
};
void fs_type_register(struct kernel *k, const struct fs_type *type);	/* type is static */
const struct fs_type *fs_type_find(struct kernel *k, const char *name); /* NULL: unknown */
void fs_type_list(struct kernel *k, struct strbuf *sb);			/* /proc/filesystems */

#endif
