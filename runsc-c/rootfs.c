/*
 * runsc-c/rootfs.c - the trees that the guest's root is made of: options, and their fds (phase 1)
 *
 * A tree is cloned with its mounts (open_tree), so that what is mounted on it later does not
 * appear, and restricted (mount_setattr). Where the host refuses that, a plain O_PATH fd serves:
 * the filesystem code never follows names at the host anyhow (fs/hostfs), and refuses devices
 * itself.
 */
#include "runsc-c/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runsc-c/rootfs_internal.h"
#include "sentry/base/log.h"
#include "sentry/base/mem.h"

#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif
#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif
#ifndef OPEN_TREE_CLOEXEC
#define OPEN_TREE_CLOEXEC O_CLOEXEC
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

struct rootfs rootfs_state;

int rootfs_fail(struct rootfs_error *e, int err, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(e->text))
		snprintf(e->text + n, sizeof(e->text) - (size_t)n, ": %s", strerror(-err));
	e->err = err;
	return err;
}

int rootfs_hint(struct rootfs_error *e, const char *fmt, ...)
{
	size_t len = strlen(e->text);
	va_list ap;

	if (len + 3 > sizeof(e->text))
		return e->err;
	memcpy(e->text + len, "; ", 3);
	va_start(ap, fmt);
	vsnprintf(e->text + len + 2, sizeof(e->text) - len - 2, fmt, ap);
	va_end(ap);
	return e->err;
}

/* A mistake in an option, for which an errno would say nothing. */
static int bad_option(struct rootfs_error *e, const char *option, const char *arg, const char *why)
{
	snprintf(e->text, sizeof(e->text), "%s %s: %s", option, arg, why);
	e->err = -EINVAL;
	return e->err;
}

/* ---- options ---- */

/* Cuts the last ":part" off, or returns NULL. */
static char *cut_last(char *arg)
{
	char *colon = strrchr(arg, ':');

	if (!colon)
		return NULL;
	*colon = '\0';
	return colon + 1;
}

int rootfs_parse_bind(struct rootfs_config *cfg, char *arg, struct rootfs_error *err)
{
	struct rootfs_bind b = {.src = arg};
	char *last;

	if (cfg->nr_binds == ROOTFS_MAX_BINDS)
		return bad_option(err, "--bind", arg, "too many binds");
	last = strrchr(arg, ':');
	if (last && (strcmp(last, ":ro") == 0 || strcmp(last, ":rw") == 0)) {
		b.readonly = last[2] == 'o';
		*last = '\0';
	}
	b.dst = cut_last(arg);
	if (!*b.src)
		return bad_option(err, "--bind", arg, "the source is empty");
	if (b.dst && b.dst[0] != '/')
		return bad_option(err, "--bind", b.dst,
				  "the destination must be an absolute path (SRC[:DST][:ro|rw])");
	cfg->binds[cfg->nr_binds++] = b;
	return 0;
}

int rootfs_parse_tmpfs(struct rootfs_config *cfg, char *arg, struct rootfs_error *err)
{
	struct rootfs_tmpfs t = {.dst = arg};
	char *colon = strchr(arg, ':');

	if (cfg->nr_tmpfs == ROOTFS_MAX_TMPFS)
		return bad_option(err, "--tmpfs", arg, "too many");
	if (colon) {
		*colon = '\0';
		t.options = colon + 1;
	}
	if (arg[0] != '/')
		return bad_option(err, "--tmpfs", arg, "the destination must be an absolute path");
	cfg->tmpfs[cfg->nr_tmpfs++] = t;
	return 0;
}

int rootfs_parse_overlay(struct rootfs_config *cfg, char *arg, struct rootfs_error *err)
{
	cfg->overlay_dir = NULL;
	if (strcmp(arg, "memory") == 0) {
		cfg->overlay = ROOTFS_OVERLAY_MEMORY;
	} else if (strcmp(arg, "none") == 0) {
		cfg->overlay = ROOTFS_OVERLAY_NONE;
	} else if (*arg) {
		cfg->overlay = ROOTFS_OVERLAY_DIR;
		cfg->overlay_dir = arg;
	} else {
		return bad_option(err, "--overlay", arg, "memory, none, or a directory is wanted");
	}
	return 0;
}

/* ---- fds ---- */

static int clone_tree(const char *path, bool readonly)
{
	struct mount_attr attr = {
		.attr_set = MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOSYMFOLLOW,
	};
	int fd = (int)syscall(SYS_open_tree, AT_FDCWD, path,
			      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);

	if (fd < 0)
		return -errno;
	if (readonly)
		attr.attr_set |= MOUNT_ATTR_RDONLY;
	if (syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)) <
	    0) {
		attr.attr_set &= ~(uint64_t)MOUNT_ATTR_NOSYMFOLLOW; /* before Linux 5.14 */
		if (syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr,
			    sizeof(attr)) < 0) {
			int err = -errno;

			close(fd);
			return err;
		}
	}
	return fd;
}

/* A directory of the host. option names it in messages. Trees that are written to belong to the
 * caller. */
