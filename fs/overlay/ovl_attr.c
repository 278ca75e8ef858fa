/*
 * fs/overlay/ovl_attr.c - attributes, symlink targets and xattrs of an overlay
 *
 * Attributes are those of the layer's inode, with our own number, device and link count. In a
 * memory overlay mode, owner and times of a file that has no copy yet are changed in our inode
 * alone (own_attrs), without copying it.
 *
 * The xattrs that overlays keep for themselves (trusted.overlay.*, user.overlay.*) do not exist for
 * the guest.
 */
#include <string.h>

#include "fs/overlay/ovl.h"
#include "sentry/base/mem.h"

bool ovl_private_xattr(const char *name)
{
	return strncmp(name, "trusted.overlay.", 16) == 0 ||
	       strncmp(name, "user.overlay.", 13) == 0;
}

int ovl_getattr(struct inode *in, struct kstat *st)
{
	struct ovl_inode *o = to_oi(in);
	struct inode *real = oi_real(o);
	int err = layer_getattr(real, st);

	if (err < 0)
		return err;
	if (o->own_attrs && real == o->lower) {
		st->mode = in->mode;
		st->uid = in->uid;
		st->gid = in->gid;
		st->mtime = in->mtime;
		st->ctime = in->ctime;
	} else {
		inode_write(in, mode, st->mode);
		inode_write(in, uid, st->uid);
		inode_write(in, gid, st->gid);
		in->mtime = st->mtime;
		in->ctime = st->ctime;
	}
	if (real == oi_real(o)) /* not copied and written meanwhile */
		inode_write(in, size, st->size);
	st->ino = in->ino;
	st->dev = in->super->dev;
	st->nlink = in->nlink;
	st->atime = in->atime;
	st->btime = in->btime;
	return 0;
}

/* 1: done without a copy. */
static int set_own_attrs(struct ovl_inode *o, const struct iattr *a)
{
	int r = 0;

	if (oi_fs(o)->persistent || a->valid & IATTR_SIZE)
		return 0;
	mutex_lock(&o->copy_mu);
	if (!oi_upper(o)) {
		r = generic_setattr(&o->inode, a);
		if (r == 0) {
			o->own_attrs = true;
			r = 1;
		}
	}
	mutex_unlock(&o->copy_mu);
	if (r == 1)
		ovl_pin(o);
	return r;
}

int ovl_setattr(struct inode *in, const struct iattr *attr)
{
	struct ovl_inode *o = to_oi(in);
	struct iattr a = *attr;
	int err;

	if (in->super->readonly)
		return -EROFS;
	if (!oi_upper(o)) {
		err = set_own_attrs(o, attr);
		if (err)
			return err < 0 ? err : 0;
		err = ovl_copy_up(o, a.valid & IATTR_SIZE ? a.size : OVL_COPY_ALL);
		if (err < 0)
			return err;
	}
	a.file = ovl_real_file(attr->file);
	err = layer_setattr(oi_upper(o), &a);
	ovl_sync_attrs(o);
	if (err == 0 && a.valid & (IATTR_ATIME | IATTR_ATIME_NOW))
		in->atime = oi_upper(o)->atime;
	return err;
}

static int ovl_readlink(struct inode *in, struct task *t, char *buf, size_t size)
{
	struct inode *real = oi_real(to_oi(in));

	return real->ops->readlink ? real->ops->readlink(real, t, buf, size) : -EINVAL;
}

ssize_t ovl_getxattr(struct inode *in, const char *name, void *buf, size_t size)
{
	if (ovl_private_xattr(name))
		return -ENODATA;
	return layer_getxattr(oi_real(to_oi(in)), name, buf, size);
}

/* Takes our own names out of a list, in place. */
static size_t drop_private(char *list, size_t len)
{
	size_t out = 0;

	for (size_t i = 0, l; i < len; i += l) {
		l = strnlen(list + i, len - i) + 1;
		if (l > len - i || ovl_private_xattr(list + i))
			continue;
		memmove(list + out, list + i, l);
		out += l;
	}
	return out;
}

ssize_t ovl_listxattr(struct inode *in, char *buf, size_t size)
{
	struct inode *real = oi_real(to_oi(in));
	_cleanup_free_ char *list = NULL;
	ssize_t n = layer_listxattr(real, NULL, 0);

	if (n <= 0)
		return n;
	list = mem_alloc((size_t)n);
	if (!list)
		return -ENOMEM;
	n = layer_listxattr(real, list, (size_t)n);
	if (n <= 0)
		return n;
	n = (ssize_t)drop_private(list, (size_t)n);
	if (size == 0)
		return n;
	if ((size_t)n > size)
		return -ERANGE;
	memcpy(buf, list, (size_t)n);
	return n;
}

static int xattr_begin(struct ovl_inode *o, const char *name)
{
	if (ovl_private_xattr(name))
		return -EPERM;
	return ovl_copy_up(o, OVL_COPY_ALL);
}

int ovl_setxattr(struct inode *in, const char *name, const void *val, size_t size, int flags)
{
	struct ovl_inode *o = to_oi(in);
	int err = xattr_begin(o, name);

	if (err < 0)
		return err;
	err = layer_setxattr(oi_upper(o), name, val, size, flags);
	ovl_sync_attrs(o);
	return err;
}

int ovl_removexattr(struct inode *in, const char *name)
{
	struct ovl_inode *o = to_oi(in);
	ssize_t n;
	int err;

	if (ovl_private_xattr(name))
		return -ENODATA;
	n = layer_getxattr(oi_real(o), name, NULL, 0);
	if (n < 0)
		return (int)n;
	err = xattr_begin(o, name);
	if (err < 0)
		return err;
	err = layer_removexattr(oi_upper(o), name);
	ovl_sync_attrs(o);
	return err;
}

#define OVL_ATTR_OPS                                                                               \
	.getattr = ovl_getattr, .setattr = ovl_setattr, .getxattr = ovl_getxattr,                  \
	.listxattr = ovl_listxattr, .setxattr = ovl_setxattr, .removexattr = ovl_removexattr,      \
	.destroy = ovl_inode_destroy

const struct inode_ops ovl_file_inode_ops = {
	OVL_ATTR_OPS,
	.open = ovl_file_open,
};

/* Symlinks, and what the VFS opens itself: FIFOs, sockets, devices. */
const struct inode_ops ovl_other_inode_ops = {
	OVL_ATTR_OPS,
	.readlink = ovl_readlink,
};
