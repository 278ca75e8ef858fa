/*
 * fs/dev/devfs.h - /dev: a tmpfs that starts with the standard nodes
 *
 * Model: like the /dev of a container: null zero full random urandom tty console, ptmx as a link
 * into pts/, fd stdin stdout stderr as links into /proc, and the directories shm mqueue pts for
 * mounts. A guest with the rights may add to it.
 *
 * Interface: devfs_create() makes an instance; devtmpfs_fs_type is its row for mount(2).
 */
#ifndef FS_DEV_DEVFS_H
#define FS_DEV_DEVFS_H

#include "sentry/base/base.h"

struct fs_type;
struct kernel;
struct super;

must_check int devfs_create(struct kernel *k, struct super **ret);
extern const struct fs_type devtmpfs_fs_type;

#endif
