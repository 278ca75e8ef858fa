/*
 * runsc-c/rootfs.h - the guest's root filesystem: which trees, and how they are put together
 *
 * Model: two phases around the loss of the host's tree.
 *  rootfs_open_fds()  in the sentry's own mount namespace, still with CAP_SYS_ADMIN in its user
 *                     namespace: clones the mounts that will be needed (nodev, nosuid, nosymfollow,
 *                     read-only where nothing is to be written) and keeps only directory fds.
 *  rootfs_mount()     without any path of the host: makes the filesystems and the guest's mounts.
 *
 * The default root is the host's tree, read-only, below an overlay in memory, without its secrets
 * (rootfs_hide.c): empty are /root, /home, /run, /boot, engine data and the like, unreadable the
 * password and key files; /tmp, /var/tmp, /proc, /sys, /dev are the sandbox's own. The current
 * directory is shown (and writable, in an overlay of its own) even where it lies in an emptied
 * place. With --rootfs it is a directory or a tar archive (also gzip) instead, and nothing of the
 * host is seen that was not asked for.
 *
 * Interface: the configuration's strings are borrowed until rootfs_mount() returns. Messages name
 * the path and the option. There is one root filesystem per sentry, so the state between the phases
 * is this file's own; it is empty again after rootfs_mount().
 */
#ifndef RUNSC_C_ROOTFS_H
#define RUNSC_C_ROOTFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fs/vfs/vfs.h"
#include "sentry/base/base.h"

struct kernel;
struct oci_config;

#define ROOTFS_MAX_BINDS 64
#define ROOTFS_MAX_TMPFS 64
#define ROOTFS_MAX_TREES 1024 /* a container's mounts */
#define ROOTFS_MAX_FDS (ROOTFS_MAX_TREES + 8)

/* --bind SRC[:DST][:ro|rw]; dst NULL: the same absolute path. Read-write unless ro is given. */
struct rootfs_bind {
	const char *src, *dst;
	bool readonly;
};

/* --tmpfs DST[:options]; options as mount(8)'s for tmpfs, or NULL */
struct rootfs_tmpfs {
	const char *dst, *options;
};

enum rootfs_overlay {
	ROOTFS_OVERLAY_MEMORY, /* changes are gone with the sandbox */
	ROOTFS_OVERLAY_DIR,    /* and here they are kept in a host directory */
	ROOTFS_OVERLAY_NONE,   /* --rootfs DIR is changed itself; the host's tree is read-only */
};

struct rootfs_config {
	const char *rootfs; /* --rootfs DIR|TAR; NULL: the host's tree */
	bool readonly;	    /* the guest may not change its root */
	enum rootfs_overlay overlay;
	const char *overlay_dir;
	const char
		*cwd; /* absolute: shown in the default root, and where the guest starts; or NULL */
	bool cwd_asked;	  /* it is an error if the root does not show it */
	const char *home; /* absolute: made as an empty directory if it is not there; or NULL */
	struct rootfs_bind binds[ROOTFS_MAX_BINDS];
	size_t nr_binds;
	struct rootfs_tmpfs tmpfs[ROOTFS_MAX_TMPFS];
	size_t nr_tmpfs;
	/* A container: its root and mounts instead of all that is above (rootfs_oci.c). NULL: none. */
	const struct oci_config *oci;
	/* The host ids that the sentry will run with, and the guest's that own what they own. */
	uint32_t reader_uid, reader_gid;
	/* The caller's: for what it gave for writing, or what only it may read (fs/hostfs/hostop.h). */
	uint32_t owner_uid, owner_gid;
	uint32_t guest_uid, guest_gid;
};

struct rootfs_error {
	int err; /* negative errno */
	char text[512];
};

/* Fill a config's entry from an option's argument; arg is changed in place and borrowed. */
must_check int rootfs_parse_bind(struct rootfs_config *cfg, char *arg, struct rootfs_error *err);
must_check int rootfs_parse_tmpfs(struct rootfs_config *cfg, char *arg, struct rootfs_error *err);
must_check int rootfs_parse_overlay(struct rootfs_config *cfg, char *arg, struct rootfs_error *err);

must_check int rootfs_open_fds(const struct rootfs_config *cfg, struct rootfs_error *err);
/* The fds that are held, for Landlock: up to ROOTFS_MAX_FDS each. */
void rootfs_list_fds(int *read_fds, size_t *nr_read, int *write_fds, size_t *nr_write);
/* Is any tree of the host writable? Then the sentry needs the calls that change names and
 * owners. */
bool rootfs_writes_host(void);
/* May others change what is in a tree, apart from the root? */
bool rootfs_is_shared(void);
/* Is any tree used with the owner's rights, which are not the reader's? */
bool rootfs_has_owner(void);

/* Sets k->root_ns; *ret_root and *ret_cwd are referenced paths for the first process. */
must_check int rootfs_mount(struct kernel *k, struct path *ret_root, struct path *ret_cwd,
			    struct rootfs_error *err);

#endif
