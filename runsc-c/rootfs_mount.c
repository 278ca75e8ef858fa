/*
 * runsc-c/rootfs_mount.c - the guest's mounts, made from the fds of phase 1 (see rootfs.h)
 *
 * Everything is done as a guest's root would do it, by a task that exists only here: its root is
 * the new tree, so symlinks in mount points lead where they would lead in the sandbox. Missing
 * mount points are made; that is why what is mounted is mounted from the outside in: the standard
 * mounts, the current directory, then --tmpfs and --bind in the user's order.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fs/dev/devfs.h"
#include "fs/devpts/devpts.h"
#include "fs/hostfs/hostop.h"
#include "fs/overlay/overlay.h"
#include "fs/proc/procfs.h"
#include "fs/sys/sysfs.h"
#include "fs/tmpfs/tmpfs.h"
#include "fs/vfs/vfs.h"
#include "runsc-c/oci/config.h"
#include "runsc-c/rootfs_internal.h"
#include "runsc-c/tar.h"
#include "sentry/base/mem.h"
#include "sentry/cred.h"
#include "sentry/fs_context.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

#define OVERFLOW_ID 65534u
#define ENGINE_TRUST_NS                                                                            \
	100000000 /* after which changes of an engine's root from outside are seen */

/* ---- the trees ---- */

/* An ordinary user's namespace shows all others as one id; those files are root's in practice. */
static size_t one_id_map(uint32_t host, uint32_t guest, struct hostfs_idmap *map)
{
	map[0] = (struct hostfs_idmap){.host = host, .guest = guest, .count = 1};
	map[1] = (struct hostfs_idmap){.host = OVERFLOW_ID, .guest = 0, .count = 1};
	return 2;
}

/* A container's, of linux.uidMappings and gidMappings. */
static size_t container_id_map(const struct oci_id_map *ids, size_t nr, struct hostfs_idmap *map)
{
	for (size_t i = 0; i < nr; i++)
		map[i] = (struct hostfs_idmap){
			.host = ids[i].host, .guest = ids[i].container, .count = ids[i].count};
	return nr;
}

int rootfs_host_super(struct builder *b, struct rootfs_tree *tree, struct hostfs_options *opt,
		      struct super **ret)
{
	const struct rootfs_config *cfg = b->r->cfg;
	struct hostfs_idmap uids[OCI_MAX_ID_MAPS], gids[OCI_MAX_ID_MAPS];

	opt->readonly = tree->readonly;
	opt->as_owner = tree->as_owner;
	opt->uids = uids;
	opt->gids = gids;
	opt->nr_uids = opt->nr_gids = 0;
	if (b->r->one_id) {
		opt->nr_uids = one_id_map(cfg->reader_uid, cfg->guest_uid, uids);
		opt->nr_gids = one_id_map(cfg->reader_gid, cfg->guest_gid, gids);
	} else if (cfg->oci) {
		opt->nr_uids = container_id_map(cfg->oci->uids, cfg->oci->nr_uids, uids);
		opt->nr_gids = container_id_map(cfg->oci->gids, cfg->oci->nr_gids, gids);
	}
	return hostfs_create(b->k, TAKE_FD(tree->fd), opt, ret);
}

static struct qstr qstr_of(const char *s)
{
	return (struct qstr){.name = s, .len = (uint32_t)strlen(s)};
}

/* A directory in a filesystem that nobody sees yet; it may be there. */
int rootfs_make_dir_in(struct inode *dir, const char *name, uint32_t mode, const struct inode *like,
		       struct inode **ret)
{
	struct qstr q = qstr_of(name);
	int err;

	mutex_lock(&dir->mu);
	err = dir->ops->lookup(dir, &q, ret);
	if (err == -ENOENT)
		err = dir->ops->mkdir(dir, &q, S_IFDIR | mode, like->uid, like->gid, ret);
	mutex_unlock(&dir->mu);
	return err;
}

