/*
 * runsc-c/rootfs_oci.c - a container's root filesystem: root.path, mounts, devices, masked paths
 *
 * Model: the same two phases as in rootfs.h. The sources are paths of the host, given by the engine,
 * and opened with its rights before anything else. The targets lie in an image that is hostile: they
 * are resolved in the sentry's own VFS, symlinks included, so that nothing outside of the root can be
 * reached or made. As runc does, missing targets are made, also where a dangling symlink points.
 *
 * The root's tree is open for writing even where root.readonly is set, because targets may have to be
 * made in it; then the mount that the guest sees becomes read-only for good.
 *
 * All trees are used with the rights of root over their files (fs/hostfs/hostop.h), as the container's
 * root has them with other runtimes. The rest of the host is neither open nor mounted here.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "fs/dev/devfs.h"
#include "fs/devpts/devpts.h"
#include "fs/overlay/overlay.h"
#include "fs/proc/procfs.h"
#include "fs/sys/sysfs.h"
#include "fs/tmpfs/tmpfs.h"
#include "fs/vfs/vfs.h"
#include "runsc-c/oci/config.h"
#include "runsc-c/rootfs_internal.h"
#include "sentry/base/mem.h"
#include "sentry/fs_context.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

#define MAX_LINKS 40

/* ---- phase 1: sources ---- */

int rootfs_oci_open(struct rootfs *r, struct rootfs_error *err)
{
	const struct oci_config *oci = r->cfg->oci;
	int e;

	r->kind = ROOTFS_DIR;
	r->binds = mem_zalloc((oci->nr_mounts + 1) * sizeof(*r->binds));
	if (!r->binds)
		return rootfs_fail(err, -ENOMEM, "mounts");
	e = rootfs_open_tree(&r->root, "root.path", oci->rootfs, false, err);
	r->root.as_owner = true;
	for (size_t i = 0; e == 0 && i < oci->nr_mounts; i++) {
		const struct oci_mount *m = &oci->mounts[i];
		struct rootfs_tree *tree = &r->binds[i];
		char what[PATH_MAX + 64], full[PATH_MAX];

		tree->fd = -1;
		r->nr_binds = i + 1;
		if (m->kind != OCI_MOUNT_BIND)
			continue;
		snprintf(what, sizeof(what), "error mounting \"%s\" to rootfs at \"%s\": stat",
			 m->source, m->destination);
		if (!realpath(m->source_path, full))
			return rootfs_fail(err, -errno, "%s %s", what, m->source);
		e = rootfs_open_source(tree, what, full, m->flags & MNT_READONLY, err);
		tree->as_owner = true;
	}
	return e;
}

/* ---- targets ---- */

/* A walk through the guest's tree: done holds no symlink and no "..". */
struct walk {
	char done[PATH_MAX];
	char rest[PATH_MAX];
	unsigned int links;
};

/* Puts a symlink's target in front of what is left. */
static int follow(struct builder *b, struct walk *w, const struct path *link)
{
	char target[PATH_MAX], rest[PATH_MAX];
	int n = vfs_readlink(b->t, link, target, sizeof(target) - 1);

	if (n < 0)
		return n;
	target[n] = '\0';
	if (++w->links > MAX_LINKS)
		return -ELOOP;
	if (snprintf(rest, sizeof(rest), "%s/%s", target, w->rest) >= (int)sizeof(rest))
		return -ENAMETOOLONG;
	if (target[0] == '/')
		w->done[0] = '\0';
	strcpy(w->rest, rest);
	return 0;
}

static void step_up(struct walk *w)
{
	char *slash = strrchr(w->done, '/');

	if (slash)
		*slash = '\0';
}

/* The first component of what is left; NULL: none. */
static char *next_component(struct walk *w, char name[NAME_MAX_LEN + 1])
{
	char *s = w->rest + strspn(w->rest, "/");
	size_t len = strcspn(s, "/");

	if (len == 0 || len > NAME_MAX_LEN)
		return NULL;
	memcpy(name, s, len);
	name[len] = '\0';
	memmove(w->rest, s + len, strlen(s + len) + 1);
	return name;
}

static bool is_last(const struct walk *w)
{
	return w->rest[strspn(w->rest, "/")] == '\0';
}

static int make(struct builder *b, const char *path, bool file)
{
	int err = file ? vfs_mknod(b->t, AT_FDCWD, path, S_IFREG | 0644, 0)
		       : vfs_mkdir(b->t, AT_FDCWD, path, 0755);

	return err == -EEXIST ? 0 : err;
}

