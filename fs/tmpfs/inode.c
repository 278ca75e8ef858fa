/* fs/tmpfs/inode.c - inodes of tmpfs, their attributes and ops tables */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "fs/tmpfs/internal.h"
#include "sentry/base/mem.h"

#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif

static int tmpfs_readlink(struct inode *in, struct task *t, char *buf, size_t size)
{
	const char *target = tmpfs_inode(in)->target;
	size_t n = MIN((size_t)in->size, size);

	(void)t;
	memcpy(buf, target, n); /* like readlink(2): no NUL, cut where it does not fit */
	return (int)n;
}

static int tmpfs_getattr(struct inode *in, struct kstat *st)
{
	generic_fillattr(in, st);
	st->blocks = S_ISREG(inode_read(in, mode)) ? tmpfs_data_blocks(in) : 0;
	return 0;
}

static int tmpfs_setattr(struct inode *in, const struct iattr *attr)
{
	int err;

	if ((attr->valid & IATTR_MODE) && S_ISREG(inode_read(in, mode)) &&
	    (tmpfs_inode(in)->data.seals & F_SEAL_EXEC) && ((in->mode ^ attr->mode) & 0111))
		return -EPERM;
	if (attr->valid & IATTR_SIZE) {
		if (!S_ISREG(inode_read(in, mode)))
			return -EINVAL;
		err = tmpfs_data_truncate(in, attr->size);
		if (err < 0)
			return err;
	}
	return generic_setattr(in, attr);
}

static void tmpfs_destroy(struct inode *in)
{
	struct tmpfs_inode *ti = tmpfs_inode(in);
	struct tmpfs_super *s = tmpfs_super(in->super);

	if (S_ISREG(inode_read(in, mode)))
		tmpfs_data_free(in);
	else if (S_ISDIR(inode_read(in, mode)))
		tmpfs_dir_free(&ti->dir);
	else if (S_ISLNK(inode_read(in, mode)))
		mem_free(ti->target);
	tmpfs_xattrs_free(ti);
	inode_fini(in);
	tmpfs_uncharge_inode(s);
	mem_free(ti);
}

static void choose_ops(struct tmpfs_inode *ti, uint32_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		ti->vfs.ops = &tmpfs_dir_inode_ops;
		ti->vfs.fops = &tmpfs_dir_fops;
		ti->vfs.size = 2 * TMPFS_DIRENT_SIZE;
		tmpfs_dir_init(&ti->dir);
		break;
	case S_IFREG:
		ti->vfs.ops = &tmpfs_file_inode_ops;
		ti->vfs.fops = &tmpfs_file_fops;
		tmpfs_data_init(&ti->data);
		break;
	case S_IFLNK: ti->vfs.ops = &tmpfs_symlink_inode_ops; break;
	default: ti->vfs.ops = &tmpfs_special_inode_ops; break;
	}
}

int tmpfs_new_inode(struct super *s, uint32_t mode, uint32_t uid, uint32_t gid, struct inode **ret)
{
	struct tmpfs_super *ts = tmpfs_super(s);
	struct tmpfs_inode *ti;
	int err = tmpfs_charge_inode(ts);

	if (err < 0)
		return err;
	ti = mem_zalloc(sizeof(*ti));
	if (!ti) {
		tmpfs_uncharge_inode(ts);
		return -ENOMEM;
	}
	inode_init(&ti->vfs, s, &tmpfs_special_inode_ops, mode, atomic_fetch_add(&ts->next_ino, 1));
	choose_ops(ti, mode);
	ti->vfs.uid = uid;
	ti->vfs.gid = gid;
	list_init(&ti->xattrs);
	*ret = &ti->vfs;
	return 0;
}

bool tmpfs_owns(const struct inode *in)
{
	return in->ops == &tmpfs_file_inode_ops;
}

#define COMMON_OPS                                                                                 \
	.getattr = tmpfs_getattr, .setattr = tmpfs_setattr, .getxattr = tmpfs_getxattr,            \
	.listxattr = tmpfs_listxattr, .setxattr = tmpfs_setxattr,                                  \
	.removexattr = tmpfs_removexattr, .destroy = tmpfs_destroy

const struct inode_ops tmpfs_dir_inode_ops = {
	.lookup = tmpfs_lookup,
	.create = tmpfs_create_file,
	.mkdir = tmpfs_create_file,
	.mknod = tmpfs_mknod,
	.symlink = tmpfs_symlink,
	.link = tmpfs_link,
	.unlink = tmpfs_unlink,
	.rmdir = tmpfs_rmdir,
	.rename = tmpfs_rename,
	.tmpfile = tmpfs_tmpfile,
	COMMON_OPS,
};

const struct inode_ops tmpfs_file_inode_ops = {
	COMMON_OPS,
};

const struct inode_ops tmpfs_symlink_inode_ops = {
	.readlink = tmpfs_readlink,
	COMMON_OPS,
};

const struct inode_ops tmpfs_special_inode_ops = {
	COMMON_OPS,
};
