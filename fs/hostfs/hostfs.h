/*
 * fs/hostfs/hostfs.h - a directory tree of the host as a filesystem of the guest
 *
 * Model: one super serves what lies below one host directory fd. Names are looked up component by
 * component relative to fds of their directories and never followed by the host, so neither `..`
 * nor a symlink leads out; both are the VFS's. An inode is a host (st_dev, st_ino): hard links
 * share it. It remembers one name by which it is opened; only open files and recently used
 * directories hold host fds.
 *
 * Interface: hostfs_create() takes over tree_fd (also when it fails). exclusive: nobody but us
 * changes the tree, so names and attributes are cached for good; otherwise each use of a name and
 * each stat asks the host. In between, trust_ns: a directory is looked at when it is used after that time,
 * and only if its time of change is another one, by us or by others, its names are asked about, each once.
 * Hidden paths are relative to the tree's root; they are hidden by
 * identity too, so another bind of the same directory inside the tree does not show them.
 *
 * Differences from Linux: host FIFOs, sockets and devices can be seen, not opened: what a guest
 * opens there is the sandbox's own object (a FIFO between guests, a virtual device). Set-user-id
 * and set-group-id bits are dropped on write, as are all xattrs but user.*. Where the host refuses
 * the owner of a new file (we have no CAP_CHOWN there) the file belongs to the sentry's user.
 * O_TMPFILE is refused. A shared writable mapping of a file goes to the host's page cache directly.
 */
#ifndef FS_HOSTFS_HOSTFS_H
#define FS_HOSTFS_HOSTFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sentry/base/base.h"

struct kernel;
struct super;

enum hostfs_mask {
	HOSTFS_SHOWN,
	HOSTFS_ABSENT,	   /* -ENOENT, and not listed */
	HOSTFS_EMPTY,	   /* a directory with nothing in it; other types are absent */
	HOSTFS_UNREADABLE, /* a file of mode 0 that cannot be opened */
};

struct hostfs_hide {
	const char *path; /* "etc/shadow"; leading slashes are ignored */
	enum hostfs_mask how;
};

/* ids [host, host + count) of the host are [guest, guest + count) of the guest. */
struct hostfs_idmap {
	uint32_t host, guest, count;
};

struct hostfs_options {
	bool readonly;
	bool exclusive;
	/* exclusive, but others do change it now and then: what is known of a directory's names or
	 * of attributes is trusted for so long. 0: for good. */
	uint64_t trust_ns;
	bool as_owner;	    /* with the rights of who gave it: hostop.h */
	bool allow_special; /* FIFOs, sockets, and 0:0 devices (an overlay's whiteouts) may be made */
	const struct hostfs_hide *hide;
	size_t nr_hide;
	/* No map: ids are the same. With one, other ids are shown as 65534. At most 8 entries. */
	const struct hostfs_idmap *uids, *gids;
	size_t nr_uids, nr_gids;
	const char *only;     /* the root shows this one name: a single shared file. NULL: all */
	uint32_t max_dir_fds; /* 0: 1024 */
	const char *source;   /* for /proc/mounts; NULL: "none" */
};

must_check int hostfs_create(struct kernel *k, int tree_fd, const struct hostfs_options *opt,
			     struct super **ret);

#endif