/* One component: the walk goes on behind it, or at the target of the link that it is. */
static int step(struct builder *b, struct walk *w, const char *name, bool make_it, bool file)
{
	size_t len = strlen(w->done);
	struct path p;
	int err;

	if (len + strlen(name) + 2 > sizeof(w->done))
		return -ENAMETOOLONG;
	w->done[len] = '/';
	strcpy(w->done + len + 1, name);
	err = path_lookup(b->t, AT_FDCWD, w->done, 0, &p);
	if (err == -ENOENT && make_it)
		return make(b, w->done, file && is_last(w));
	if (err < 0)
		return err;
	if (S_ISLNK(p.dentry->inode->mode)) {
		w->done[len] = '\0';
		err = follow(b, w, &p);
	} else if (!S_ISDIR(p.dentry->inode->mode) && !is_last(w)) {
		err = -ENOTDIR;
	}
	path_put(&p);
	return err;
}

/* Resolves path in the guest's tree; make_it: with all that is missing, the last as a file or as a
 * directory. */
static int find_target(struct builder *b, const char *path, bool make_it, bool file,
		       struct path *ret)
{
	_cleanup_free_ struct walk *w = mem_zalloc(sizeof(*w));
	char name[NAME_MAX_LEN + 1];
	int err = 0;

	if (!w)
		return -ENOMEM;
	if (snprintf(w->rest, sizeof(w->rest), "%s", path) >= (int)sizeof(w->rest))
		return -ENAMETOOLONG;
	while (err == 0 && !is_last(w)) {
		if (!next_component(w, name))
			return -ENAMETOOLONG;
		if (strcmp(name, "..") == 0)
			step_up(w);
		else if (strcmp(name, ".") != 0)
			err = step(b, w, name, make_it, file);
	}
	return err < 0 ? err : path_lookup(b->t, AT_FDCWD, *w->done ? w->done : "/", 0, ret);
}

/* Mounts m (consumed; NULL: out of memory) on path, which is made if need be. */
static int mount_on(struct builder *b, struct mount *m, const char *path, bool file)
{
	struct path where;
	int err;

	if (!m)
		return -ENOMEM;
	err = find_target(b, path, true, file, &where);
	if (err == 0) {
		err = mount_attach(m, &where);
		path_put(&where);
	}
	mount_put(m);
	return err;
}

/* ---- mounts ---- */

static int bind_mount(struct builder *b, const struct oci_mount *m, struct rootfs_tree *tree)
{
	struct hostfs_options opt = {
		.source = m->source,
		.only = tree->file,
		.allow_special = true,
	};
	bool locked = m->flags & MNT_READONLY, file = tree->file != NULL;
	unsigned int flags = m->flags | (locked ? MNT_LOCKED : 0);
	struct mount *mnt = NULL;
	struct super *s;
	int err = rootfs_host_super(b, tree, &opt, &s);

	if (err < 0)
		return err;
	if (file)
		err = rootfs_file_mount(b, s, tree->file, flags, &mnt);
	else
		mnt = mount_new(s, NULL, flags);
	super_put(s);
	return err < 0 ? err : mount_on(b, mnt, m->destination, file);
}

/* A directory that is known as one: queues are not listed in it. */
static int make_mqueue(struct builder *b, struct super **ret)
{
	int err = tmpfs_create(b->k, "mqueue", "mode=1777", ret);

	if (err == 0)
		(*ret)->fstype = "mqueue";
	return err;
}

static int make_super(struct builder *b, const struct oci_mount *m, struct super **ret)
{
	const char *source = m->source && *m->source ? m->source : m->type;

	switch (m->kind) {
	case OCI_MOUNT_PROC: return procfs_create(b->k, ret);
	case OCI_MOUNT_SYSFS: return sysfs_create(b->k, ret);
	case OCI_MOUNT_DEVPTS: return devpts_create(b->k, m->data, ret);
	case OCI_MOUNT_MQUEUE: return make_mqueue(b, ret);
	case OCI_MOUNT_CGROUP: return tmpfs_create(b->k, "cgroup", "mode=0755", ret);
	default: return tmpfs_create(b->k, source, m->data ? m->data : "mode=1777", ret);
	}
}

