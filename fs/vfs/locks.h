/*
 * fs/vfs/locks.h - file locks: fcntl(2) record locks (POSIX and open file description), flock(2)
 *
 * Model: a lock has an owner: the fd table for POSIX locks (so threads share them and fork does not
 * inherit them), the struct file for OFD locks and flock. Try functions never wait: they return
 * -EAGAIN, and the caller parks on locks_wait_queue() with POLLOUT and tries again.
 *
 * Deadlocks: a POSIX lock that is waited for is announced by passing a struct lock_wait to
 * posix_lock_try(). While it is announced, others that would close a circle get -EDEADLK. The waiter
 * withdraws it with posix_lock_wait_end(), whatever the outcome (a success withdraws it, too).
 *
 * Locking: kernel->file_locks_mu for everything here.
 */
#ifndef FS_VFS_LOCKS_H
#define FS_VFS_LOCKS_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "sentry/base/base.h"
#include "sentry/base/list.h"

struct fdtable;
struct file;
struct inode;
struct kernel;
struct strbuf;
struct wait_queue;

struct file_lock {
	struct list node;
	const void *owner;
	int64_t start, end; /* inclusive; end INT64_MAX: to the end of the file, however it grows */
	int type;	    /* F_RDLCK, F_WRLCK; F_UNLCK in requests */
	pid_t pid;	    /* what F_GETLK shows; -1 for OFD locks */
	bool ofd;
};

struct lock_wait {
	struct list node; /* in kernel->blocked_locks; list_init() before first use */
	const void *owner;
	const void *blocker; /* owner of the lock in the way */
};

/* Decodes struct flock into start and end (l_whence against f): -EINVAL, -EOVERFLOW. */
must_check int file_lock_range(struct file *f, const struct flock *fl, struct file_lock *ret);
/* F_SETLK and the tries of F_SETLKW: 0, -EAGAIN, -EDEADLK (wait given), -ENOLCK, -EBADF (access
 * mode). wait may be NULL. */
must_check int posix_lock_try(struct file *f, const struct file_lock *req, struct lock_wait *wait);
void posix_lock_wait_end(struct kernel *k, struct lock_wait *wait);
/* F_GETLK: the first lock in the way, or type F_UNLCK in *ret. */
void posix_lock_test(struct file *f, const struct file_lock *req, struct file_lock *ret);
/* op: LOCK_SH, LOCK_EX, LOCK_UN, without LOCK_NB. 0, -EAGAIN, -ENOLCK. */
must_check int flock_try(struct file *f, int op);
/* The queue to wait on, made if necessary; NULL: out of memory. */
struct wait_queue *locks_wait_queue(struct file *f);

/* Any close of a descriptor of the inode drops the table's POSIX locks on it. */
void locks_remove_posix(struct inode *in, const struct fdtable *owner);
void locks_remove_file(struct file *f); /* the last reference: OFD and flock */
void locks_show(struct kernel *k, struct inode *in, struct strbuf *sb); /* fdinfo's "lock:" */

#endif
