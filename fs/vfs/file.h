/*
 * fs/vfs/file.h - open file descriptions, and the ops behind them
 *
 * Model: a struct file is what open(2) makes: an inode (or an anonymous object) with a mode, flags
 * and an offset. It is shared by dup, fork and SCM_RIGHTS, and refcounted; the last file_put()
 * calls release.
 *
 * Ops never sleep: what would block returns -EAGAIN, and the object's wait queue tells when to try
 * again (regardless of O_NONBLOCK: whether to wait is the syscall layer's decision, syscalls/io.c).
 * Ops are called through the file_*() wrappers below, which check the mode and supply defaults.
 *
 * Offsets: for seekable files the wrapper holds file->pos_mu and passes &file->pos (read, write) or
 * a copy (pread, pwrite); streams get pos == NULL. O_APPEND is the filesystem's to honour.
 */
#ifndef FS_VFS_FILE_H
#define FS_VFS_FILE_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "fs/vfs/vfs.h"
#include "sentry/wait.h"

struct listed;
struct uio;

/* getdents: emit() returns 0, or non-zero when the buffer is full (then stop). type: DT_*.
 * pos is the cookie *after* this entry, i.e. where to go on. */
struct dir_context {
	int (*emit)(struct dir_context *ctx, const char *name, uint32_t len, uint64_t ino,
		    unsigned int type, int64_t next_pos);
};

/* What becomes of the host fd that file_ops->mmap gives. */
enum mmap_fd {
	MMAP_FD_KEPT,	 /* borrowed; its number is no other file's as long as the file is open */
	MMAP_FD_LASTING, /* the same, and nobody is harmed if a
			  * guest process keeps it: it reads a file that nothing in the sandbox changes, and
			  * everybody may read */
	MMAP_FD_OWNED,	 /* to be closed by the caller */
};

struct file_ops {
	/* Bytes, 0 at end, -EAGAIN, -errno. flags: RWF_*. [-EINVAL] */
	ssize_t (*read)(struct file *f, struct uio *u, int64_t *pos, int flags);
	ssize_t (*write)(struct file *f, struct uio *u, int64_t *pos, int flags);
	int64_t (*llseek)(struct file *f, int64_t off, int whence); /* [-ESPIPE] */
	int (*readdir)(struct file *f, struct dir_context *ctx);    /* [-ENOTDIR] from f->pos */
	/* What is ready now: POLLIN... [POLLIN|POLLOUT|POLLRDNORM|POLLWRNORM: always ready] */
	uint32_t (*poll)(struct file *f);
	/* The queue that wakes for poll's events. [NULL: never blocks, epoll_ctl gives -EPERM] */
	struct wait_queue *(*wait_queue)(struct file *f);
	long (*ioctl)(struct file *f, struct task *t, unsigned int cmd,
		      uint64_t arg); /* [-ENOTTY] */
	/* A host fd that the guest may map with exactly the file's access mode. [-ENODEV] */
	int (*mmap)(struct file *f, int prot, int flags, uint64_t off, uint64_t len, int *ret_fd,
		    enum mmap_fd *ret_kind);
	/* Where in that host fd the mapping begins. [off] */
	uint64_t (*mmap_offset)(struct file *f, uint64_t off);
	int (*fsync)(struct file *f, bool datasync);			      /* [-EINVAL] */
	int (*fallocate)(struct file *f, int mode, int64_t off, int64_t len); /* [-EOPNOTSUPP] */
	int (*flush)(struct file *f, struct task *t); /* each close(2) of an fd [0] */
	void (*show_fdinfo)(struct file *f, struct strbuf *sb);
	int (*set_flags)(struct file *f, int flags); /* F_SETFL veto, e.g. O_DIRECT [0] */
	void (*release)(struct file *f);	     /* last reference gone */
};

/* file->mode bits */
enum {
	FMODE_READ = 1,
	FMODE_WRITE = 2,
	FMODE_PATH = 4,	  /* O_PATH: almost everything is -EBADF */
	FMODE_STREAM = 8, /* no offset: pipes, sockets, ttys; lseek and pread give -ESPIPE */
	FMODE_EXEC = 16,
	FMODE_NOWAIT = 32,
	FMODE_CREATED = 64, /* this open made the file: F_CREATED_QUERY */
	FMODE_NOPASS = 128, /* holds files itself: not through AF_UNIX sockets */
};

