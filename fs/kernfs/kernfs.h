/*
 * fs/kernfs/kernfs.h - generated trees: what /proc, /sys and their like have in common
 *
 * Model: a tree is described by tables of struct kernfs_row. A row is a directory (with a table of
 * its own and perhaps names that come and go), a text file, a symlink, or a file with ops of its
 * own. Inodes are made at each look-up and carry the row, an optional owner (the process, the
 * device they tell about) and a number for names that are numbers.
 *
 *  text files  show() writes the whole text into a strbuf when the file is read at offset 0; reads
 *		at later offsets go on in that same text, so that a reader in small pieces sees one
 *		state. show() runs without locks of kernfs and may take any lock of the sentry.
 *  writes      store() gets one write as a NUL-terminated text, at most KERNFS_STORE_MAX bytes.
 *  access      generic mode bits, with the owner's ids (kernfs_owner.attr); may_open() for more.
 *
 * Interface: rows are static const; a table ends with a row without name. kernfs_super_init() makes
 * the root. Errors of show() are read's. Names of a table shadow those of its dynamic part.
 *
 * Locking: the text of an open file is an immutable, counted object; its pointer is guarded by a
 * mutex (LOCK_ANON), never held while a text is made or copied out.
 *
 * Differences from Linux: a seek to offset 0 makes the text anew at the next read, for every file.
 */
#ifndef FS_KERNFS_KERNFS_H
#define FS_KERNFS_KERNFS_H

#include "fs/vfs/file.h"
#include "fs/vfs/vfs.h"
#include "sentry/base/base.h"
#include "sentry/base/ref.h"
#include "sentry/base/strbuf.h"

struct task;

#define KERNFS_STORE_MAX 65536
#define KERNFS_TEXT_MAX ((size_t)64 << 20)

struct kernfs_owner {
	struct ref ref;
	void (*destroy)(struct kernfs_owner *o);
	void (*attr)(struct kernfs_owner *o, struct inode *in); /* sets uid, gid; or NULL */
	bool (*gone)(struct kernfs_owner *o); /* nothing is listed any more; NULL: never */
};

struct kernfs_row;
struct kernfs_inode {
	struct inode inode;
	const struct kernfs_row *row;
	struct kernfs_owner *owner; /* referenced, or NULL */
	uint64_t arg;
};

struct kernfs_dirent {
	char name[64];
	unsigned int type; /* DT_* */
	uint64_t key;
};

/* The part of a directory that is not in its table. Called with the directory's mu held (lookup)
 * or without (next). */
struct kernfs_dir_ops {
	int (*lookup)(struct kernfs_inode *dir, const struct qstr *name, struct inode **ret);
	/* The entry with the least key >= key: 1 and *ret, 0: no more, -errno. */
	int (*next)(struct kernfs_inode *dir, uint64_t key, struct kernfs_dirent *ret);
	/* Does the name still mean child? NULL: look it up again each time. */
	bool (*valid)(struct kernfs_inode *dir, struct kernfs_inode *child);
};

struct kernfs_row {
	const char *name;
	uint32_t mode; /* type and permissions */
	/* directories */
	const struct kernfs_row *rows;
	const struct kernfs_dir_ops *dyn;
	/* text files; t is the reader's task, NULL within the sentry */
	int (*show)(struct kernfs_inode *kn, struct task *t, struct strbuf *sb);
	ssize_t (*store)(struct kernfs_inode *kn, struct task *t, char *text, size_t len);
	/* symlinks: a fixed target, or a function; and a jump for magic links */
	const char *target;
	int (*readlink)(struct kernfs_inode *kn, struct task *t, char *buf, size_t size);
	int (*jump)(struct kernfs_inode *kn, struct task *t, struct path *ret);
	/* files with ops of their own: f->data is theirs */
	const struct file_ops *fops;
	int (*may_open)(struct kernfs_inode *kn, struct task *t, struct file *f);
	/* text files with ops of their own: what they keep while open (kernfs_file_keep()) */
	int (*opened)(struct kernfs_inode *kn, struct task *t, struct file *f);
	const void *data; /* the functions' */
	/* directories: the mode binds those with capabilities, too, and goes by effective ids */
	bool bare_mode;
};

static inline struct kernfs_inode *kernfs_of(struct inode *in)
{
	return container_of(in, struct kernfs_inode, inode);
}

static inline struct kernfs_inode *kernfs_of_file(struct file *f)
{
	return kernfs_of(f->inode);
}

void kernfs_owner_init(struct kernfs_owner *o, void (*destroy)(struct kernfs_owner *),
		       void (*attr)(struct kernfs_owner *, struct inode *));
void kernfs_owner_put(struct kernfs_owner *o);

/* A new inode for row; takes its own reference on owner. */
must_check int kernfs_inode_new(struct super *s, const struct kernfs_row *row,
				struct kernfs_owner *owner, uint64_t ino, uint64_t arg,
				struct inode **ret);
/* Inode numbers that stay the same from look-up to look-up. */
uint64_t kernfs_child_ino(uint64_t dir_ino, uint64_t key);
/* A decimal name without leading zeros; false if it is none or too big. */
bool kernfs_parse_number(const struct qstr *name, uint64_t *ret);

/* The super's fields and its root directory. */
must_check int kernfs_super_create(struct kernel *k, const char *fstype, uint64_t magic,
				   const struct kernfs_row *root, struct super **ret);

/* For files with ops of their own that also show a text. */
extern const struct file_ops kernfs_file_ops;
ssize_t kernfs_file_read(struct file *f, struct uio *u, int64_t *pos, int flags);
int64_t kernfs_file_llseek(struct file *f, int64_t off, int whence);
void kernfs_file_release(struct file *f);
/* A thing of the row's that goes with an open text file, and how it ends. */
void kernfs_file_keep(struct file *f, void *thing, void (*put)(void *thing));
void *kernfs_file_kept(struct file *f);

/* Common forms of store(): the text as a number; -EINVAL. Blanks around it are allowed. */
must_check int kernfs_parse_i64(const char *text, int64_t *ret);

#endif
