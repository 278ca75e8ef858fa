/*
 * fs/dev/chrdev.h - character devices: what opening a node of a given number means
 *
 * Model: a node in any filesystem names a device by its number; the devices are ours, never the
 * host's. The numbers are Linux's (Documentation/admin-guide/devices.txt).
 *
 * Interface: chrdev_open() is what vfs_open calls for S_ISCHR inodes whose filesystem has no open
 * of its own for them (mounts with nodev are refused before). It sets f->ops, f->data and FMODE
 * bits. -ENXIO: no such device. Block devices: always -ENXIO.
 */
#ifndef FS_DEV_CHRDEV_H
#define FS_DEV_CHRDEV_H

#include "fs/vfs/file.h"

struct task;

must_check int chrdev_open(struct inode *in, struct file *f, struct task *t);
/* Ops of /dev/null, for files without a node. */
extern const struct file_ops null_fops;

#endif