struct file {
	struct ref ref;
	const struct file_ops *ops;
	struct path path; /* always set; anonymous objects have a dentry on the anon super */
	struct inode *inode;
	unsigned int mode; /* FMODE_* */
	atomic_int flags;  /* O_ACCMODE and the changeable O_APPEND, O_NONBLOCK, ... */
	struct mutex pos_mu;
	int64_t pos;
	void *data;	   /* the filesystem's */
	struct cred *cred; /* opener's */
	/* F_SETOWN, F_SETSIG */
	int owner_pid, owner_type, owner_sig;
	struct fasync *fasync;		 /* O_ASYNC: fs/anon/fasync.c; guarded by pos_mu */
	_Atomic(struct listed *) listed; /* of a directory: fs/vfs/listed.c; set once */
	struct file *dnotify;		 /* of a directory, F_NOTIFY: fs/anon/dnotify.c; set once */
	struct list epitems; /* epoll registrations, fs/anon/epoll.c; guarded by epoll's lock */
	bool write_counted;  /* holds inode_get_write() */
	bool no_truncate;    /* by Landlock, fixed at open */
	bool no_dev_ioctl;
};

/* A file on an existing inode/path; refs are taken. Does not call ops->open. */
struct file *file_new(const struct path *p, const struct file_ops *ops, int flags);
/* An anonymous file ("anon_inode:[eventfd]", "pipe:[123]", "/memfd:x (deleted)"): makes a dentry
 * with that name; the inode has the given mode; data goes to f->data. On error data is the
 * caller's still. in may be NULL: a fresh anonymous inode. */
must_check int file_new_anon(struct kernel *k, const char *name, struct inode *in,
			     const struct file_ops *ops, void *data, int flags, unsigned int fmode,
			     struct file **ret);
struct inode *anon_inode_new(struct kernel *k, uint32_t mode); /* for pipes, sockets: own ino */
struct file *file_get(struct file *f);
void file_put(struct file *f); /* may release; never under a lock that release takes */

/* Wrappers; mode checks give -EBADF. */
ssize_t file_read(struct file *f, struct uio *u, int flags); /* at and moving the offset */
ssize_t file_write(struct file *f, struct uio *u, int flags);
ssize_t file_pread(struct file *f, struct uio *u, int64_t pos, int flags);
ssize_t file_pwrite(struct file *f, struct uio *u, int64_t pos, int flags);
int64_t file_llseek(struct file *f, int64_t off, int whence);
int file_readdir(struct file *f, struct dir_context *ctx);
uint32_t file_poll(struct file *f);
struct wait_queue *file_wait_queue(struct file *f);
long file_ioctl(struct file *f, struct task *t, unsigned int cmd, uint64_t arg);
must_check int file_fsync(struct file *f, bool datasync);
must_check int file_fallocate(struct file *f, int mode, int64_t off, int64_t len);
must_check int file_mmap(struct file *f, int prot, int flags, uint64_t off, uint64_t len,
			 int *ret_fd, enum mmap_fd *ret_kind);
/* F_SETFL: changes O_APPEND, O_NONBLOCK, O_ASYNC, O_DIRECT, O_NOATIME as Linux allows. */
must_check int file_set_flags(struct file *f, struct task *t, int flags);
/* For filesystems' read ops: the access time by O_NOATIME and the mount's rules. */
void file_accessed(struct file *f);
/* Drops set-id bits before a write by t (NULL: the kernel); for write ops that bypass
 * file_write(). */
must_check int file_remove_privs(struct file *f, struct task *t);
int64_t generic_llseek(struct file *f, int64_t off, int whence, int64_t size);
static inline bool file_nonblock(struct file *f);
/* In-kernel read of a file for exec and friends: bytes or -errno. */
ssize_t kernel_read(struct file *f, void *buf, size_t len, int64_t pos);

#include <fcntl.h>
#define LARGEFILE_BIT 0100000 /* what a 64-bit program always has; libc's O_LARGEFILE is 0 */

static inline bool file_nonblock(struct file *f)
{
	return atomic_load_explicit(&f->flags, memory_order_relaxed) & O_NONBLOCK;
}

#endif
