/*
 * fs/vfs/landlock.h - Landlock: what a task has forbidden itself and its children, landlock(7)
 *
 * Model: a set of rules says which accesses it handles, and what is allowed of them below which
 * files or at which ports. A domain is a chain of such sets, the newest first: an access must be
 * allowed by each that handles it. Domains are immutable and shared by clone; task->landlock is
 * changed by the task alone, others look at it under task->mu.
 *
 * A rule on a file allows for it and for everything below it, also through mounts. Rules hold the
 * inode, and its filesystem, so that they stay true when the file is moved or removed.
 *
 * Interface: landlock_check() and its like return 0 at once without a domain; they take rename_mu,
 * so no directory may be locked. -EACCES.
 *
 * Locking: a set that is being made has a mutex (LOCK_ANON).
 *
 * Differences from Linux: a link or rename into another directory is refused (EXDEV) wherever the
 * new place allows anything that the old one does not, also if the file's type could not use it.
 *
 * Sources: Documentation/userspace-api/landlock.rst; security/landlock/ for the order of errors.
 */
#ifndef FS_VFS_LANDLOCK_H
#define FS_VFS_LANDLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "sentry/base/base.h"
#include "sentry/base/hash.h"
#include "sentry/base/lock.h"
#include "sentry/base/ref.h"

struct file;
struct inode;
struct path;
struct task;

#define LANDLOCK_ABI 6
#define LANDLOCK_MAX_LAYERS 16
#define LANDLOCK_MAX_RULES 65536

/* The numbers of linux/landlock.h; older headers have a part of them. */
enum {
	LL_EXECUTE = 1 << 0,
	LL_WRITE_FILE = 1 << 1,
	LL_READ_FILE = 1 << 2,
	LL_READ_DIR = 1 << 3,
	LL_REMOVE_DIR = 1 << 4,
	LL_REMOVE_FILE = 1 << 5,
	LL_MAKE_CHAR = 1 << 6,
	LL_MAKE_DIR = 1 << 7,
	LL_MAKE_REG = 1 << 8,
	LL_MAKE_SOCK = 1 << 9,
	LL_MAKE_FIFO = 1 << 10,
	LL_MAKE_BLOCK = 1 << 11,
	LL_MAKE_SYM = 1 << 12,
	LL_REFER = 1 << 13,
	LL_TRUNCATE = 1 << 14,
	LL_IOCTL_DEV = 1 << 15,
	LL_FS_ALL = (1 << 16) - 1,
	LL_FS_OF_FILES = LL_EXECUTE | LL_WRITE_FILE | LL_READ_FILE | LL_TRUNCATE | LL_IOCTL_DEV,

	LL_BIND_TCP = 1,
	LL_CONNECT_TCP = 2,
	LL_NET_ALL = 3,

	LL_SCOPE_ABSTRACT_UNIX = 1,
	LL_SCOPE_SIGNAL = 2,
	LL_SCOPE_ALL = 3,
};

struct landlock_rules {
	uint64_t fs, net, scoped; /* what is handled */
	struct hash paths, ports;
};

/* What the descriptor of landlock_create_ruleset(2) stands for. */
struct landlock_ruleset {
	struct mutex mu;
	struct landlock_rules rules;
};

struct landlock_domain {
	struct ref ref;
	struct landlock_domain *parent; /* the older sets; NULL: none */
	unsigned int depth;		/* number of sets, this one included */
	struct landlock_rules rules;
};

struct landlock_ruleset *landlock_ruleset_new(uint64_t fs, uint64_t net, uint64_t scoped);
void landlock_ruleset_free(struct landlock_ruleset *rs);
/* -EINVAL: what the set does not handle, or cannot be for a file; -E2BIG, -ENOMEM. */
must_check int landlock_add_path(struct landlock_ruleset *rs, struct inode *in, uint64_t access);
must_check int landlock_add_port(struct landlock_ruleset *rs, uint16_t port, uint64_t access);
/* A further layer for t. -E2BIG, -ENOMEM. */
must_check int landlock_restrict(struct task *t, struct landlock_ruleset *rs);

struct landlock_domain *landlock_get(struct landlock_domain *d); /* NULL is fine in both */
void landlock_put(struct landlock_domain *d);

/* May t do all of that to p? */
must_check int landlock_check(struct task *t, const struct path *p, uint64_t access);
/* For a new description of an existing file: 0 or -EACCES; remembers what ftruncate(2) and ioctl(2)
 * may do with it. */
must_check int landlock_open(struct task *t, struct file *f);
uint64_t landlock_make_access(uint32_t mode); /* LL_MAKE_* for a type of file */
/* A link (removed 0) or rename between two directories: what is made at the new place, and removed at
 * the old one. -EXDEV: only the move itself is not allowed. */
must_check int landlock_refer(struct task *t, const struct path *from, const struct path *to,
			      uint64_t removed, uint64_t made);
bool landlock_handles_fs(const struct task *t); /* then mounts cannot be changed */
must_check int landlock_check_port(struct task *t, uint16_t port, uint64_t access);
/* May t look into or signal another, by the domains alone? -EPERM. */
must_check int landlock_ptrace(struct task *t, struct task *target);
bool landlock_scoped(const struct landlock_domain *client, const struct landlock_domain *server,
		     uint64_t scope);
struct landlock_domain *landlock_of_task(struct task *t); /* of another one; new reference */

#endif