/* tmpcopyup: the image's directory below, in place of copies of what it has, and memory above. */
static int memory_over(struct builder *b, const struct oci_mount *m, struct super **ret)
{
	const struct overlay_options opt = {0};
	struct inode *up = NULL, *pool = NULL, *lower;
	struct super *upper;
	struct path where;
	int err = find_target(b, m->destination, true, false, &where);

	if (err < 0)
		return err;
	lower = where.dentry->inode;
	err = S_ISDIR(lower->mode)
		      ? tmpfs_create(b->k, "tmpfs", m->data ? m->data : "mode=0755", &upper)
		      : -ENOTDIR;
	if (err < 0) {
		path_put(&where);
		return err;
	}
	err = rootfs_make_dir_in(upper->root, "upper", lower->mode & 07777, lower, &up);
	if (err == 0)
		err = rootfs_make_dir_in(upper->root, "work", 0700, lower, &pool);
	if (err == 0)
		err = overlay_create(b->k, lower, up, pool, &opt, ret);
	inode_put(up);
	inode_put(pool);
	super_put(upper);
	path_put(&where);
	return err;
}

static int one_mount(struct builder *b, const struct oci_mount *m, struct rootfs_tree *tree)
{
	struct super *s = NULL;
	int err;

	if (m->kind == OCI_MOUNT_BIND) {
		err = bind_mount(b, m, tree);
	} else {
		err = m->copy_up ? memory_over(b, m, &s) : make_super(b, m, &s);
		if (err == 0) {
			err = mount_on(b, mount_new(s, NULL, m->flags), m->destination, false);
			super_put(s);
		}
	}
	if (err < 0)
		return rootfs_fail(b->err, err, "error mounting \"%s\" to rootfs at \"%s\"%s%s",
				   m->source ? m->source : m->type, m->destination,
				   m->data ? ", options " : "", m->data ? m->data : "");
	return 0;
}

/* ---- /dev ---- */

static const struct oci_device default_devices[] = {
	{"/dev/null", S_IFCHR | 0666, 1, 3, 0, 0},    {"/dev/zero", S_IFCHR | 0666, 1, 5, 0, 0},
	{"/dev/full", S_IFCHR | 0666, 1, 7, 0, 0},    {"/dev/random", S_IFCHR | 0666, 1, 8, 0, 0},
	{"/dev/urandom", S_IFCHR | 0666, 1, 9, 0, 0}, {"/dev/tty", S_IFCHR | 0666, 5, 0, 0, 0},
};

static const struct {
	const char *path, *target;
} dev_links[] = {
	{"/dev/fd", "/proc/self/fd"},	    {"/dev/stdin", "/proc/self/fd/0"},
	{"/dev/stdout", "/proc/self/fd/1"}, {"/dev/stderr", "/proc/self/fd/2"},
	{"/dev/core", "/proc/kcore"},
};

/* Directories above it are made; what is there already stays. */
static int make_device(struct builder *b, const struct oci_device *d)
{
	struct iattr attr = {.valid = IATTR_UID | IATTR_GID | IATTR_MODE | IATTR_FORCE,
			     .mode = d->mode & 07777,
			     .uid = d->uid,
			     .gid = d->gid};
	char parent[PATH_MAX];
	struct path p;
	char *slash;
	int err;

	snprintf(parent, sizeof(parent), "%s", d->path);
	slash = strrchr(parent, '/');
	if (slash && slash != parent) {
		*slash = '\0';
		err = find_target(b, parent, true, false, &p);
		if (err < 0)
			return err;
		path_put(&p);
	}
	err = vfs_mknod(b->t, AT_FDCWD, d->path, d->mode, makedev(d->major, d->minor));
	if (err == -EEXIST)
		return 0;
	if (err == 0)
		err = path_lookup(b->t, AT_FDCWD, d->path, 0, &p);
	if (err < 0)
		return err;
	err = vfs_setattr(b->t, &p, &attr);
	path_put(&p);
	return err;
}

/* As runc: not where /dev is the host's or the image's. */
static bool has_own_dev(const struct oci_config *oci)
{
	for (size_t i = 0; i < oci->nr_mounts; i++)
		if (strcmp(oci->mounts[i].destination, "/dev") == 0)
			return oci->mounts[i].kind == OCI_MOUNT_TMPFS;
	return false;
}

static int fill_dev(struct builder *b)
{
	static const struct oci_device console = {"/dev/console", S_IFCHR | 0620, 5, 1, 0, 5};
	const struct oci_config *oci = b->r->cfg->oci;
	int err = 0;

	if (!has_own_dev(oci))
		return 0;
	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(default_devices); i++)
		err = make_device(b, &default_devices[i]);
	if (err == 0 && oci->process.terminal)
		err = make_device(b, &console);
	if (err < 0)
		return rootfs_fail(b->err, err, "cannot make the standard devices in /dev");
	for (size_t i = 0; err == 0 && i < oci->nr_devices; i++) {
		err = make_device(b, &oci->devices[i]);
		if (err < 0)
			return rootfs_fail(b->err, err, "linux.devices[%zu]: cannot make %s", i,
					   oci->devices[i].path);
	}
	for (size_t i = 0; i < ARRAY_SIZE(dev_links); i++) {
		err = vfs_symlink(b->t, dev_links[i].target, AT_FDCWD, dev_links[i].path);
		if (err < 0 && err != -EEXIST)
			return rootfs_fail(b->err, err, "cannot make %s", dev_links[i].path);
	}
	err = vfs_symlink(b->t, "pts/ptmx", AT_FDCWD, "/dev/ptmx");
	return err < 0 && err != -EEXIST ? rootfs_fail(b->err, err, "cannot make /dev/ptmx") : 0;
}

