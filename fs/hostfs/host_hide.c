/*
 * fs/hostfs/host_hide.c - what of a host tree is not shown to the guest
 *
 * Model: the configured paths make a small tree of names, walked along with the guest's look-ups; a
 * directory carries its node. At creation each path is also resolved at the host, without following
 * symlinks, and its (st_dev, st_ino) noted: the same directory reached under another name (a bind
 * mount of the host, a hard link to a secret file) is hidden as well. Both are fixed afterwards.
 */
#include "fs/hostfs/host_inode.h"

#include <fcntl.h>
#include <string.h>

#include "sentry/base/mem.h"

#define HIDE_MAX_PATHS 256

const struct hide_node *host_hide_child(const struct hide_node *n, const char *name)
{
	if (!n)
		return NULL;
	for (n = n->children; n; n = n->next)
		if (strcmp(n->name, name) == 0)
			return n;
	return NULL;
}

bool host_hide_name(const struct host_inode *dir, const char *name)
{
	const struct hostfs *fs = to_hostfs(dir->inode.super);
	const struct hide_node *n;

	if (fs->only && &dir->inode == fs->super.root && strcmp(name, fs->only) != 0)
		return true;
	n = host_hide_child(dir->hide, name);
	return n && n->how == HOSTFS_ABSENT;
}

enum hostfs_mask host_hide_id(const struct hostfs *fs, const struct statx *stx)
{
	uint64_t dev;

	if (!fs->nr_hidden_ids)
		return HOSTFS_SHOWN;
	dev = stx_dev(stx);
	for (size_t i = 0; i < fs->nr_hidden_ids; i++)
		if (fs->hidden_ids[i].ino == stx->stx_ino && fs->hidden_ids[i].dev == dev)
			return fs->hidden_ids[i].how;
	return HOSTFS_SHOWN;
}

static struct hide_node *hide_node_new(const char *name, size_t len)
{
	struct hide_node *n = mem_zalloc(sizeof(*n) + len + 1);

	if (n)
		memcpy(n->name, name, len);
	return n;
}

static struct hide_node *add_child(struct hide_node *n, const char *name, size_t len)
{
	struct hide_node *c;

	for (c = n->children; c; c = c->next)
		if (strlen(c->name) == len && memcmp(c->name, name, len) == 0)
			return c;
	c = hide_node_new(name, len);
	if (c) {
		c->next = n->children;
		n->children = c;
	}
	return c;
}

/* Notes the identity of what is there now under the node's name; what is not there needs none. */
static void note_id(struct hostfs *fs, int dir_fd, const struct hide_node *n)
{
	struct statx stx;

	if (hostop_statx(dir_fd, n->name, &stx) == 0 && !S_ISLNK(stx.stx_mode))
		fs->hidden_ids[fs->nr_hidden_ids++] = (struct hidden_id){
			.dev = stx_dev(&stx), .ino = stx.stx_ino, .how = n->how};
}

/* Those of all that is hidden in a directory and below: each directory is opened once. As deep as the
 * configured paths. */
static void note_ids_below(struct hostfs *fs, int dir_fd, const struct hide_node *dir)
{
	for (const struct hide_node *n = dir->children; n; n = n->next) {
		int fd;

		if (n->how != HOSTFS_SHOWN)
			note_id(fs, dir_fd, n);
		if (!n->children)
			continue;
		fd = hostop_open(dir_fd, n->name, O_PATH, 0);
		if (fd < 0)
			continue;
		note_ids_below(fs, fd, n);
		hostop_close(fd);
	}
}

static int hide_path(struct hostfs *fs, const char *path, enum hostfs_mask how)
{
	struct hide_node *n = fs->hide;

	for (size_t len; path += strspn(path, "/"), len = strcspn(path, "/"), len; path += len) {
		if (len > NAME_MAX)
			return -ENAMETOOLONG;
		n = add_child(n, path, len);
		if (!n)
			return -ENOMEM;
	}
	if (n == fs->hide)
		return -EINVAL; /* the root itself */
	n->how = how;
	return 0;
}

int host_hide_init(struct hostfs *fs, int root_fd, const struct hostfs_options *opt)
{
	if (!opt->nr_hide)
		return 0;
	if (opt->nr_hide > HIDE_MAX_PATHS)
		return -E2BIG;
	fs->hide = hide_node_new("", 0);
	fs->hidden_ids = mem_calloc(opt->nr_hide, sizeof(*fs->hidden_ids));
	if (!fs->hide || !fs->hidden_ids)
		return -ENOMEM;
	for (size_t i = 0; i < opt->nr_hide; i++) {
		int err = hide_path(fs, opt->hide[i].path, opt->hide[i].how);

		if (err < 0)
			return err;
	}
	note_ids_below(fs, root_fd, fs->hide);
	return 0;
}

/* The depth is that of the configured paths, so it is walked by rotation all the same. */
void host_hide_free(struct hostfs *fs)
{
	struct hide_node *n = fs->hide;

	while (n) {
		struct hide_node *next = n->children;

		/* Put the children before the siblings: one list, freed from its head. */
		if (next) {
			struct hide_node *last = next;

			while (last->next)
				last = last->next;
			last->next = n->next;
		} else {
			next = n->next;
		}
		mem_free(n);
		n = next;
	}
	fs->hide = NULL;
	mem_free(fs->hidden_ids);
	fs->hidden_ids = NULL;
	fs->nr_hidden_ids = 0;
}
