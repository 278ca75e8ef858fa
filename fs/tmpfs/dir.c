/*
 * fs/tmpfs/dir.c - directories of tmpfs: names, and making, moving and removing them
 *
 * Model: a directory has its entries in a hash by name and in a tree by cookie. Cookies only grow,
 * so an entry keeps its place for readdir whatever else comes and goes, and a listing of n names is
 * read in O(n log n), however small the buffer.
 *
 * Each op first allocates and charges what it needs, then commits.
 */
#include <dirent.h>
#include <errno.h>
#include <linux/fs.h>
#include <string.h>

#include "fs/tmpfs/internal.h"
#include "sentry/base/mem.h"

#define FIRST_COOKIE 2 /* behind . and .. */

static struct tmpfs_dir *dir_of(struct inode *in)
{
	return &tmpfs_inode(in)->dir;
}

static bool is_dir(const struct inode *in)
{
	return S_ISDIR(inode_read(in, mode));
}

void tmpfs_dir_init(struct tmpfs_dir *d)
{
	hash_init(&d->names);
	rb_init(&d->by_cookie);
	d->next_cookie = FIRST_COOKIE;
}

static int compare_cookies(const struct rb_node *a, const struct rb_node *b)
{
	uint64_t x = rb_entry(a, struct tmpfs_dirent, by_cookie)->cookie;
	uint64_t y = rb_entry(b, struct tmpfs_dirent, by_cookie)->cookie;

	return x < y ? -1 : x > y;
}

static int compare_cookie_key(const void *key, const struct rb_node *node)
{
	uint64_t x = *(const uint64_t *)key;
	uint64_t y = rb_entry(node, struct tmpfs_dirent, by_cookie)->cookie;

	return x < y ? -1 : x > y;
}

static struct tmpfs_dirent *find(struct inode *dir, const struct qstr *name)
{
	struct tmpfs_dirent *e;

	hash_for_each_possible(&dir_of(dir)->names, e, by_name, hash_bytes(name->name, name->len)) {
		if (e->len == name->len && memcmp(e->name, name->name, name->len) == 0)
			return e;
	}
	return NULL;
}

static struct tmpfs_dirent *dirent_new(const struct qstr *name)
{
	struct tmpfs_dirent *e = mem_alloc(sizeof(*e) + name->len);

	if (!e)
		return NULL;
	memset(e, 0, sizeof(*e));
	e->len = name->len;
	memcpy(e->name, name->name, name->len);
	return e;
}

/* Cannot fail; e->inode is set. The directory's size and times follow. */
static void dirent_add(struct inode *dir, struct tmpfs_dirent *e)
{
	struct tmpfs_dir *d = dir_of(dir);

	e->cookie = d->next_cookie++;
	hash_add(&d->names, &e->by_name, hash_bytes(e->name, e->len));
	rb_insert(&d->by_cookie, &e->by_cookie, compare_cookies);
	inode_write(dir, size, dir->size + TMPFS_DIRENT_SIZE);
	inode_touch(dir, IATTR_MTIME | IATTR_CTIME);
}

static void dirent_del(struct inode *dir, struct tmpfs_dirent *e)
{
	struct tmpfs_dir *d = dir_of(dir);

	hash_del(&d->names, &e->by_name);
	rb_erase(&d->by_cookie, &e->by_cookie);
	inode_write(dir, size, dir->size - TMPFS_DIRENT_SIZE);
	inode_touch(dir, IATTR_MTIME | IATTR_CTIME);
	mem_free(e);
}

/* Iteratively: a tree may be deep. Directories found are emptied into the same list. */
void tmpfs_dir_free(struct tmpfs_dir *d)
{
	struct tmpfs_dirent *e, *tmp;

	for (;;) {
		struct tmpfs_dirent *from = NULL;

		hash_for_each_safe(&d->names, e, tmp, by_name) {
			hash_del(&d->names, &e->by_name);
			if (is_dir(e->inode) && !hash_empty(&dir_of(e->inode)->names)) {
				from = e;
				break;
			}
			inode_put(e->inode);
			mem_free(e);
		}
		if (!from)
			break;
		/* Its entries become ours, then it is empty. */
		hash_for_each_safe(&dir_of(from->inode)->names, e, tmp, by_name) {
			hash_del(&dir_of(from->inode)->names, &e->by_name);
			hash_add(&d->names, &e->by_name, hash_bytes(e->name, e->len));
		}
		rb_init(&dir_of(from->inode)->by_cookie);
		inode_put(from->inode);
		mem_free(from);
	}
	hash_free(&d->names);
}

