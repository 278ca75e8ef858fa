/*
 * fs/overlay/overlay.h - a writable tree over a read-only one: overlayfs of Linux, in the sentry
 *
 * Model: a directory shows the names of its upper and its lower directory; the upper name wins, and
 * a whiteout in the upper layer (a character device 0:0, as in Linux) hides the lower one. A lower
 * file is copied to the upper layer before its first change. The layers are reached by their inode
 * ops alone; there are no dentries below.
 *
 * Interface: overlay_create() takes its own references on lower_root, upper_root and pool_root and
 * on their supers. upper_root and pool_root are two empty or earlier used directories of one
 * filesystem that nobody else changes; the second holds copies without a name, and must be empty.
 * persistent: the upper layer is to be used by a later sandbox. Then copies get their names at
 * once, opaque directories are marked by the xattr user.overlay.opaque, and a directory with a
 * lower part cannot be renamed (EXDEV, as Linux without redirect_dir; mv(1) copies then). Otherwise
 * (tmpfs) all state is in memory: a copy needs no copied parents, hard links of lower files stay
 * links, chmod and chown of a lower file copy no data, merged directories can be renamed.
 *
 * Differences from Linux: st_ino is constant across copy-up, with one st_dev for all. A file opened
 * before its copy-up reads the copy afterwards; a mapping made before goes on showing the lower
 * file. Access times are kept in memory only. A directory with both parts has the link count of its
 * lower part, kept up to date.
 */
#ifndef FS_OVERLAY_OVERLAY_H
#define FS_OVERLAY_OVERLAY_H

#include <stdbool.h>

#include "sentry/base/base.h"

struct inode;
struct kernel;
struct super;

struct overlay_options {
	bool persistent;
	bool readonly;
	const char *source; /* for /proc/mounts; NULL: "overlay" */
};

must_check int overlay_create(struct kernel *k, struct inode *lower_root, struct inode *upper_root,
			      struct inode *pool_root, const struct overlay_options *opt,
			      struct super **ret);

#endif
