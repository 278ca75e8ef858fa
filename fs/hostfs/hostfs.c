/*
 * fs/hostfs/hostfs.c - the super of a host directory tree; see hostfs.h for the model
 */
#include "fs/hostfs/hostfs.h"

#include <string.h>

#include "fs/hostfs/host_inode.h"
#include "fs/hostfs/host_watch.h"
#include "sentry/base/mem.h"

#define HOSTFS_MAGIC 0x01021997 /* V9FS: a host's directory, as other sandboxes show it */
#define DEFAULT_MAX_DIR_FDS 1024

static int hostfs_statfs(struct super *s, struct kstatfs *ret)
{
	HOST_RIGHTS(to_hostfs(s));
	struct statfs st;
	int fd, err;

	err = host_dir_get(to_host(s->root), &fd);
	if (err < 0)
		return err;
	err = hostop_statfs(fd, &st);
	host_dir_put(to_host(s->root));
	if (err < 0)
		return err;
	ret->bsize = st.f_bsize;
	ret->blocks = st.f_blocks;
	ret->bfree = st.f_bfree;
	ret->bavail = st.f_bavail;
	ret->files = st.f_files;
	ret->ffree = st.f_ffree;
	ret->namelen = st.f_namelen;
	return 0;
}

/* The super's root was dropped before, and with it the last inode. */
static void hostfs_destroy(struct super *s)
{
	struct hostfs *fs = to_hostfs(s);

	timer_cancel(&fs->kept_timer);
	host_hide_free(fs);
	hash_free(&fs->by_id);
	mutex_destroy(&fs->mu);
	rwlock_destroy(&fs->names_lock);
	mem_free((char *)s->source);
	mem_free(fs->only);
	mem_free(fs);
}

static const struct super_ops hostfs_super_ops = {
	.statfs = hostfs_statfs,
	.watched = host_watch_changed,
	.destroy = hostfs_destroy,
};

static int idmap_init(struct idmap *m, const struct hostfs_idmap *map, size_t n)
{
	if (n > HOSTFS_MAX_MAP)
		return -E2BIG;
	m->n = n;
	if (n)
		memcpy(m->map, map, n * sizeof(*map));
	return 0;
}

static int hostfs_new(struct kernel *k, const struct hostfs_options *opt, struct hostfs **ret)
{
	struct hostfs *fs = mem_zalloc(sizeof(*fs));
	char *source = mem_strdup(opt->source ? opt->source : "none");
	int err;

	if (!fs || !source) {
		mem_free(fs);
		mem_free(source);
		return -ENOMEM;
	}
	rwlock_init(&fs->names_lock, LOCK_HOST_NAMES);
	mutex_init(&fs->mu, LOCK_SUPER_TABLE);
	hash_init(&fs->by_id);
	list_init(&fs->idle_dirs);
	list_init(&fs->kept);
	timer_init(&fs->kept_timer, host_kept_age);
	super_init(&fs->super, k, &hostfs_super_ops, "9p", source, HOSTFS_MAGIC);
	fs->super.readonly = opt->readonly;
	fs->exclusive = opt->exclusive;
	fs->trust_ns = opt->exclusive ? (int64_t)opt->trust_ns : 0;
	fs->super.opens_by_hint = fs->exclusive && !fs->trust_ns && opt->readonly;
	fs->allow_special = opt->allow_special;
	fs->as_owner = opt->as_owner;
	fs->max_dir_fds = opt->max_dir_fds ? opt->max_dir_fds : DEFAULT_MAX_DIR_FDS;
	err = idmap_init(&fs->uids, opt->uids, opt->nr_uids);
	if (err == 0)
		err = idmap_init(&fs->gids, opt->gids, opt->nr_gids);
	if (err < 0) {
		super_put(&fs->super);
		return err;
	}
	*ret = fs;
	return 0;
}

int hostfs_create(struct kernel *k, int tree_fd, const struct hostfs_options *opt,
		  struct super **ret)
{
	_cleanup_close_ int fd = tree_fd;
	struct host_inode *root;
	struct hostfs *fs;
	not_zeroed struct statx stx;
	int err;

	err = hostop_statx(fd, "", &stx);
	if (err < 0)
		return err;
	if (!S_ISDIR(stx.stx_mode))
		return -ENOTDIR;
	err = hostfs_new(k, opt, &fs);
	if (err < 0)
		return err;
	err = host_hide_init(fs, fd, opt);
	if (err == 0 && opt->only) {
		fs->only = mem_strdup(opt->only);
		err = fs->only ? 0 : -ENOMEM;
	}
	if (err == 0)
		err = host_inode_find(fs, &stx, NULL, NULL, &root);
	if (err < 0) {
		super_put(&fs->super);
		return err;
	}
	root->dir_fd = TAKE_FD(fd);
	fs->super.root = &root->inode;
	*ret = &fs->super;
	return 0;
}
