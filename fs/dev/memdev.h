/*
 * fs/dev/memdev.h - the devices without state: null(4), zero, full(4), random(4), urandom
 */
#ifndef FS_DEV_MEMDEV_H
#define FS_DEV_MEMDEV_H

#include "fs/vfs/file.h"

extern const struct file_ops null_fops, zero_fops, full_fops, random_fops;

#endif
