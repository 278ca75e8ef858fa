/*
 * fs/vfs/listed.h - what a program has just listed, and will probably open next
 *
 * Model: programs that walk a tree (grep -r, tar) list a directory and then open what it holds, in the order of
 * the list and by the descriptor that they have listed. The open directory remembers names and types that were listed
 * last, and how far its user has come. So an open often knows that its name was a regular file a moment ago, and the
 * filesystem can open it without asking first what it is (struct qstr). It is a hint: what is there is looked at
 * after the open.
 *
 * Bounds: LISTED_BYTES for each open directory, in filesystems that say so (super->opens_by_hint); nothing that was
 * listed more than LISTED_NS ago counts.
 *
 * Locking: file->pos_mu guards it; it is only tried where names are used.
 */
#ifndef FS_VFS_LISTED_H
#define FS_VFS_LISTED_H

#include <stdbool.h>

#include "fs/vfs/file.h"

/* Lists f, whose pos_mu is held, with its own readdir. */
must_check int listed_readdir(struct file *f, struct dir_context *ctx);
/* Was this path the name of a regular file when f was listed? */
bool listed_as_file(struct file *f, const char *name);
void listed_free(struct file *f);

#endif
