/*
 * fs/tmpfs/internal.h - the structures of tmpfs, shared by its files only
 *
 * Locking: everything of an inode under inode->mu (LOCK_INODE); the counters of an instance are
 * atomic. A regular file's host fds are set once and stay until the inode goes, so they are used
 * without the lock after a look under it.
 */
#ifndef FS_TMPFS_INTERNAL_H
#define FS_TMPFS_INTERNAL_H

#include "fs/vfs/file.h"
#include "sentry/base/hash.h"
#include "sentry/base/list.h"
#include "sentry/base/rbtree.h"

#define TMPFS_MAGIC 0x01021994
#define TMPFS_PAGE 4096u
#define TMPFS_CHUNK (64u << 10)	     /* what grows beyond goes to a host memfd if it can */
#define TMPFS_HEAP_MAX (64u << 20)   /* what grows beyond must */
#define TMPFS_XATTR_MAX (128u << 10) /* names and values of one inode */
#define TMPFS_DIRENT_SIZE 20	     /* what an entry adds to a directory's st_size, as in Linux */

struct tmpfs_options {
	uint64_t max_pages;  /* 0: no limit */
	uint64_t max_inodes; /* 0: no limit */
	uint32_t mode, uid, gid;
};

struct tmpfs_super {
	struct super vfs;
	struct tmpfs_options opt;
	_Atomic uint64_t used_pages, used_inodes;
	_Atomic uint64_t next_ino;
	char source[];
};

struct tmpfs_dirent {
	struct hash_node by_name;
	struct rb_node by_cookie;
	uint64_t cookie;
	struct inode *inode; /* a reference */
	uint32_t len;
	char name[];
};

struct tmpfs_xattr {
	struct list node;
	char *name;
	size_t size;
	char value[];
};

struct tmpfs_chunk {
	char *bytes;
	uint32_t cap;
	uint32_t pages; /* bitmap: allocated, as far as the counting goes */
};

/* A memfd in the sentry's own memory (map.c). */
struct tmpfs_map {
	struct ref ref;
	char *mem;
	uint64_t len;
};

/* The contents of a regular file: in the heap (heap.c), or all in the memfd fd. */
struct tmpfs_data {
	struct tmpfs_chunk first;
	struct tmpfs_chunk *more; /* the chunks behind it */
	uint32_t nr_more;
	int fd, ro_fd;	       /* -1; ro_fd: the same file, opened for reading only */
	uint64_t charged;      /* pages counted for the instance */
	struct tmpfs_map *map; /* NULL, or of fd */
	uint64_t heat;	       /* how much was moved without it */
	unsigned int seals;    /* F_SEAL_* */
	bool sealable;
};

struct tmpfs_dir {
	struct hash names;
	struct rb_tree by_cookie;
	uint64_t next_cookie;
};

struct tmpfs_inode {
	struct inode vfs;
	struct list xattrs;
	size_t xattr_bytes;
	union {
		struct tmpfs_data data;
		struct tmpfs_dir dir;
		char *target; /* symlink */
	};
};

static inline struct tmpfs_inode *tmpfs_inode(struct inode *in)
{
	return container_of(in, struct tmpfs_inode, vfs);
}

static inline struct tmpfs_super *tmpfs_super(struct super *s)
{
	return container_of(s, struct tmpfs_super, vfs);
}

/* super.c: counting. -ENOSPC. */
must_check int tmpfs_charge_pages(struct tmpfs_super *s, uint64_t n);
void tmpfs_uncharge_pages(struct tmpfs_super *s, uint64_t n);
/* After the fact, where the host has allocated already. */
void tmpfs_recharge(struct tmpfs_super *s, uint64_t *charged, uint64_t now);
must_check int tmpfs_charge_inode(struct tmpfs_super *s);
void tmpfs_uncharge_inode(struct tmpfs_super *s);

/* inode.c */
must_check int tmpfs_new_inode(struct super *s, uint32_t mode, uint32_t uid, uint32_t gid,
			       struct inode **ret);
