/*
 * fs/tmpfs/tmpfs.h - files that live in memory: tmpfs(5), memfd_create(2)
 *
 * Interface: tmpfs_create() makes an instance. options are mount(8)'s: size= (bytes, k m g t, or %
 * of memory) nr_blocks= nr_inodes= mode= uid= gid=; unknown ones give -EINVAL. tmpfs_init() is
 * called at boot: it registers the types and makes the instance that memfds live in.
 */
#ifndef FS_TMPFS_TMPFS_H
#define FS_TMPFS_TMPFS_H

#include <stdbool.h>

#include "sentry/base/base.h"

struct cred;
struct file;
struct fs_type;
struct inode;
struct kernel;
struct super;

must_check int tmpfs_create(struct kernel *k, const char *source, const char *options,
			    struct super **ret);
must_check int tmpfs_init(struct kernel *k);
extern const struct fs_type tmpfs_fs_type;

/* memfd_create(2): name without prefix, flags MFD_*, checked by the caller; owned by the file-system
 * ids of owner (NULL: root). */
must_check int tmpfs_memfd_create(struct kernel *k, const struct cred *owner, const char *name,
				  unsigned int flags, struct file **ret);
/* fcntl(2) F_ADD_SEALS, F_GET_SEALS: -EINVAL if f is no tmpfs file, -EPERM, -EBUSY. */
must_check int tmpfs_add_seals(struct file *f, unsigned int seals);
must_check int tmpfs_get_seals(struct file *f);

#endif
