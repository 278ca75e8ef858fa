/*
 * fs/devpts/devpts.h - /dev/pts: the names of pseudoterminals, pts(4)
 *
 * Model: an instance numbers its own terminals. Opening its ptmx node makes a pair, whose slave
 * appears as <n> until the master is closed. /dev/ptmx of a plain device node opens the first
 * instance that was made (kernel->devpts).
 *
 * Interface: options are mount(8)'s: uid= gid= mode= ptmxmode= max= newinstance. Unknown ones give
 * -EINVAL. devpts_fs_type is the row for mount(2).
 */
#ifndef FS_DEVPTS_DEVPTS_H
#define FS_DEVPTS_DEVPTS_H

#include "fs/vfs/file.h"

struct fs_type;
struct kernel;
struct super;
struct task;
struct tty;

must_check int devpts_create(struct kernel *k, const char *options, struct super **ret);
extern const struct fs_type devpts_fs_type;

/* For chrdev.c: /dev/ptmx, and nodes 136:n made elsewhere. */
must_check int devpts_open_ptmx(struct super *s_or_null, struct file *f, struct task *t);
must_check int devpts_open_slave(struct file *f, struct task *t, unsigned int index);

/* For pty.c and hosttty.c. The name <index> of tty appears and disappears; fsuid and fsgid of t
 * own it. */
must_check int devpts_add(struct super *s, struct tty *tty, struct task *t_or_null);
void devpts_remove(struct super *s, unsigned int index);
/* The inode that the name index has (new reference) or NULL. */
struct inode *devpts_inode(struct super *s, unsigned int index);

#endif
