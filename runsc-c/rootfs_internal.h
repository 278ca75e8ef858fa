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
	struct rootfs_tree *binds;
	size_t nr_binds;
	bool has_owner; /* any tree is as_owner, and that makes a difference */
	bool one_id;	/* an ordinary user's namespace: only our own ids are known in it */
};

/* What a step of the building works on. */
struct builder {
	struct kernel *k;
	struct rootfs *r;
	struct task *t; /* root, with the new root; fs NULL before there is one */
	struct rootfs_error *err;
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

/* rootfs.c: a directory of the host; what names it in messages. Writable trees are the caller's. */
must_check int rootfs_open_tree(struct rootfs_tree *tree, const char *what, const char *path,
				bool readonly, struct rootfs_error *err);
/* The same for what may be a single file, or another thing that is none. */
must_check int rootfs_open_source(struct rootfs_tree *tree, const char *what, char *path,
				  bool readonly, struct rootfs_error *err);

/* rootfs_mount.c */
must_check int rootfs_host_super(struct builder *b, struct rootfs_tree *tree,
				 struct hostfs_options *opt, struct super **ret);
/* The file's dentry, found through a mount of its own that nobody else sees, as a mount. */
must_check int rootfs_file_mount(struct builder *b, struct super *s, const char *file,
				 unsigned int flags, struct mount **ret);

/* A directory in a filesystem that nobody sees yet, with the owner of like; it may be there. */
must_check int rootfs_make_dir_in(struct inode *dir, const char *name, uint32_t mode,
				  const struct inode *like, struct inode **ret);

/* rootfs_oci.c: a container's, in both phases. */
must_check int rootfs_oci_open(struct rootfs *r, struct rootfs_error *err);
must_check int rootfs_oci_mount(struct builder *b);

#endif