int rootfs_open_tree(struct rootfs_tree *tree, const char *option, const char *path, bool readonly,
		     struct rootfs_error *err)
{
	int fd = clone_tree(path, readonly);

	if (fd < 0 && fd != -ENOENT && fd != -ENOTDIR) {
		log_info("%s %s: the mounts cannot be cloned (%s); using the directory itself",
			 option, path, strerror(-fd));
		fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			fd = -errno;
	}
	if (fd < 0)
		return rootfs_fail(err, fd, "%s %s", option, path);
	tree->fd = fd;
	tree->readonly = readonly;
	tree->as_owner = !readonly;
	return 0;
}

static int set_dst(struct rootfs_tree *tree, const char *dst, struct rootfs_error *err)
{
	tree->dst = mem_strdup(dst);
	return tree->dst ? 0 : rootfs_fail(err, -ENOMEM, "%s", dst);
}

/* --rootfs: by what it is. */
static int open_rootfs(struct rootfs *r, struct rootfs_error *err)
{
	const struct rootfs_config *cfg = r->cfg;
	struct stat st;

	if (!cfg->rootfs) {
		r->kind = ROOTFS_HOST;
		return rootfs_open_tree(&r->root, "the host's root", "/", true, err);
	}
	if (stat(cfg->rootfs, &st) < 0) {
		rootfs_fail(err, -errno, "--rootfs %s", cfg->rootfs);
		return rootfs_hint(err, "give a directory or a tar archive that is there");
	}
	if (S_ISDIR(st.st_mode)) {
		int e = rootfs_open_tree(&r->root, "--rootfs", cfg->rootfs,
					 cfg->readonly || cfg->overlay != ROOTFS_OVERLAY_NONE, err);

		r->kind = ROOTFS_DIR;
		r->root.as_owner = true; /* an image is the caller's, files of mode 0600 included */
		return e;
	}
	if (!S_ISREG(st.st_mode))
		return bad_option(err, "--rootfs", cfg->rootfs,
				  "neither a directory nor a tar archive");
	r->kind = ROOTFS_TAR;
	r->tar_fd = open(cfg->rootfs, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (r->tar_fd < 0) {
		rootfs_fail(err, -errno, "--rootfs %s", cfg->rootfs);
		return rootfs_hint(err, "the archive must be readable for you");
	}
	return 0;
}

/*
 * The current directory in the host's root: nothing to do where the root shows it; a tree of its
 * own where it does not, or where changes are to reach the host.
 */
static int open_cwd(struct rootfs *r, struct rootfs_error *err)
{
	const struct rootfs_config *cfg = r->cfg;
	bool write = cfg->overlay == ROOTFS_OVERLAY_NONE && !cfg->readonly;
	int e;

	if (!cfg->cwd || r->kind != ROOTFS_HOST || strcmp(cfg->cwd, "/") == 0)
		return 0;
	if (!rootfs_is_hidden(cfg->cwd) && !write)
		return 0;
	e = rootfs_open_tree(&r->cwd, "the current directory", cfg->cwd, !write, err);
	return e < 0 ? e : set_dst(&r->cwd, cfg->cwd, err);
}

/* The directory and the name of a single file. */
static int open_file_source(struct rootfs_tree *tree, const char *what, char *path, bool readonly,
			    struct rootfs_error *err)
{
	char *slash = strrchr(path, '/');
	int e;

	if (!slash)
		return rootfs_fail(err, -ENOENT, "%s %s", what, path);
	tree->file = mem_strdup(slash + 1);
	if (!tree->file)
		return rootfs_fail(err, -ENOMEM, "%s %s", what, path);
	*slash = '\0';
	e = rootfs_open_tree(tree, what, *path ? path : "/", readonly, err);
	*slash = '/';
	return e;
}

int rootfs_open_source(struct rootfs_tree *tree, const char *what, char *path, bool readonly,
		       struct rootfs_error *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return rootfs_fail(err, -errno, "%s %s", what, path);
	if (S_ISDIR(st.st_mode))
		return rootfs_open_tree(tree, what, path, readonly, err);
	return open_file_source(tree, what, path, readonly, err);
}

/* May everybody read it? */
static bool is_public(const struct stat *st)
{
	mode_t need = S_ISDIR(st->st_mode) ? S_IROTH | S_IXOTH : S_IROTH;

	return (st->st_mode & need) == need;
}

static int open_bind(struct rootfs_tree *tree, const struct rootfs_bind *b,
		     struct rootfs_error *err)
{
	char full[PATH_MAX];
	struct stat st;
	int e;

	tree->fd = -1;
	if (!realpath(b->src, full) || stat(full, &st) < 0) {
		rootfs_fail(err, -errno, "--bind %s", b->src);
		return rootfs_hint(err, "the source must be there before the sandbox starts, "
					"and reachable for you (--bind SRC[:DST][:ro|rw])");
	}
	if (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode))
		e = rootfs_open_source(tree, "--bind", full, b->readonly, err);
	else
		e = bad_option(err, "--bind", b->src, "only directories and regular files");
	if (!is_public(&st))
		tree->as_owner = true;
	return e < 0 ? e : set_dst(tree, b->dst ? b->dst : full, err);
}

