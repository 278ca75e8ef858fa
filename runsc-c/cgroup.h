/*
 * runsc-c/cgroup.h - the host cgroup that holds a sandbox's memory and processes to their limits
 *
 * Model: a sandbox with --memory or --pids gets a directory of its own per hierarchy: one on a
 * unified host (v2), one each for memory and pids where the controllers are of the old kind (v1). The
 * starter makes it, puts the sentry into it before anything else runs in it, and removes it at the
 * end. All that the sandbox consists of is in it: sentry, guests, their page cache.
 *
 * Names: runsc-c.<pid namespace>.<starter's pid>.<starter's start time>. What a killed starter left
 * behind is removed by the next one that makes a cgroup in the same place: only if no such process
 * exists any more, and the kernel refuses it while anything is still inside.
 *
 * Where no hierarchy is writable the limits cannot be had from the host: the caller says so.
 */
#ifndef RUNSC_C_CGROUP_H
#define RUNSC_C_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "sentry/base/base.h"

enum cgroup_controller { CGROUP_MEMORY, CGROUP_PIDS, CGROUP_NR };

struct cgroup_hierarchy {
	int version;	    /* 1, 2; 0: the controller is nowhere */
	char own[PATH_MAX]; /* directory of our own cgroup */
	char top[PATH_MAX]; /* mount point */
};

struct cgroup {
	unsigned int nr_dirs;
	char dirs[CGROUP_NR][PATH_MAX];
	bool limits[CGROUP_NR]; /* which are in force */
};

/* Fills *ret; version 0 if there is none. */
void cgroup_find(enum cgroup_controller c, struct cgroup_hierarchy *ret);
/* Could a cgroup with this controller be made below some directory? Its path goes to ret_parent. */
bool cgroup_may_make(const struct cgroup_hierarchy *h, enum cgroup_controller c,
		     char ret_parent[PATH_MAX]);

/* Makes what is possible of it; cg->limits says what. memory, pids: 0 for no limit. */
void cgroup_make(struct cgroup *cg, uint64_t memory, uint32_t pids);
must_check int cgroup_add(const struct cgroup *cg, pid_t pid); /* 0 or -errno */
/* How many processes the host has killed because the memory limit was reached. */
uint64_t cgroup_oom_kills(const struct cgroup *cg);
void cgroup_remove(struct cgroup *cg);

#endif
