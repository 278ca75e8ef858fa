/*
 * sentry/mem/mapnames.h - which guest file a host file under a mapping stands for
 *
 * Model: /proc/pid/maps of the guest is the host's with names rewritten. Whoever maps a file
 * records what host file (device, inode) was put under the mapping and what the guest calls it.
 * One table for the kernel, so that fork needs no copy; the newest record of a host file wins, and
 * the table forgets the oldest beyond its bounds.
 *
 * Differences from Linux: a name is that of the time of the mapping; renames and later hard links do
 * not change it. A removed name is known by the file and its last part alone.
 *
 * Locking: its own mutex (LOCK_ANON).
 */
#ifndef SENTRY_MEM_MAPNAMES_H
#define SENTRY_MEM_MAPNAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sentry/base/base.h"

struct file;
struct kernel;
struct process;
struct task;

#define MAPNAMES_MAX 16384
#define MAPNAMES_MAX_BYTES (4 << 20) /* of paths */

struct mapname {
	uint64_t guest_dev, guest_ino;
	char path[4096];
};

/* For mmap: host_fd is what the guest's mapping of f will refer to. Failure only loses the name. */
void mapname_record_file(struct task *t, int host_fd, struct file *f);
/* The same with a ready path. guest_dev, guest_ino: what maps shows. */
void mapname_record(struct kernel *k, int host_fd, const char *path, uint64_t guest_dev,
		    uint64_t guest_ino);
/* A name of the guest's file, with this last part, went away: " (deleted)". */
void mapname_removed(struct kernel *k, uint64_t guest_dev, uint64_t guest_ino, const char *name,
		     size_t len);
/* dev as in the host's maps; matches by inode alone where the device differs (stacked host
 * filesystems show another one in maps than in stat). */
bool mapname_find(struct kernel *k, uint64_t host_dev, uint64_t host_ino, struct mapname *ret);

#endif