static int open_upper(struct rootfs *r, struct rootfs_error *err)
{
	const struct rootfs_config *cfg = r->cfg;

	if (cfg->overlay != ROOTFS_OVERLAY_DIR)
		return 0;
	if (r->kind == ROOTFS_TAR)
		return bad_option(
			err, "--overlay", cfg->overlay_dir,
			"an archive is unpacked into memory and takes no overlay directory");
	return rootfs_open_tree(&r->upper, "--overlay", cfg->overlay_dir, false, err);
}

/* Is the user namespace that of an ordinary user, with one id in its map? */
static bool has_one_id(void)
{
	FILE *f = fopen("/proc/self/uid_map", "re");
	unsigned long inside, outside, count, all = 0;

	if (!f)
		return false;
	while (fscanf(f, "%lu %lu %lu", &inside, &outside, &count) == 3)
		all += count;
	fclose(f);
	return all == 1;
}

static int open_all(struct rootfs *r, struct rootfs_error *err)
{
	const struct rootfs_config *cfg = r->cfg;
	int e;

	if (cfg->oci)
		return rootfs_oci_open(r, err);
	e = open_rootfs(r, err);
	r->binds = mem_zalloc((cfg->nr_binds + 1) * sizeof(*r->binds));
	if (!r->binds)
		return rootfs_fail(err, -ENOMEM, "--bind");
	if (e == 0)
		e = open_upper(r, err);
	if (e == 0)
		e = open_cwd(r, err);
	for (size_t i = 0; e == 0 && i < cfg->nr_binds; i++) {
		e = open_bind(&r->binds[i], &cfg->binds[i], err);
		r->nr_binds = i + 1;
	}
	return e;
}

static bool any_as_owner(const struct rootfs *r)
{
	bool any = r->root.as_owner || r->upper.as_owner || r->cwd.as_owner;

	for (size_t i = 0; i < r->nr_binds; i++)
		any |= r->binds[i].as_owner;
	return any;
}

int rootfs_open_fds(const struct rootfs_config *cfg, struct rootfs_error *err)
{
	struct rootfs *r = &rootfs_state;
	int e;

	*r = (struct rootfs){.cfg = cfg, .tar_fd = -1};
	r->root.fd = r->upper.fd = r->cwd.fd = -1;
	r->one_id = has_one_id();
	e = open_all(r, err);
	r->has_owner = cfg->owner_uid != cfg->reader_uid && any_as_owner(r);
	if (e < 0)
		rootfs_close(r);
	return e;
}

static void tree_close(struct rootfs_tree *tree)
{
	if (tree->fd >= 0)
		close(tree->fd);
	tree->fd = -1;
	mem_free(TAKE_PTR(tree->file));
	mem_free(TAKE_PTR(tree->dst));
}

void rootfs_close(struct rootfs *r)
{
	tree_close(&r->root);
	tree_close(&r->upper);
	tree_close(&r->cwd);
	for (size_t i = 0; i < r->nr_binds; i++)
		tree_close(&r->binds[i]);
	r->nr_binds = 0;
	mem_free(TAKE_PTR(r->binds));
	if (r->tar_fd >= 0)
		close(r->tar_fd);
	r->tar_fd = -1;
}

static void list_tree(const struct rootfs_tree *tree, int *read_fds, size_t *nr_read,
		      int *write_fds, size_t *nr_write)
{
	if (tree->fd < 0)
		return;
	if (tree->readonly)
		read_fds[(*nr_read)++] = tree->fd;
	else
		write_fds[(*nr_write)++] = tree->fd;
}

void rootfs_list_fds(int *read_fds, size_t *nr_read, int *write_fds, size_t *nr_write)
{
	struct rootfs *r = &rootfs_state;

	*nr_read = *nr_write = 0;
	list_tree(&r->root, read_fds, nr_read, write_fds, nr_write);
	list_tree(&r->upper, read_fds, nr_read, write_fds, nr_write);
	list_tree(&r->cwd, read_fds, nr_read, write_fds, nr_write);
	for (size_t i = 0; i < r->nr_binds; i++)
		list_tree(&r->binds[i], read_fds, nr_read, write_fds, nr_write);
}

static bool writes(const struct rootfs_config *cfg, enum rootfs_kind kind)
{
	if (cfg->overlay == ROOTFS_OVERLAY_DIR)
		return true;
	if (cfg->overlay == ROOTFS_OVERLAY_NONE && !cfg->readonly)
		return kind == ROOTFS_DIR || cfg->cwd;
	return false;
}

bool rootfs_writes_host(void)
{
	const struct rootfs *r = &rootfs_state;

	if (r->cfg->oci || writes(r->cfg, r->kind))
		return true;
	for (size_t i = 0; i < r->nr_binds; i++)
		if (!r->binds[i].readonly)
			return true;
	return false;
}

bool rootfs_is_shared(void)
{
	return rootfs_state.cfg->oci || rootfs_state.nr_binds > 0;
}

bool rootfs_has_owner(void)
{
	return rootfs_state.has_owner;
}