int tmpfs_lookup(struct inode *dir, const struct qstr *name, struct inode **ret)
{
	struct tmpfs_dirent *e = find(dir, name);

	if (!e)
		return -ENOENT;
	*ret = inode_get(e->inode);
	return 0;
}

static void change_nlink(struct inode *in, int by)
{
	mutex_lock_nested(&in->mu);
	inode_write(in, nlink, in->nlink + (uint32_t)by);
	inode_touch(in, IATTR_CTIME);
	mutex_unlock(&in->mu);
}

/* Names a fresh inode (reference consumed, also on failure) in dir. */
static int add_new(struct inode *dir, const struct qstr *name, struct inode *in, struct inode **ret)
{
	struct tmpfs_dirent *e = dirent_new(name);

	if (!e) {
		inode_put(in);
		return -ENOMEM;
	}
	e->inode = in;
	dirent_add(dir, e);
	if (is_dir(in))
		inode_write(dir, nlink, dir->nlink + 1);
	*ret = inode_get(in);
	return 0;
}

int tmpfs_mknod(struct inode *dir, const struct qstr *name, uint32_t mode, uint64_t rdev,
		uint32_t uid, uint32_t gid, struct inode **ret)
{
	struct inode *in;
	int err = tmpfs_new_inode(dir->super, mode, uid, gid, &in);

	if (err < 0)
		return err;
	in->rdev = rdev;
	return add_new(dir, name, in, ret);
}

int tmpfs_create_file(struct inode *dir, const struct qstr *name, uint32_t mode, uint32_t uid,
		      uint32_t gid, struct inode **ret)
{
	return tmpfs_mknod(dir, name, mode, 0, uid, gid, ret);
}

int tmpfs_symlink(struct inode *dir, const struct qstr *name, const char *target, uint32_t uid,
		  uint32_t gid, struct inode **ret)
{
	struct inode *in;
	int err = tmpfs_new_inode(dir->super, S_IFLNK | 0777, uid, gid, &in);

	if (err < 0)
		return err;
	tmpfs_inode(in)->target = mem_strdup(target);
	if (!tmpfs_inode(in)->target) {
		inode_put(in);
		return -ENOMEM;
	}
	in->size = strlen(target);
	return add_new(dir, name, in, ret);
}

int tmpfs_tmpfile(struct inode *dir, uint32_t mode, uint32_t uid, uint32_t gid, struct inode **ret)
{
	int err = tmpfs_new_inode(dir->super, mode, uid, gid, ret);

	if (err == 0)
		(*ret)->nlink = 0;
	return err;
}

int tmpfs_link(struct inode *dir, const struct qstr *name, struct inode *target)
{
	struct tmpfs_super *s = tmpfs_super(dir->super);
	struct tmpfs_dirent *e;
	bool first = inode_read(target, nlink) == 0; /* O_TMPFILE: its inode is counted already */
	int err = first ? 0 : tmpfs_charge_inode(s);

	if (err < 0)
		return err;
	e = dirent_new(name);
	if (!e) {
		if (!first)
			tmpfs_uncharge_inode(s);
		return -ENOMEM;
	}
	e->inode = inode_get(target);
	dirent_add(dir, e);
	change_nlink(target, 1);
	return 0;
}

/* A name of in went: the name's share of the count, and the link. */
static void drop_link(struct inode *in)
{
	if (inode_read(in, nlink) > 1)
		tmpfs_uncharge_inode(tmpfs_super(in->super));
	change_nlink(in, -1);
}

int tmpfs_unlink(struct inode *dir, const struct qstr *name, struct inode *victim)
{
	struct tmpfs_dirent *e = find(dir, name);

	if (!e || e->inode != victim)
		return -ENOENT;
	dirent_del(dir, e);
	drop_link(victim);
	inode_put(victim); /* the entry's; the caller has its own */
	return 0;
}

/* Empty and dead from now on, or -ENOTEMPTY. */
static int kill_dir(struct inode *in)
{
	int err = -ENOTEMPTY;

	mutex_lock_nested(&in->mu);
	if (hash_empty(&dir_of(in)->names)) {
		in->dead = true;
		inode_write(in, nlink, 0);
		inode_touch(in, IATTR_CTIME);
		err = 0;
	}
	mutex_unlock(&in->mu);
	return err;
}

int tmpfs_rmdir(struct inode *dir, const struct qstr *name, struct inode *victim)
{
	struct tmpfs_dirent *e = find(dir, name);
	int err;

	if (!e || e->inode != victim)
		return -ENOENT;
	err = kill_dir(victim);
	if (err < 0)
		return err;
	dirent_del(dir, e);
	inode_write(dir, nlink, dir->nlink - 1);
	inode_put(victim);
	return 0;
}

/* ---- rename ---- */