/* ---- masked and read-only paths ---- */

/* An empty directory, or /dev/null, on what is there. */
static int mask(struct builder *b, struct super *empty, struct super *dev, const char *path)
{
	struct path where;
	struct mount *m = NULL;
	int err = find_target(b, path, false, false, &where);

	if (err == -ENOENT || err == -ENOTDIR)
		return 0;
	if (err < 0)
		return err;
	if (S_ISDIR(where.dentry->inode->mode))
		m = mount_new(empty, NULL, MNT_READONLY | MNT_LOCKED | MNT_RELATIME);
	else
		err = rootfs_file_mount(b, dev, "null", MNT_NOSUID | MNT_NOEXEC | MNT_LOCKED, &m);
	if (err == 0 && !m)
		err = -ENOMEM;
	if (err == 0)
		err = mount_attach(m, &where);
	if (m)
		mount_put(m);
	path_put(&where);
	return err;
}

static int mask_all(struct builder *b)
{
	char *const *paths = b->r->cfg->oci->masked;
	struct super *empty, *dev;
	int err;

	if (!paths || !*paths)
		return 0;
	err = tmpfs_create(b->k, "tmpfs", "mode=0755,nr_inodes=16", &empty);
	if (err < 0)
		return rootfs_fail(b->err, err, "linux.maskedPaths");
	err = devfs_create(b->k, &dev);
	if (err < 0) {
		super_put(empty);
		return rootfs_fail(b->err, err, "linux.maskedPaths");
	}
	for (; err == 0 && *paths; paths++) {
		err = mask(b, empty, dev, *paths);
		if (err < 0)
			rootfs_fail(b->err, err, "linux.maskedPaths: %s", *paths);
	}
	super_put(empty);
	super_put(dev);
	return err;
}

static int make_readonly(struct builder *b, const char *path)
{
	struct path p;
	struct mount *m;
	int err = find_target(b, path, false, false, &p);

	if (err == -ENOENT || err == -ENOTDIR)
		return 0;
	if (err < 0)
		return err;
	m = mount_new(p.mnt->super, p.dentry, p.mnt->flags | MNT_READONLY | MNT_LOCKED);
	err = m ? mount_attach(m, &p) : -ENOMEM;
	if (m)
		mount_put(m);
	path_put(&p);
	return err;
}

static int make_all_readonly(struct builder *b)
{
	char *const *paths = b->r->cfg->oci->readonly_paths;
	int err = 0;

	for (; err == 0 && paths && *paths; paths++) {
		err = make_readonly(b, *paths);
		if (err < 0)
			rootfs_fail(b->err, err, "linux.readonlyPaths: %s", *paths);
	}
	return err;
}

/* ---- phase 2 ---- */

/* As runc: a working directory that is not there is made, for the container's root. */
static int make_cwd(struct builder *b)
{
	const char *cwd = b->r->cfg->oci->process.cwd;
	struct path p;
	int err = find_target(b, cwd, true, false, &p);

	if (err < 0)
		return rootfs_fail(b->err, err, "process.cwd: mkdir %s", cwd);
	path_put(&p);
	return 0;
}

int rootfs_oci_mount(struct builder *b)
{
	const struct oci_config *oci = b->r->cfg->oci;
	struct path root;
	int err = 0;

	for (size_t i = 0; err == 0 && i < oci->nr_mounts; i++)
		err = one_mount(b, &oci->mounts[i], &b->r->binds[i]);
	if (err == 0)
		err = fill_dev(b);
	if (err == 0)
		err = make_cwd(b);
	if (err == 0)
		err = mask_all(b);
	if (err == 0)
		err = make_all_readonly(b);
	if (err < 0 || !oci->readonly)
		return err;
	fs_root(b->t->fs, &root);
	atomic_fetch_or(&root.mnt->flags, MNT_READONLY | MNT_LOCKED);
	path_put(&root);
	return 0;
}
