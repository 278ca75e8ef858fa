/* fs/dev/devfs.c - what /dev has at the start, see devfs.h */
#include "fs/dev/devfs.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "fs/tmpfs/tmpfs.h"
#include "fs/vfs/vfs.h"
#include "sentry/base/base.h"

#define TTY_GID 5

static const struct {
	const char *name;
	uint32_t mode, gid;
	unsigned int major, minor;
} nodes[] = {
	{"null", 0666, 0, 1, 3},	  {"zero", 0666, 0, 1, 5},    {"full", 0666, 0, 1, 7},
	{"random", 0666, 0, 1, 8},	  {"urandom", 0666, 0, 1, 9}, {"tty", 0666, TTY_GID, 5, 0},
	{"console", 0620, TTY_GID, 5, 1},
};

static const struct {
	const char *name, *target;
} links[] = {
	{"fd", "/proc/self/fd"},       {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"},
	{"stderr", "/proc/self/fd/2"}, {"core", "/proc/kcore"},	     {"ptmx", "pts/ptmx"},
};

static const struct {
	const char *name;
	uint32_t mode;
} dirs[] = {{"pts", 0755}, {"shm", 01777}, {"mqueue", 01777}};

static struct qstr qstr_of(const char *s)
{
	return (struct qstr){.name = s, .len = (uint32_t)strlen(s)};
}

/* Under root->mu, as the ops want it. */
static int populate(struct inode *root)
{
	struct inode *in;
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(nodes) && !err; i++) {
		struct qstr name = qstr_of(nodes[i].name);

		err = root->ops->mknod(root, &name, S_IFCHR | nodes[i].mode,
				       makedev(nodes[i].major, nodes[i].minor), 0, nodes[i].gid,
				       &in);
		if (!err)
			inode_put(in);
	}
	for (size_t i = 0; i < ARRAY_SIZE(links) && !err; i++) {
		struct qstr name = qstr_of(links[i].name);

		err = root->ops->symlink(root, &name, links[i].target, 0, 0, &in);
		if (!err)
			inode_put(in);
	}
	for (size_t i = 0; i < ARRAY_SIZE(dirs) && !err; i++) {
		struct qstr name = qstr_of(dirs[i].name);

		err = root->ops->mkdir(root, &name, S_IFDIR | dirs[i].mode, 0, 0, &in);
		if (!err)
			inode_put(in);
	}
	return err;
}

static int devfs_mount(struct kernel *k, const char *source, const char *options,
		       struct super **ret)
{
	struct super *s;
	int err = tmpfs_create(k, source, options, &s);

	if (err)
		return err;
	mutex_lock(&s->root->mu);
	err = populate(s->root);
	mutex_unlock(&s->root->mu);
	if (err) {
		super_put(s);
		return err;
	}
	*ret = s;
	return 0;
}

int devfs_create(struct kernel *k, struct super **ret)
{
	return devfs_mount(k, "tmpfs", "mode=755,size=65536k", ret);
}

const struct fs_type devtmpfs_fs_type = {
	.name = "devtmpfs",
	.create = devfs_mount,
	.guest_may_mount = true,
};