/* A directory moved from a to b: where its .. points. */
static void move_dotdot(struct inode *a, struct inode *b)
{
	if (a == b)
		return;
	inode_write(a, nlink, a->nlink - 1);
	inode_write(b, nlink, b->nlink + 1);
}

static void touch_moved(struct inode *in)
{
	mutex_lock_nested(&in->mu);
	inode_touch(in, IATTR_CTIME);
	mutex_unlock(&in->mu);
}

static int exchange(struct inode *olddir, struct tmpfs_dirent *a, struct inode *newdir,
		    struct tmpfs_dirent *b)
{
	struct inode *in = a->inode;

	a->inode = b->inode;
	b->inode = in;
	if (is_dir(b->inode))
		move_dotdot(olddir, newdir);
	if (is_dir(a->inode))
		move_dotdot(newdir, olddir);
	touch_moved(a->inode);
	touch_moved(b->inode);
	inode_touch(olddir, IATTR_MTIME | IATTR_CTIME);
	inode_touch(newdir, IATTR_MTIME | IATTR_CTIME);
	return 0;
}

static int whiteout_new(struct inode *olddir, struct inode **ret)
{
	/* Character device 0:0, overlayfs's mark of a deleted name. */
	return tmpfs_new_inode(olddir->super, S_IFCHR, 0, 0, ret);
}

/* Gives the target entry to from's inode; what it named before is unlinked. */
static int replace_entry(struct inode *newdir, struct tmpfs_dirent *to, struct inode *in)
{
	struct inode *old = to->inode;
	int err;

	if (is_dir(old)) {
		err = kill_dir(old);
		if (err < 0)
			return err;
		inode_write(newdir, nlink, newdir->nlink - 1);
	} else {
		drop_link(old);
	}
	to->inode = inode_get(in);
	inode_touch(newdir, IATTR_MTIME | IATTR_CTIME);
	inode_put(old);
	return 0;
}

int tmpfs_rename(struct inode *olddir, const struct qstr *oldname, struct inode *victim,
		 struct inode *newdir, const struct qstr *newname, struct inode *replaced,
		 unsigned int flags)
{
	struct tmpfs_dirent *from = find(olddir, oldname), *to = find(newdir, newname);
	struct tmpfs_dirent *fresh = NULL;
	struct inode *whiteout = NULL;
	int err = 0;

	if (!from || from->inode != victim || (replaced ? !to || to->inode != replaced : !!to))
		return -ENOENT;
	if (flags & RENAME_EXCHANGE)
		return to ? exchange(olddir, from, newdir, to) : -ENOENT;
	if (flags & RENAME_WHITEOUT)
		err = whiteout_new(olddir, &whiteout);
	if (err == 0 && !to) {
		fresh = dirent_new(newname);
		err = fresh ? 0 : -ENOMEM;
	}
	if (err == 0 && to)
		err = replace_entry(newdir, to, victim);
	if (err < 0) {
		inode_put(whiteout);
		return err;
	}
	if (fresh) {
		fresh->inode = inode_get(victim);
		dirent_add(newdir, fresh);
	}
	if (is_dir(victim))
		move_dotdot(olddir, newdir);
	if (whiteout) {
		from->inode = whiteout;
		inode_touch(olddir, IATTR_MTIME | IATTR_CTIME);
	} else {
		dirent_del(olddir, from);
	}
	touch_moved(victim);
	inode_put(victim); /* the old entry's */
	return 0;
}

/* ---- listing ---- */

static int tmpfs_readdir(struct file *f, struct dir_context *ctx)
{
	struct tmpfs_dir *d = dir_of(f->inode);
	struct rb_node *n;
	uint64_t from;

	if (dir_emit_dots(f, ctx))
		return 0;
	mutex_lock(&f->inode->mu);
	from = (uint64_t)f->pos;
	for (n = rb_lower_bound(&d->by_cookie, &from, compare_cookie_key); n; n = rb_next(n)) {
		struct tmpfs_dirent *e = rb_entry(n, struct tmpfs_dirent, by_cookie);
		uint32_t mode = inode_read(e->inode, mode);

		if (ctx->emit(ctx, e->name, e->len, e->inode->ino, IFTODT(mode),
			      (int64_t)e->cookie + 1))
			break;
		f->pos = (int64_t)e->cookie + 1;
	}
	mutex_unlock(&f->inode->mu);
	return 0;
}

static int tmpfs_dir_fsync(struct file *f, bool datasync)
{
	(void)f;
	(void)datasync;
	return 0;
}

const struct file_ops tmpfs_dir_fops = {
	.llseek = dir_llseek,
	.readdir = tmpfs_readdir,
	.fsync = tmpfs_dir_fsync,
};
