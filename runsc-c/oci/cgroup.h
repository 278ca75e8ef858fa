/*
 * runsc-c/oci/cgroup.h - a container's cgroup: made by create, changed by update, removed by delete
 *
 * Model: one directory per hierarchy (struct oci_state.cgroup_dirs): on hosts of the old and the mixed
 * kind (v1, hybrid) one for each v1 hierarchy, on unified ones (v2) a single one. create makes them at
 * linux.cgroupsPath (an absolute one counts from the hierarchy's root, another one from the caller's own
 * cgroup), sets linux.resources, and puts the sentry into them before it does anything; so all that
 * the sandbox consists of, guests, sentry, broker, page cache, is counted and limited there together,
 * and what engines find by the sentry's pid (usage, out-of-memory events) is true.
 *
 * What a value means is decided by the file that takes it: each has a name of its own in v1 and v2, and
 * is written where it exists. A value for which the host has no file is warned about by name.
 *
 * Two values hold twice: pids.limit binds guests inside as well, where the sentry's own threads do not
 * count (they are added to the host's limit), and memory.limit is what /proc/meminfo shows.
 *
 * linux.resources.devices: guests reach no device of the host; with cgroup v1 the rules bind the sentry.
 * The systemd driver: cgroupsPath "slice:prefix:name" is mapped to the directory that systemd would
 * use, and made there by hand. Without systemd on the host it is refused, as by runc.
 */
#ifndef RUNSC_C_OCI_CGROUP_H
#define RUNSC_C_OCI_CGROUP_H

#include "runsc-c/oci/config.h"
#include "runsc-c/oci/state.h"

struct json_object;

#define OCI_OWN_THREADS 64 /* of the sentry, beside the guests' */

enum oci_value {
	OCI_MEMORY_LIMIT,
	OCI_MEMORY_RESERVATION,
	OCI_MEMORY_SWAP,
	OCI_MEMORY_SWAPPINESS,
	OCI_CPU_SHARES,
	OCI_CPU_QUOTA,
	OCI_CPU_PERIOD,
	OCI_PIDS_LIMIT,
	OCI_BLKIO_WEIGHT,
	OCI_NR_VALUES,
};
/* A line for a file: resources_raw.c. */
struct oci_raw {
	char what[96];		     /* the field, for messages */
	const char *v1, *v2;	     /* files, whichever there is; NULL: none */
	char own_v1[40], own_v2[40]; /* the same, where names are made */
	char text1[72], text2[72];
	bool optional, may_fail; /* no warning without a file; a warning only if it is not taken */
};

/* Values that are not given are not changed. */
struct oci_resources {
	bool given[OCI_NR_VALUES];
	int64_t value[OCI_NR_VALUES]; /* -1: no limit, where that has a meaning */
	const char *cpus, *mems;      /* NULL: not given */
	bool oom_kill_disable, check_before_update;
	struct oci_raw *raw; /* free() */
	size_t nr_raw;
	struct json_object *unified; /* v2: file names and texts; NULL: none */
};

/* linux.resources of config.json, or what update gets; where: for messages. */
must_check int oci_resources_parse(struct json_object *o, const char *where,
				   struct oci_resources *ret, struct oci_error *err);

must_check int oci_resources_parse_raw(struct json_object *o, const char *where,
				       struct oci_resources *ret, struct oci_error *err);

/* Fills st->cgroup_dirs with what is to be made, which is stored first: whoever deletes a container whose
 * create was killed finds them there. */
must_check int oci_cgroup_choose(struct oci_state *st, const char *cgroups_path,
				 struct oci_error *err);
/* Makes the directories; on an error st->cgroup_dirs has those that were made. */
must_check int oci_cgroup_make(struct oci_state *st, const char *cgroups_path,
			       struct oci_error *err);
must_check int oci_cgroup_apply(const struct oci_state *st, const struct oci_resources *r,
				struct oci_error *err);
must_check int oci_cgroup_join(const struct oci_state *st, pid_t pid, struct oci_error *err);
/* Returns when all have stopped, or go on. -EOPNOTSUPP: there is no freezer. */
must_check int oci_cgroup_freeze(const struct oci_state *st, bool freeze, struct oci_error *err);
/* After the sentry's end. Processes that are still there are others': they live on, and the directory
 * stays, with a warning. */
must_check int oci_cgroup_remove(const struct oci_state *st, struct oci_error *err);

/* Into the first of the container's directories that has the file. -ENOENT. */
must_check int oci_cgroup_put(const struct oci_state *st, const char *file, const char *text);
must_check int oci_cgroup_apply_raw(const struct oci_state *st, const struct oci_resources *r,
				    struct oci_error *err);
/* The first of the container's directories that has the file: its text. -ENOENT. */
must_check int oci_cgroup_read(const struct oci_state *st, const char *file, char *buf,
			       size_t size);
/* A file's number; "max" is UINT64_MAX; def where there is none. */
uint64_t oci_cgroup_number(const struct oci_state *st, const char *file, uint64_t def);

#endif
