/*
 * fs/anon/dnotify.h - fcntl(2) F_NOTIFY: a signal to the owner of an open directory when its
 * entries change
 *
 * Model: the open directory holds a hidden inotify instance with one watch; what that would queue
 * wakes the directory's fasync record instead, which signals the owner (fasync.h).
 *
 * Differences from Linux: it ends with the last reference to the open file, not with the first
 * close(2) of a descriptor; all requests of one open file are one.
 */
#ifndef FS_ANON_DNOTIFY_H
#define FS_ANON_DNOTIFY_H

struct file;
struct task;

/* arg: DN_*; 0 or DN_MULTISHOT alone ends it. 0, -ENOTDIR, -ENOMEM, -ENOSPC, -EMFILE. */
int dnotify_set(struct task *t, int fd, struct file *f, unsigned int arg);
void dnotify_remove(struct file *f); /* the last file_put() of a file with f->dnotify */

#endif
