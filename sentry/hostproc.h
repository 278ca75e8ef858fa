/*
 * sentry/hostproc.h - what the sentry asks the host's /proc about its guests
 *
 * Model: kernel->host_proc_fd is a directory fd on a /proc of the sentry's own (outer) pid
 * namespace, taken before privileges were dropped. Guests appear there with their host tids. All
 * functions open, read and close; -ESRCH when the thread is gone.
 *
 * Parsing: the files are the host kernel's, but comm is the guest's (it may hold any byte), so stat
 * is parsed from its last ')' on.
 */
#ifndef SENTRY_HOSTPROC_H
#define SENTRY_HOSTPROC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sentry/base/base.h"

struct kernel;

/* /proc/<tid>/<name> as a NUL-terminated text; the length, or -errno. */
must_check ssize_t hostproc_read(struct kernel *k, pid_t host_tid, const char *name, char *buf,
				 size_t size);

/* A descriptor of its memory, for reading and writing; -errno. */
must_check int hostproc_open_mem(struct kernel *k, pid_t host_tid);

struct hostproc_ids {
	pid_t tgid;	 /* host number */
	pid_t guest_tid; /* in the guest's (innermost) pid namespace */
	/* Of a process, which is its own tgid: */
	pid_t ppid; /* host number; else 0 */
	int pidfd;  /* where one was needed to find out; else -1. The caller's */
};
#define HOSTPROC_NO_IDS                                                                            \
	{                                                                                          \
		.pidfd = -1                                                                        \
	}
#define _cleanup_ids_ _cleanup_(hostproc_ids_done)
must_check int hostproc_ids(struct kernel *k, pid_t host_tid, struct hostproc_ids *ret);
void hostproc_ids_done(struct hostproc_ids *ids);
/* The state letter (R S D T t Z X), or -errno. */
must_check int hostproc_state(struct kernel *k, pid_t host_tid);
/* The number of the call the thread sleeps in; -EAGAIN while it runs, -errno. */
must_check int hostproc_syscall_nr(struct kernel *k, pid_t host_tid);
must_check int hostproc_timerslack_get(struct kernel *k, pid_t host_tid, uint64_t *ret_ns);
must_check int hostproc_timerslack_set(struct kernel *k, pid_t host_tid, uint64_t ns);
/* The first mapping that ends above addr; -ENOENT: none. */
struct hostproc_map {
	uint64_t start, end, offset, ino;
	unsigned int major, minor;
	char perms[5]; /* as in maps: "r-xp" */
};
must_check int hostproc_map_find(struct kernel *k, pid_t host_tid, uint64_t addr,
				 struct hostproc_map *ret);
/* Every mapping in turn, until fn is true. 0 or -errno. */
must_check int hostproc_maps_each(struct kernel *k, pid_t host_tid,
				  bool (*fn)(const struct hostproc_map *map, void *ctx), void *ctx);
/* Host tids: children forked by that thread, or the threads of a group. Count or -errno; of
 * more than max the newest, at least half of max. */
must_check int hostproc_children(struct kernel *k, pid_t host_pid, pid_t host_tid, pid_t *tids,
				 size_t max);
must_check int hostproc_threads(struct kernel *k, pid_t host_pid, pid_t *tids, size_t max);
/* How many threads the host counts in a group, those that are just ending included; -errno. */
must_check int hostproc_nr_threads(struct kernel *k, pid_t host_pid);
/* Every process of the sandbox, zombies included, and the sentry: who is there all the time is not left
 * out, as it can be of the lists above. 0 or -errno. */
must_check int hostproc_processes_each(struct kernel *k, void (*fn)(pid_t host_pid, void *ctx),
				       void *ctx);

#endif
