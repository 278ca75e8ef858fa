/*
 * fs/sys/sysfs.h - /sys: the part of sysfs(5) that programs read: CPUs, memory, network, kernel
 *
 * Interface: sysfs_create() makes an instance; sysfs_fs_type is its row for mount(2).
 */
#ifndef FS_SYS_SYSFS_H
#define FS_SYS_SYSFS_H

#include "sentry/base/base.h"

struct fs_type;
struct kernel;
struct super;

must_check int sysfs_create(struct kernel *k, struct super **ret);
extern const struct fs_type sysfs_fs_type;

#endif
