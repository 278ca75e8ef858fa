/*
 * fs/overlay/ovl_copyup.c - lower files move to the upper layer
 *
 * A copy is made in the pool, complete with data, xattrs and times, and then published in its
 * ovl_inode; until that moment everybody works on the lower file, and a failure leaves no trace. In
 * a memory overlay that is all: names go on leading to the lower inode, and so to the ovl_inode. In
 * a persistent one the copy moves to its place before it is published; the directories above are
 * copied first, from the top.
 *
 * Data goes in bounded pieces; holes of the lower file stay holes where it can tell (SEEK_DATA).
 *
 * Locking: copy_mu of the inode that is copied, and nothing else of the overlay's over the copying;
 * the caller may hold inode.mu of directories. Who takes a name away holds copy_mu as well, so a
 * copy finds its inode either with the name or without. The data and times of a lower file do not
 * change.
 */
#include <limits.h>
#include <string.h>

#include "fs/overlay/ovl.h"
#include "sentry/base/log.h"
#include "sentry/base/mem.h"
#include "sentry/mem/uio.h"

#define COPY_PIECE (128 * 1024)
#define XATTR_LIST_SIZE 65536
#define XATTR_VALUE_SIZE 65536

/* ---- data ---- */

static int copy_piece(struct file *from, struct file *to, char *buf, size_t len, int64_t *pos)
{
	int64_t rpos = *pos, wpos = rpos;
	struct uio u;
	ssize_t n;

	uio_init_kernel(&u, buf, len);
	n = from->ops->read(from, &u, &rpos, 0);
	if (n <= 0)
		return (int)n;
	uio_init_kernel(&u, buf, (size_t)n);
	while (u.left > 0) {
		ssize_t w = to->ops->write(to, &u, &wpos, 0);

		if (w <= 0)
			return w < 0 ? (int)w : -EIO;
	}
	*pos += n;
	return 1;
}

/* The end of the data that starts at or after *pos; moves *pos there. end: no more data. */
static int64_t next_extent(struct file *from, int64_t *pos, int64_t end)
{
	int64_t data, hole;

	if (!from->ops->llseek)
		return end;
	data = from->ops->llseek(from, *pos, SEEK_DATA);
	if (data == -ENXIO)
		data = end;
	if (data < 0)
		return end;
	*pos = MIN(data, end);
	hole = from->ops->llseek(from, *pos, SEEK_HOLE);
	return hole < 0 || hole > end ? end : hole;
}

static int copy_ranges(struct file *from, struct file *to, int64_t end)
{
	_cleanup_free_ char *buf = mem_alloc(COPY_PIECE);
	int64_t pos = 0;

	if (!buf)
		return -ENOMEM;
	while (pos < end) {
		int64_t stop = next_extent(from, &pos, end);

		while (pos < stop) {
			int r = copy_piece(from, to, buf,
					   (size_t)MIN(stop - pos, (int64_t)COPY_PIECE), &pos);

			if (r < 0)
				return r;
			if (r == 0) /* shorter than it said */
				return 0;
		}
	}
	return 0;
}

static int copy_data(struct ovl_inode *o, struct inode *upper, uint64_t limit)
{
	const struct iattr size = {.valid = IATTR_SIZE};
	struct iattr set = size;
	struct file from, to;
	struct kstat st;
	int err;

	err = layer_getattr(o->lower, &st);
	if (err < 0)
		return err;
	set.size = MIN(st.size, limit);
	if (set.size == 0)
		return 0;
	err = layer_open(&from, o->lower, FMODE_READ, O_RDONLY, NULL, NULL);
	if (err < 0)
		return err;
	err = layer_open(&to, upper, FMODE_WRITE, O_WRONLY, NULL, NULL);
	if (err == 0) {
		err = copy_ranges(&from, &to, (int64_t)set.size);
		layer_close(&to);
	}
	layer_close(&from);
	if (err == 0 && inode_read(upper, size) < set.size) /* ends in a hole */
		err = layer_setattr(upper, &set);
	return err;
}

/* ---- xattrs and attributes ---- */

static int copy_one_xattr(struct inode *from, struct inode *to, const char *name, char *buf)
{
	ssize_t n;
	int err;

	if (ovl_private_xattr(name))
		return 0;
	n = layer_getxattr(from, name, buf, XATTR_VALUE_SIZE);
	if (n == -ENODATA || n == -EOPNOTSUPP)
		return 0;
	if (n < 0)
		return (int)n;
	err = layer_setxattr(to, name, buf, (size_t)n, 0);
	/* An upper filesystem that cannot hold it loses it, as in Linux. */
	return err == -EOPNOTSUPP || err == -EPERM ? 0 : err;
}

static int copy_xattrs(struct inode *from, struct inode *to)
{
	_cleanup_free_ char *list = NULL;
	_cleanup_free_ char *buf = NULL;
	ssize_t n = layer_listxattr(from, NULL, 0);

	if (n <= 0)
		return 0;
	list = mem_alloc(XATTR_LIST_SIZE);
	buf = mem_alloc(XATTR_VALUE_SIZE);
	if (!list || !buf)
		return -ENOMEM;
	n = layer_listxattr(from, list, XATTR_LIST_SIZE);
	for (ssize_t i = 0, len; i < n; i += len) {
		int err;

		len = (ssize_t)strnlen(list + i, (size_t)(n - i)) + 1;
		if (len > n - i)
			break;
		err = copy_one_xattr(from, to, list + i, buf);
		if (err < 0)
			return err;
	}
	return 0;
}

static int copy_times(struct ovl_inode *o, struct inode *upper)
{
	const struct iattr a = {
		.valid = IATTR_ATIME | IATTR_MTIME,
		.atime = o->inode.atime,
		.mtime = o->inode.mtime,
	};
	int err = layer_setattr(upper, &a);

	return err == -EPERM ? 0 : err; /* a host file that is not ours after all */
}

