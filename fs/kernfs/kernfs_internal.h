/* fs/kernfs/kernfs_internal.h - between the files of fs/kernfs only */
#ifndef FS_KERNFS_KERNFS_INTERNAL_H
#define FS_KERNFS_KERNFS_INTERNAL_H

struct file;

int kernfs_file_open(struct file *f); /* f->data of a text file; -ENOMEM */

#endif
