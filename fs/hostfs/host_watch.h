/*
 * fs/hostfs/host_watch.h - inotify inside for what others change in a shared tree of the host
 *
 * Model: what guests watch in a tree that is not exclusive (fs/anon/inotify.h) gets a mark of the host's
 * fanotify(7), in one group of the sandbox, which is made when the first is watched. An event of the group
 * names its objects by handles; those are asked for when the mark is made, and lead back to the
 * inode. The host says of an event whether we have made it ourselves: those are dropped, the VFS has told of them.
 *
 * What is told: names that come, go and move, contents and attributes that change, files that were
 * written and are closed, the object's own end and move. Not: opening and reading. Several changes of
 * one name by one process between two looks are told in the order in which they make sense.
 * Where the host gives no group (before Linux 5.13, in a container without fanotify, more than 128 of one user)
 * or no handles, guests hear of changes made inside alone, and the log says so.
 *
 * Hostile guest: at most HOST_WATCH_MAX marks, of the 65536 watches that a sandbox may have. What the host
 * sends is its kernel's; names in it are any bytes but NUL and slash, NAME_MAX at most.
 *
 * Locking: change_mu (LOCK_HOST_WATCH) is held while one inode gets or loses its mark, host calls
 * included; table_mu (LOCK_ANON) inside guards the tables, and is all that the event thread takes.
 */
#ifndef FS_HOSTFS_HOST_WATCH_H
#define FS_HOSTFS_HOST_WATCH_H

struct inode;

#define HOST_WATCH_MAX 8192

/* The sentry's filter allows what it takes (POLICY_GROUP_WATCH). Without: nothing is watched. */
void host_watch_enable(void);
/* super_ops.watched of host trees: makes what the host knows agree with what guests watch. */
void host_watch_changed(struct inode *in);

#endif