/* Over lower, the two directories names of upper's root, made if needed. Consumes both supers. */
static int overlay_super(struct builder *b, struct super *lower, struct super *upper,
			 const char *const names[2], bool persistent, struct super **ret)
{
	const struct overlay_options opt = {
		.persistent = persistent,
		.readonly = b->r->cfg->readonly,
	};
	struct inode *up = NULL, *pool = NULL;
	int err;

	err = rootfs_make_dir_in(upper->root, names[0], lower->root->mode & 07777, lower->root,
				 &up);
	if (err == 0)
		err = rootfs_make_dir_in(upper->root, names[1], 0700, lower->root, &pool);
	if (err == 0)
		err = overlay_create(b->k, lower->root, up, pool, &opt, ret);
	inode_put(up);
	inode_put(pool);
	super_put(lower);
	super_put(upper);
	return err;
}

static int memory_overlay(struct builder *b, struct super *lower, struct super **ret)
{
	static const char *const names[2] = {"upper", "work"};
	struct super *upper;
	int err = tmpfs_create(b->k, "overlay", "mode=0755", &upper);

	if (err < 0) {
		super_put(lower);
		return err;
	}
	return overlay_super(b, lower, upper, names, false, ret);
}

/* A leftover of a sandbox that was killed in the middle of a copy. */
static void empty_work_dir(int dirfd, const char *name)
{
	char buf[4096] __attribute__((aligned(8)));
	_cleanup_close_ int fd = hostop_open(dirfd, name, O_RDONLY | O_DIRECTORY, 0);
	ssize_t n;

	if (fd < 0)
		return;
	while ((n = hostop_getdents(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t i = 0; i < n;) {
			uint16_t reclen;
			const char *entry = buf + i + 19; /* d_name of struct linux_dirent64 */

			memcpy(&reclen, buf + i + 16, sizeof(reclen));
			if (entry[0] == '#' && hostop_unlink(fd, entry, false) < 0 &&
			    hostop_unlink(fd, entry, true) < 0)
				break; /* it stays: harmless, its number is not used again */
			i += reclen;
		}
	}
}

/* The current directory's changes in DIR: apart from the root's, and from those of other ones. */
static void upper_names(const struct builder *b, bool cwd, char upper[NAME_MAX + 1],
			char work[NAME_MAX + 1])
{
	const char *path = b->r->cwd.dst;
	size_t len = cwd ? strlen(path) : 0;

	if (!cwd) {
		strcpy(upper, "upper");
		strcpy(work, "work");
		return;
	}
	/* Of a very long path the end, which tells more. */
	if (len > NAME_MAX - 16)
		path += len - (NAME_MAX - 16);
	snprintf(upper, NAME_MAX + 1, "cwd-upper%s", path);
	snprintf(work, NAME_MAX + 1, "cwd-work%s", path);
	for (char *s = upper; (s = strchr(s, '/')) != NULL;)
		*s = '%';
	for (char *s = work; (s = strchr(s, '/')) != NULL;)
		*s = '%';
}

static int dir_overlay(struct builder *b, struct super *lower, bool cwd, struct super **ret)
{
	struct hostfs_options opt = {.exclusive = true, .allow_special = true};
	struct rootfs_tree tree = b->r->upper;
	char upper_name[NAME_MAX + 1], work_name[NAME_MAX + 1];
	const char *const names[2] = {upper_name, work_name};
	struct super *upper;
	int err;

	upper_names(b, cwd, upper_name, work_name);
	tree.fd = hostop_dup(tree.fd);
	if (tree.fd < 0) {
		super_put(lower);
		return tree.fd;
	}
	empty_work_dir(tree.fd, work_name);
	err = rootfs_host_super(b, &tree, &opt, &upper);
	if (err < 0) {
		super_put(lower);
		return err;
	}
	return overlay_super(b, lower, upper, names, true, ret);
}

/* Puts the configured overlay over lower (consumed). */
static int put_overlay(struct builder *b, struct super *lower, bool cwd, struct super **ret)
{
	switch (b->r->cfg->overlay) {
	case ROOTFS_OVERLAY_MEMORY: return memory_overlay(b, lower, ret);
	case ROOTFS_OVERLAY_DIR: return dir_overlay(b, lower, cwd, ret);
	default: *ret = lower; return 0;
	}
}

/* Can the sentry reach what lies in the tree? Its rights as root, which it still has here, are gone
 * when the guest runs: so what is closed to all is closed to root, too. */
static int may_enter(const struct builder *b, const struct rootfs_tree *tree)
{
	const struct rootfs_config *cfg = b->r->cfg;
	struct statx st;
	uint16_t need = S_IXOTH;
	int err, fd;

	if (cfg->oci) /* with root's rights over it, or it is an ordinary user's own */
		return 0;
	fd = hostop_open(tree->fd, ".", O_PATH | O_DIRECTORY, 0);
	if (fd < 0)
		return fd;
	hostop_close(fd);
	err = hostop_statx(tree->fd, "", &st);
	if (err < 0)
		return err;
	if (st.stx_uid == cfg->reader_uid)
		need = S_IXUSR;
	else if (b->r->one_id)
		return 0; /* the host has decided above, by all groups and by ACLs */
	else if (st.stx_gid == cfg->reader_gid)
		need = S_IXGRP;
	return (st.stx_mode & need) ? 0 : -EACCES;
}

static int root_super(struct builder *b, struct super **ret)
{
	const struct rootfs_config *cfg = b->r->cfg;
	struct hostfs_options opt = {.exclusive = true, .allow_special = true, .source = "rootfs"};
	struct super *lower;
	int err;

	if (cfg->oci) /* `docker cp` */
		opt.trust_ns = ENGINE_TRUST_NS;

	if (b->r->kind == ROOTFS_TAR) {
		err = tmpfs_create(b->k, "rootfs", "mode=0755", ret);
		return err < 0 ? rootfs_fail(b->err, err, "--rootfs %s", cfg->rootfs) : 0;
	}
	err = may_enter(b, &b->r->root);
	if (err < 0) {
		rootfs_fail(b->err, err, "--rootfs %s", cfg->rootfs ? cfg->rootfs : "/");
		return rootfs_hint(b->err,
				   "uid %u, which reads it for the sandbox, may not enter it "
				   "(chmod a+rx would let it)",
				   cfg->reader_uid);
	}
	if (b->r->kind == ROOTFS_HOST) {
		opt.hide = rootfs_host_hide;
		opt.nr_hide = rootfs_nr_host_hide;
	}
	err = rootfs_host_super(b, &b->r->root, &opt, &lower);
	if (err < 0)
		return rootfs_fail(b->err, err, "--rootfs %s", cfg->rootfs ? cfg->rootfs : "/");
	err = put_overlay(b, lower, false, ret);
	if (err < 0)
		return rootfs_fail(b->err, err, "--overlay %s",
				   cfg->overlay_dir ? cfg->overlay_dir : "memory");
	return 0;
}

/* ---- mounting ---- */

/* Every directory of path, and path itself as a directory or an empty file. */
static int make_mount_point(struct builder *b, const char *path, bool file)
{
	_cleanup_free_ char *p = mem_strdup(path);
	int err = 0;

	if (!p)
		return -ENOMEM;
	for (char *s = p + 1; err == 0 && s && *s;) {
		char *slash = strchr(s, '/');

		if (slash)
			*slash = '\0';
		if (slash || !file)
			err = vfs_mkdir(b->t, AT_FDCWD, p, 0755);
		else
			err = vfs_mknod(b->t, AT_FDCWD, p, S_IFREG | 0644, 0);
		if (err == -EEXIST)
			err = 0;
		if (slash)
			*slash++ = '/';
		s = slash;
	}
	return err;
}

static int find_mount_point(struct builder *b, const char *path, bool file, struct path *ret)
{
	unsigned int flags = LOOKUP_FOLLOW | (file ? 0 : LOOKUP_DIRECTORY);
	int err = path_lookup(b->t, AT_FDCWD, path, flags, ret);

	if (err != -ENOENT)
		return err;
	err = make_mount_point(b, path, file);
	return err < 0 ? err : path_lookup(b->t, AT_FDCWD, path, flags, ret);
}

/* Mounts m (consumed) on path. */
static int mount_at(struct builder *b, struct mount *m, const char *path, bool file)
{
	struct path where;
	int err;

	if (!m)
		return -ENOMEM;
	err = find_mount_point(b, path, file, &where);
	if (err == 0) {
		err = mount_attach(m, &where);
		path_put(&where);
	}
	mount_put(m);
	return err;
}

/* Consumes s, which may be NULL if err says why. */
static int mount_super(struct builder *b, int err, struct super *s, const char *path,
		       unsigned int flags, const char *what)
{
	if (err == 0) {
		err = mount_at(b, mount_new(s, NULL, flags), path, false);
		super_put(s);
	}
	return err < 0 ? rootfs_fail(b->err, err, "%s: cannot mount on %s", what, path) : 0;
}

static int mount_tmpfs(struct builder *b, const char *path, const char *options, unsigned int flags)
{
	struct super *s = NULL;
	int err = tmpfs_create(b->k, "tmpfs", options, &s);

	return mount_super(b, err, s, path, flags | MNT_RELATIME, "--tmpfs");
}

static int mount_standard(struct builder *b)
{
	const unsigned int safe = MNT_NOSUID | MNT_NODEV;
	struct super *s = NULL;
	int err;

	err = procfs_create(b->k, &s);
	err = mount_super(b, err, s, "/proc", safe | MNT_NOEXEC | MNT_RELATIME, "proc");
	if (err < 0)
		return err;
	err = sysfs_create(b->k, &s);
	err = mount_super(b, err, s, "/sys", safe | MNT_NOEXEC | MNT_READONLY | MNT_RELATIME,
			  "sysfs");
	if (err < 0)
		return err;
	err = devfs_create(b->k, &s);
	err = mount_super(b, err, s, "/dev", MNT_NOSUID | MNT_RELATIME, "dev");
	if (err < 0)
		return err;
	err = devpts_create(b->k, "newinstance,ptmxmode=0666,mode=0620,gid=5", &s);
	err = mount_super(b, err, s, "/dev/pts", MNT_NOSUID | MNT_NOEXEC | MNT_RELATIME, "devpts");
	if (err == 0)
		err = mount_tmpfs(b, "/dev/shm", "mode=1777", safe | MNT_NOEXEC);
	if (err == 0)
		err = mount_tmpfs(b, "/tmp", "mode=1777", safe);
	if (err == 0 && b->r->kind == ROOTFS_HOST)
		err = mount_tmpfs(b, "/var/tmp", "mode=1777", safe);
	if (err == 0 && b->r->kind == ROOTFS_HOST)
		err = mount_tmpfs(b, "/run", "mode=0755", safe);
	return err;
}

static int mount_cwd(struct builder *b)
{
	struct rootfs_tree *tree = &b->r->cwd;
	struct hostfs_options opt = {
		.exclusive = tree->readonly,
		.allow_special = true,
		.hide = rootfs_home_hide,
		.nr_hide = rootfs_nr_home_hide,
		.source = "cwd",
	};
	struct super *s = NULL;
	int err;

	if (tree->fd < 0)
		return 0;
	err = rootfs_host_super(b, tree, &opt, &s);
	if (err == 0)
		err = put_overlay(b, s, true, &s);
	return mount_super(b, err, s, tree->dst, MNT_NOSUID | MNT_NODEV | MNT_RELATIME,
			   "the current directory");
}

/* The file's dentry, found through a mount of its own that nobody else sees. */
int rootfs_file_mount(struct builder *b, struct super *s, const char *file, unsigned int flags,
		      struct mount **ret)
{
	struct mount *dir = mount_new(s, NULL, flags);
	struct path top, found;
	struct fs_context *fs, *saved = b->t->fs;
	int err;

	if (!dir)
		return -ENOMEM;
	top = (struct path){.mnt = dir, .dentry = dir->root};
	fs = fs_context_new(&top, &top);
	if (!fs) {
		mount_put(dir);
		return -ENOMEM;
	}
	b->t->fs = fs;
	err = path_lookup(b->t, AT_FDCWD, file, 0, &found);
	b->t->fs = saved;
	if (err == 0) {
		*ret = mount_new(s, found.dentry, flags);
		err = *ret ? 0 : -ENOMEM;
		path_put(&found);
	}
	fs_context_put(fs);
	mount_put(dir);
	return err;
}

static int mount_bind_tree(struct builder *b, const struct rootfs_bind *bind,
			   struct rootfs_tree *tree)
{
	const unsigned int flags = MNT_NOSUID | MNT_NODEV | MNT_RELATIME |
				   (bind->readonly ? MNT_READONLY | MNT_LOCKED : 0);
	struct hostfs_options opt = {
		.source = bind->src,
		.only = tree->file,
		.allow_special = true,
	};
	struct super *s;
	struct mount *m;
	int err = rootfs_host_super(b, tree, &opt, &s);

	if (err < 0)
		return rootfs_fail(b->err, err, "--bind %s", bind->src);
	if (tree->file) {
		err = rootfs_file_mount(b, s, tree->file, flags, &m);
		if (err == 0)
			err = mount_at(b, m, tree->dst, true);
	} else {
		err = mount_at(b, mount_new(s, NULL, flags), tree->dst, false);
	}
	super_put(s);
	if (err < 0)
		return rootfs_fail(b->err, err, "--bind %s: cannot mount on %s", bind->src,
				   tree->dst);
	return 0;
}

static int mount_asked(struct builder *b)
{
	const struct rootfs_config *cfg = b->r->cfg;
	int err = 0;

	for (size_t i = 0; err == 0 && i < cfg->nr_tmpfs; i++)
		err = mount_tmpfs(b, cfg->tmpfs[i].dst,
				  cfg->tmpfs[i].options ? cfg->tmpfs[i].options : "mode=1777",
				  MNT_NOSUID | MNT_NODEV);
	for (size_t i = 0; err == 0 && i < cfg->nr_binds; i++)
		err = mount_bind_tree(b, &cfg->binds[i], &b->r->binds[i]);
	return err;
}

/* A home that is nobody's secret: empty, and the guest's own. */
static int make_home(struct builder *b)
{
	const struct rootfs_config *cfg = b->r->cfg;
	struct iattr attr = {
		.valid = IATTR_UID | IATTR_GID | IATTR_MODE,
		.mode = 0700,
		.uid = cfg->guest_uid,
		.gid = cfg->guest_gid,
	};
	struct path p;
	int err;

	if (!cfg->home || cfg->home[0] != '/' || b->r->kind != ROOTFS_HOST || cfg->readonly ||
	    cfg->overlay == ROOTFS_OVERLAY_NONE)
		return 0;
	err = path_lookup(b->t, AT_FDCWD, cfg->home, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &p);
	if (err == 0 && strcmp(cfg->home, "/root") != 0) { /* it is shown: leave it as it is */
		path_put(&p);
		return 0;
	}
	if (err < 0) {
		err = make_mount_point(b, cfg->home, false);
		if (err == 0)
			err = path_lookup(b->t, AT_FDCWD, cfg->home,
					  LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &p);
	}
	if (err == 0) {
		err = vfs_setattr(b->t, &p, &attr);
		path_put(&p);
	}
	return err < 0 ? rootfs_fail(b->err, err, "the home directory %s", cfg->home) : 0;
}

/* ---- all of it ---- */

/* Enough of a task for the VFS: root with all capabilities. */
static struct task *builder_task(struct kernel *k)
{
	struct task *t = mem_zalloc(sizeof(*t));

	if (!t)
		return NULL;
	ref_init(&t->ref, 1);
	t->kernel = k;
	mutex_init(&t->mu, LOCK_TASK);
	t->cred = cred_new();
	if (!t->cred) {
		mem_free(t);
		return NULL;
	}
	t->cred->cap_effective = t->cred->cap_permitted = t->cred->cap_bounding = ~0ULL;
	return t;
}

static void builder_task_free(struct task *t)
{
	if (t->fs)
		fs_context_put(t->fs);
	cred_put(t->cred);
	mutex_destroy(&t->mu);
	mem_free(t);
}

static int mount_root(struct builder *b)
{
	struct super *s;
	struct path top;
	struct mount *m;
	int err = root_super(b, &s);

	if (err < 0)
		return err;
	m = mount_new(s, NULL, MNT_RELATIME | (b->r->cfg->readonly ? MNT_READONLY : 0));
	super_put(s);
	b->k->root_ns = m ? mount_ns_new(b->k, m) : NULL;
	if (!b->k->root_ns)
		return rootfs_fail(b->err, -ENOMEM, "the root mount");
	top = (struct path){.mnt = m, .dentry = m->root};
	b->t->fs = fs_context_new(&top, &top);
	b->t->mnt_ns = b->k->root_ns;
	mount_put(m); /* the namespace's now */
	return b->t->fs ? 0 : rootfs_fail(b->err, -ENOMEM, "the root mount");
}

static int unpack(struct builder *b)
{
	struct tar_error te;
	int err;

	if (b->r->kind != ROOTFS_TAR)
		return 0;
	err = tar_unpack(b->t, b->r->tar_fd, &te);
	if (err < 0)
		return rootfs_fail(b->err, err, "--rootfs %s: %s", b->r->cfg->rootfs, te.text);
	return 0;
}

/* Where the first process starts. */
static int find_cwd(struct builder *b, struct path *ret)
{
	const char *cwd = b->r->cfg->cwd ? b->r->cfg->cwd : "/";
	int err = path_lookup(b->t, AT_FDCWD, cwd, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, ret);

	/* Hidden without a tree of its own: nothing there. */
	if (err < 0 && b->r->kind == ROOTFS_HOST && !b->r->cfg->cwd_asked)
		err = path_lookup(b->t, AT_FDCWD, "/", LOOKUP_DIRECTORY, ret);
	if (err == 0)
		return 0;
	if (b->r->cfg->oci)
		return rootfs_fail(b->err, err, "process.cwd: chdir to \"%s\"", cwd);
	rootfs_fail(b->err, err, "the working directory %s", cwd);
	return rootfs_hint(b->err, "--cwd names a directory that the sandbox shows; see --bind");
}

static int build(struct builder *b, struct path *ret_root, struct path *ret_cwd)
{
	int err = mount_root(b);

	if (err == 0 && b->r->cfg->oci) {
		err = rootfs_oci_mount(b);
		if (err == 0)
			err = find_cwd(b, ret_cwd);
		if (err == 0)
			fs_root(b->t->fs, ret_root);
		return err;
	}
	if (err == 0)
		err = unpack(b);
	if (err == 0)
		err = mount_standard(b);
	if (err == 0)
		err = make_home(b);
	if (err == 0)
		err = mount_cwd(b);
	if (err == 0)
		err = mount_asked(b);
	if (err == 0)
		err = find_cwd(b, ret_cwd);
	if (err == 0)
		fs_root(b->t->fs, ret_root);
	return err;
}

int rootfs_mount(struct kernel *k, struct path *ret_root, struct path *ret_cwd,
		 struct rootfs_error *err)
{
	struct builder b = {.k = k, .r = &rootfs_state, .t = builder_task(k), .err = err};
	int e;

	if (!b.t)
		return rootfs_fail(err, -ENOMEM, "the root filesystem");
	e = build(&b, ret_root, ret_cwd);
	builder_task_free(b.t);
	rootfs_close(&rootfs_state);
	return e;
}
