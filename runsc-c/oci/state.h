/*
 * runsc-c/oci/state.h - what is known of a container on disk
 *
 * Model: --root (default /run/runsc-c, or $XDG_RUNTIME_DIR/runsc-c without root's rights) has one
 * directory per container, named by its id and made by create (mkdir: an id exists once):
 *   state.json    struct oci_state; replaced as a whole (state.json.new, rename)
 *   config.json   a copy of the bundle's, for hooks, exec and delete: the bundle may be gone by then
 *   control.sock  where the sentry listens (control.h)
 * The directory itself carries the lock (flock on its fd): exclusive for what changes the state
 * (create, start, kill, delete, pause, update), shared for readers, which do not wait for it once there is
 * a state. Whoever gets the lock looks
 * whether the directory is still the one of that name; it may have been removed meanwhile.
 *
 * It names hooks to run, processes to kill, cgroups to remove: a directory that belongs to another user, or
 * that others may write, is not believed (--root may be in a place where others make directories).
 *
 * The status is computed, not stored: the process of `pid` with `pid_start` lives or not (a recycled
 * pid has another start time), and its sentry has been released or not (`started`). `creating` is a
 * directory whose create command has not finished; if that command is gone, it is `stopped`.
 *
 * A crash of any part leaves a directory that `delete --force` removes, with all processes and
 * cgroups that it names.
 */
#ifndef RUNSC_C_OCI_STATE_H
#define RUNSC_C_OCI_STATE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "runsc-c/oci/error.h"

struct json_object;

#define OCI_MAX_ID 1024
#define OCI_CONTROL_SOCKET "control.sock"
#define OCI_NR_CGROUP_DIRS 16

enum oci_status { OCI_CREATING, OCI_CREATED, OCI_RUNNING, OCI_PAUSED, OCI_STOPPED };

struct oci_state {
	char *id;
	char *bundle, *rootfs; /* absolute */
	char *created;	       /* RFC 3339 with nanoseconds, UTC */
	char *owner;
	char *annotations;  /* JSON object as text */
	pid_t pid;	    /* the sentry; 0: not yet */
	uint64_t pid_start; /* field 22 of /proc/PID/stat */
	pid_t creator;	    /* the create command */
	uint64_t creator_start;
	bool ready;   /* create has finished */
	bool started; /* the guest was released */
	/* The container's cgroup: one directory per hierarchy, absolute; written by cgroup code. */
	char *cgroup_dirs[OCI_NR_CGROUP_DIRS];
	size_t nr_cgroup_dirs;
	bool systemd_cgroup;
};

/* An open, locked container directory. */
struct oci_dir {
	int fd; /* the directory; carries the lock */
	char path[PATH_MAX];
};

/* The id's syntax is checked first: letters, digits, and _ + - . not as "." or "..". */
must_check int oci_check_id(const char *id, struct oci_error *err);
must_check int oci_dir_make(const char *root, const char *id, struct oci_dir *ret,
			    struct oci_error *err); /* locked exclusively */
must_check int oci_dir_open(const char *root, const char *id, bool exclusive, struct oci_dir *ret,
			    struct oci_error *err); /* -ENOENT: "container does not exist" */
void oci_dir_close(struct oci_dir *d);
void oci_dir_remove(struct oci_dir *d); /* with all files in it; and closes it */

must_check int oci_state_load(const struct oci_dir *d, struct oci_state *ret,
			      struct oci_error *err);
must_check int oci_state_store(const struct oci_dir *d, const struct oci_state *st,
			       struct oci_error *err);
void oci_state_free(struct oci_state *st);

enum oci_status oci_state_status(const struct oci_state *st); /* asks the host */
const char *oci_status_name(enum oci_status s);
/* The start time of a process, 0: there is none (or a zombie). */
uint64_t oci_process_start(pid_t pid);
pid_t oci_process_parent(pid_t pid); /* the same */
/* A pidfd of st->pid, checked to be that process; -ESRCH: it is gone. */
must_check int oci_state_pidfd(const struct oci_state *st);

/* state, list, and what hooks get on their standard input; to be put. */
struct json_object *oci_state_public(const struct oci_state *st, enum oci_status status);
/* Writes tmp, renames it to name. */
must_check int oci_file_replace(int dirfd, const char *name, const char *tmp, mode_t mode,
				const char *text);
/* --pid-file; NULL: not asked for. */
must_check int oci_write_pid_file(const char *path, pid_t pid, struct oci_error *err);

#endif