bool tmpfs_owns(const struct inode *in);
extern const struct inode_ops tmpfs_dir_inode_ops, tmpfs_file_inode_ops, tmpfs_symlink_inode_ops,
	tmpfs_special_inode_ops;

/* dir.c */
extern const struct file_ops tmpfs_dir_fops;
void tmpfs_dir_init(struct tmpfs_dir *d);
void tmpfs_dir_free(struct tmpfs_dir *d); /* empty, or the whole instance goes */
int tmpfs_lookup(struct inode *dir, const struct qstr *name, struct inode **ret);
int tmpfs_mknod(struct inode *dir, const struct qstr *name, uint32_t mode, uint64_t rdev,
		uint32_t uid, uint32_t gid, struct inode **ret);
int tmpfs_create_file(struct inode *dir, const struct qstr *name, uint32_t mode, uint32_t uid,
		      uint32_t gid, struct inode **ret);
int tmpfs_symlink(struct inode *dir, const struct qstr *name, const char *target, uint32_t uid,
		  uint32_t gid, struct inode **ret);
int tmpfs_link(struct inode *dir, const struct qstr *name, struct inode *target);
int tmpfs_unlink(struct inode *dir, const struct qstr *name, struct inode *victim);
int tmpfs_rmdir(struct inode *dir, const struct qstr *name, struct inode *victim);
int tmpfs_rename(struct inode *olddir, const struct qstr *oldname, struct inode *victim,
		 struct inode *newdir, const struct qstr *newname, struct inode *replaced,
		 unsigned int flags);
int tmpfs_tmpfile(struct inode *dir, uint32_t mode, uint32_t uid, uint32_t gid, struct inode **ret);

/* heap.c; in->mu is held */
void tmpfs_heap_read(const struct tmpfs_data *d, uint64_t pos, char *buf, size_t n);
/* Bytes written, fewer where space ends; -ENOSPC, -ENOMEM if none. */
must_check ssize_t tmpfs_heap_write(struct inode *in, const char *buf, size_t n, uint64_t pos);
void tmpfs_heap_punch(struct inode *in, uint64_t pos, uint64_t end);
must_check int tmpfs_heap_allocate(struct inode *in, uint64_t pos, uint64_t end);
int64_t tmpfs_heap_seek(const struct inode *in, const struct tmpfs_data *d, int64_t off, bool data);
must_check int tmpfs_heap_copy_to(const struct inode *in, const struct tmpfs_data *d, int fd);
void tmpfs_heap_free(struct tmpfs_data *d);

/* data.c; tmpfs_data_*: in->mu is held */
extern const struct file_ops tmpfs_file_fops;
void tmpfs_data_init(struct tmpfs_data *d);
void tmpfs_data_free(struct inode *in);
must_check int tmpfs_data_truncate(struct inode *in, uint64_t size);
uint64_t tmpfs_data_blocks(struct inode *in); /* of 512 bytes */

/* All pages up to the end are allocated, so the count follows from the size. */
static inline bool tmpfs_is_dense(const struct inode *in, const struct tmpfs_data *d)
{
	return d->charged >= in->size / TMPFS_PAGE + (in->size % TMPFS_PAGE != 0);
}

/* map.c; in->mu is held */
/* The memfd's mapping, as long as its size at least, for a transfer of n bytes; NULL: it has none (yet). Only
 * what lies within the size may be touched, under in->mu; the host's copies to and from processes may also be
 * given it with a reference only, and are short where it ends meanwhile. */
struct tmpfs_map *tmpfs_map(struct inode *in, size_t n);
void tmpfs_map_put(struct kernel *k, struct tmpfs_map *map);

/* xattr.c; in->mu is held */
ssize_t tmpfs_getxattr(struct inode *in, const char *name, void *buf, size_t size);
ssize_t tmpfs_listxattr(struct inode *in, char *buf, size_t size);
int tmpfs_setxattr(struct inode *in, const char *name, const void *val, size_t size, int flags);
int tmpfs_removexattr(struct inode *in, const char *name);
void tmpfs_xattrs_free(struct tmpfs_inode *ti);

#endif
