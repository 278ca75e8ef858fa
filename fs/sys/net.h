/*
 * fs/sys/net.h - /sys/class/net and the interfaces that it leads to
 */
#ifndef FS_SYS_NET_H
#define FS_SYS_NET_H

struct kernfs_dir_ops;

extern const struct kernfs_dir_ops sysfs_net_class;   /* links */
extern const struct kernfs_dir_ops sysfs_net_devices; /* the directories that they lead to */

#endif