static int make_copy(struct ovl_inode *o, const struct qstr *name, struct inode **ret)
{
	struct inode *in = &o->inode, *pool = oi_fs(o)->pool;
	_cleanup_free_ char *target = NULL;
	struct ovl_make m = {
		.mode = in->mode,
		.uid = in->uid,
		.gid = in->gid,
		.rdev = in->rdev,
	};

	if (is_symlink(in)) {
		int n;

		target = mem_alloc(PATH_MAX + 1);
		if (!target)
			return -ENOMEM;
		n = o->lower->ops->readlink(o->lower, NULL, target, PATH_MAX);
		if (n < 0)
			return n;
		target[n] = '\0';
		m.target = target;
	}
	return layer_make(pool, name, &m, ret);
}

/* ---- persistent overlays: the copy's place ---- */

/* Where o is: its parent (referenced) and name. -ESTALE: it has no name any more. */
static int location(struct ovl_inode *o, struct ovl_inode **ret_parent, char name[NAME_MAX + 1])
{
	struct ovl *ovl = oi_fs(o);
	int err = -ESTALE;

	mutex_lock(&ovl->mu);
	if (o->parent) {
		inode_get(&o->parent->inode);
		*ret_parent = o->parent;
		memcpy(name, o->name, strlen(o->name) + 1);
		err = 0;
	}
	mutex_unlock(&ovl->mu);
	return err;
}

/* Moves the copy from the pool to its name; if it has none, it stays there. */
static int move_to_place(struct ovl_inode *o, struct inode *upper, const struct qstr *pooled,
			 bool *ret_moved)
{
	struct ovl_inode *parent;
	char name[NAME_MAX + 1];
	struct inode *udir;
	struct qstr q;
	int err;

	*ret_moved = false;
	err = location(o, &parent, name);
	if (err < 0)
		return 0;
	q = (struct qstr){.name = name, .len = (uint32_t)strlen(name)};
	udir = oi_upper(parent);
	if (udir) {
		err = layer_rename(oi_fs(o)->pool, pooled, upper, udir, &q, NULL, 0);
		*ret_moved = err == 0;
	}
	inode_put(&parent->inode);
	return err;
}

/* The nearest directory above o (or o itself) without upper part whose parent has one. */
static struct ovl_inode *topmost_missing(struct ovl_inode *o)
{
	struct ovl *ovl = oi_fs(o);

	mutex_lock(&ovl->mu);
	while (o->parent && !oi_upper(o->parent))
		o = o->parent;
	inode_get(&o->inode);
	mutex_unlock(&ovl->mu);
	return o;
}

/* ---- copy-up ---- */

static int copy_up_locked(struct ovl_inode *o, uint64_t limit)
{
	struct ovl *ovl = oi_fs(o);
	struct inode *upper;
	struct pool_name n;
	uint64_t id = pool_new_id(ovl);
	bool moved = false;
	int err;

	pool_name(&n, id);
	err = make_copy(o, &n.q, &upper);
	if (err < 0)
		return err;
	if (is_regular(&o->inode))
		err = copy_data(o, upper, limit);
	if (err == 0 && !is_symlink(&o->inode))
		err = copy_xattrs(o->lower, upper);
	if (err == 0)
		err = copy_times(o, upper);
	if (err == 0 && ovl->persistent)
		err = move_to_place(o, upper, &n.q, &moved);
	if (err < 0) {
		if (layer_remove(ovl->pool, &n.q, upper) < 0)
			log_ratelimited(LOG_LEVEL_WARN, "overlay: a failed copy stays in the pool");
		inode_put(upper);
		return err;
	}
	o->pool_id = moved ? 0 : id;
	ovl_publish_upper(o, upper);
	if (inode_read(&o->inode, nlink) > 0)
		ovl_pin(o); /* else it lives as long as somebody has it open */
	return 0;
}

static int copy_up_one(struct ovl_inode *o, uint64_t limit)
{
	int err = 0;

	mutex_lock(&o->copy_mu);
	if (!oi_upper(o))
		err = copy_up_locked(o, limit);
	mutex_unlock(&o->copy_mu);
	return err;
}

int ovl_copy_up(struct ovl_inode *o, uint64_t size_limit)
{
	if (oi_upper(o))
		return 0;
	if (o->inode.super->readonly)
		return -EROFS;
	if (!oi_fs(o)->persistent)
		return copy_up_one(o, size_limit);
	for (;;) {
		struct ovl_inode *top = topmost_missing(o);
		bool last = top == o;
		int err = copy_up_one(top, last ? size_limit : OVL_COPY_ALL);

		inode_put(&top->inode);
		if (err < 0 || last)
			return err;
	}
}

int ovl_place(struct ovl_inode *dir, const struct qstr *name, struct ovl_inode *o)
{
	struct ovl *ovl = oi_fs(o);
	struct inode *udir = oi_upper(dir), *there, *upper;
	struct pool_name n;
	int err;

	err = ovl_copy_up(o, OVL_COPY_ALL);
	if (err < 0)
		return err;
	err = layer_lookup(udir, name, &there);
	if (err == 0) { /* what the name shows, so it is o's upper */
		inode_put(there);
		return 0;
	}
	if (err != -ENOENT)
		return err;
	upper = oi_upper(o);
	if (!is_dir(upper))
		return layer_link(udir, name, upper);
	if (NEVER(!o->pool_id))
		return -ESTALE;
	pool_name(&n, o->pool_id);
	err = layer_rename(ovl->pool, &n.q, upper, udir, name, NULL, 0);
	if (err == 0)
		o->pool_id = 0;
	return err;
}
