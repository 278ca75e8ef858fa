/*
 * fs/anon/inotify.h - inotify(7), and the hooks by which the VFS reports changes
 *
 * Interface: the VFS calls inotify_event() after a change, outside its locks, with the inode it
 * happened to and, for an event in a directory, the name. It costs one load when nobody
 * watches anything. inotify_inode_gone() is called when the last reference of an inode goes
 * (inode_fini()).
 */
#ifndef FS_ANON_INOTIFY_H
#define FS_ANON_INOTIFY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/inotify.h>

#include "fs/vfs/vfs.h"

struct file;
struct inotify_marks;

#define INOTIFY_ALL_BITS                                                                           \
	(IN_ALL_EVENTS | IN_UNMOUNT | IN_Q_OVERFLOW | IN_IGNORED | IN_ONLYDIR | IN_DONT_FOLLOW |   \
	 IN_EXCL_UNLINK | IN_MASK_ADD | IN_MASK_CREATE | IN_ISDIR | IN_ONESHOT)

/* Not of inotify(7), for dnotify.c alone: a name changed within a directory. */
#define IN_DN_RENAME 0x00080000u

int inotify_new(struct task *t, int flags, struct file **ret);
bool file_is_inotify(const struct file *f);
int inotify_add(struct task *t, struct file *f, const struct path *p, uint32_t mask);
int inotify_rm(struct file *f, int wd);
void inotify_rm_all(struct file *f);
/* Events only wake who waits for the file, none is kept: dnotify.c. Before the first watch. */
void inotify_set_silent(struct file *f);

extern atomic_uint inotify_nr_marks; /* of the whole sandbox */

void inotify_queue(struct inode *in, uint32_t mask, uint32_t cookie, const struct qstr *name);
void inotify_inode_gone(struct inode *in);
bool inotify_is_watched(struct inode *in);
void inotify_lost(void);	    /* events of the host: all instances get IN_Q_OVERFLOW */
uint32_t inotify_next_cookie(void); /* pairs IN_MOVED_FROM and IN_MOVED_TO */

/* mask: IN_* with IN_ISDIR where it applies; name: NULL for the watched object itself. */
static inline void inotify_event(struct inode *in, uint32_t mask, uint32_t cookie,
				 const struct qstr *name)
{
	if (unlikely(atomic_load_explicit(&inotify_nr_marks, memory_order_relaxed)))
		inotify_queue(in, mask, cookie, name);
}

/* Something happened to the object at p (open, read, write, close, attributes): told to those who
 * watch it and to those who watch its directory. */
void inotify_queue_path(const struct path *p, uint32_t mask);

static inline void inotify_path(const struct path *p, uint32_t mask)
{
	if (unlikely(atomic_load_explicit(&inotify_nr_marks, memory_order_relaxed)))
		inotify_queue_path(p, mask);
}

#endif
