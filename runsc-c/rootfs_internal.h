/*
 * runsc-c/rootfs_internal.h - what rootfs.c (fds), rootfs_mount.c (mounts) and rootfs_hide.c share
 */
#ifndef RUNSC_C_ROOTFS_INTERNAL_H
#define RUNSC_C_ROOTFS_INTERNAL_H

#include "fs/hostfs/hostfs.h"
#include "runsc-c/rootfs.h"

/* One tree of the host. */
struct rootfs_tree {
	int fd; /* O_PATH directory, -1: none */
	bool readonly;
	bool as_owner; /* with the rights of the caller, see struct rootfs_config */
	char *file;    /* a single file: its name in the directory fd */
	char *dst;     /* where it goes, absolute */
};

enum rootfs_kind { ROOTFS_HOST, ROOTFS_DIR, ROOTFS_TAR };

struct rootfs {
	const struct rootfs_config *cfg;
	enum rootfs_kind kind;
	struct rootfs_tree root;
	int tar_fd;
	struct rootfs_tree upper; /* --overlay DIR */
	struct rootfs_tree cwd;	  /* fd -1: visible in the root already */
	struct rootfs_tree binds[ROOTFS_MAX_BINDS];
	size_t nr_binds;
	bool has_owner; /* any tree is as_owner, and that makes a difference */
	bool one_id;	/* an ordinary user's namespace: only our own ids are known in it */
};

extern struct rootfs rootfs_state;

/* Notes the error for the user; returns err. */
int rootfs_fail(struct rootfs_error *e, int err, const char *fmt, ...) printf_like(3, 4);
/* Adds what the user can do about it to the message. Returns e->err. */
int rootfs_hint(struct rootfs_error *e, const char *fmt, ...) printf_like(2, 3);

/* rootfs_hide.c */
extern const struct hostfs_hide rootfs_host_hide[], rootfs_home_hide[];
extern const size_t rootfs_nr_host_hide, rootfs_nr_home_hide;
/* Lies this absolute path of the host in, or is it, a place that the default root does not show? */
bool rootfs_is_hidden(const char *path);

void rootfs_close(struct rootfs *r);

#endif
