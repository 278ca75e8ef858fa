/* fs/kernfs/kernfs.c - inodes and directories of generated trees, see kernfs.h */
#include "fs/kernfs/kernfs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/kernfs/kernfs_internal.h"
#include "sentry/base/mem.h"
#include "sentry/cred.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

/* Positions in a directory: ".", "..", the rows, then the keys of the dynamic part. */
#define POS_ROWS 2
#define POS_DYN 4096

void kernfs_owner_init(struct kernfs_owner *o, void (*destroy)(struct kernfs_owner *),
		       void (*attr)(struct kernfs_owner *, struct inode *))
{
	ref_init(&o->ref, 1);
	o->destroy = destroy;
	o->attr = attr;
	o->gone = NULL;
}

void kernfs_owner_put(struct kernfs_owner *o)
{
	if (o && ref_put(&o->ref))
		o->destroy(o);
}

/* Not keyed: the guest sees the numbers. A multiplicative mix keeps them apart well enough. */
uint64_t kernfs_child_ino(uint64_t dir_ino, uint64_t key)
{
	uint64_t x = dir_ino * UINT64_C(0x9e3779b97f4a7c15) + key + 1;

	x ^= x >> 29;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 32;
	return (x & UINT64_C(0x7fffffffff)) + 2;
}

bool kernfs_parse_number(const struct qstr *name, uint64_t *ret)
{
	uint64_t v = 0;

	if (name->len == 0 || name->len > 10 || (name->name[0] == '0' && name->len > 1))
		return false;
	for (uint32_t i = 0; i < name->len; i++) {
		if (name->name[i] < '0' || name->name[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(name->name[i] - '0');
	}
	if (v > INT32_MAX)
		return false;
	*ret = v;
	return true;
}

int kernfs_parse_i64(const char *text, int64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoll(text, &end, 0);
	if (end == text || errno == ERANGE)
		return -EINVAL;
	end += strspn(end, " \t\n");
	return *end ? -EINVAL : 0;
}

/* ---- directories ---- */

static bool name_is(const struct qstr *name, const char *s)
{
	return strlen(s) == name->len && memcmp(s, name->name, name->len) == 0;
}

static int kernfs_lookup(struct inode *dir, const struct qstr *name, struct inode **ret)
{
	struct kernfs_inode *kn = kernfs_of(dir);
	const struct kernfs_row *rows = kn->row->rows;

	for (size_t i = 0; rows && rows[i].name; i++)
		if (name_is(name, rows[i].name))
			return kernfs_inode_new(dir->super, &rows[i], kn->owner,
						kernfs_child_ino(dir->ino, i), kn->arg, ret);
	if (kn->row->dyn)
		return kn->row->dyn->lookup(kn, name, ret);
	return -ENOENT;
}

static bool row_in_table(const struct kernfs_row *rows, const struct kernfs_row *row)
{
	for (; rows && rows->name; rows++)
		if (rows == row)
			return true;
	return false;
}

static bool kernfs_revalidate(struct inode *dir, const struct qstr *name, struct inode *cached)
{
	struct kernfs_inode *kn = kernfs_of(dir), *child;

	(void)name;
	if (!cached)
		return !kn->row->dyn;
	child = kernfs_of(cached);
	if (child->owner && child->owner->attr)
		child->owner->attr(child->owner, cached);
	if (row_in_table(kn->row->rows, child->row))
		return true;
	return kn->row->dyn && kn->row->dyn->valid && kn->row->dyn->valid(kn, child);
}

static unsigned int mode_to_dt(uint32_t mode)
{
	return (mode & S_IFMT) >> 12;
}

static int emit_rows(struct file *f, struct dir_context *ctx)
{
	struct kernfs_inode *kn = kernfs_of_file(f);
	const struct kernfs_row *rows = kn->row->rows;

	for (size_t i = 0; rows && rows[i].name; i++) {
		int64_t pos = POS_ROWS + (int64_t)i;

		if (pos < f->pos)
			continue;
		if (ctx->emit(ctx, rows[i].name, (uint32_t)strlen(rows[i].name),
			      kernfs_child_ino(f->inode->ino, i), mode_to_dt(rows[i].mode),
			      pos + 1))
			return 1;
		f->pos = pos + 1;
	}
	return 0;
}

static int emit_dynamic(struct file *f, struct dir_context *ctx)
{
	struct kernfs_inode *kn = kernfs_of_file(f);
	struct kernfs_dirent de;
	int err;

	if (f->pos < POS_DYN)
		f->pos = POS_DYN;
	while ((err = kn->row->dyn->next(kn, (uint64_t)(f->pos - POS_DYN), &de)) > 0) {
		int64_t next = POS_DYN + (int64_t)de.key + 1;

		if (ctx->emit(ctx, de.name, (uint32_t)strlen(de.name),
			      kernfs_child_ino(f->inode->ino, POS_DYN + de.key), de.type, next))
			return 0;
		f->pos = next;
	}
	return err;
}

static int kernfs_readdir(struct file *f, struct dir_context *ctx)
{
	struct kernfs_inode *kn = kernfs_of_file(f);
	/* ".." of a directory is not known to an inode; the root's own number will do. */
	uint64_t parent_ino = f->path.dentry && f->path.dentry->parent &&
					      f->path.dentry->parent->inode
				      ? f->path.dentry->parent->inode->ino
				      : f->inode->ino;

	if (f->pos < 0)
		return -EINVAL;
	if (kn->owner && kn->owner->gone && kn->owner->gone(kn->owner))
		return -ENOENT;
	if (f->pos == 0) {
		if (ctx->emit(ctx, ".", 1, f->inode->ino, DT_DIR, 1))
			return 0;
		f->pos = 1;
	}
	if (f->pos == 1) {
		if (ctx->emit(ctx, "..", 2, parent_ino, DT_DIR, POS_ROWS))
			return 0;
		f->pos = POS_ROWS;
	}
	if (f->pos < POS_DYN && emit_rows(f, ctx))
		return 0;
	return kn->row->dyn ? emit_dynamic(f, ctx) : 0;
}

static int64_t kernfs_dir_llseek(struct file *f, int64_t off, int whence)
{
	if (whence == SEEK_END || (whence != SEEK_SET && whence != SEEK_CUR))
		return -EINVAL;
	if (whence == SEEK_CUR && __builtin_add_overflow(off, f->pos, &off))
		return -EOVERFLOW;
	if (off < 0)
		return -EINVAL;
	f->pos = off;
	return off;
}

static const struct file_ops kernfs_dir_fops = {
	.llseek = kernfs_dir_llseek,
	.readdir = kernfs_readdir,
};

/* ---- symlinks ---- */

static int copy_target(const char *target, char *buf, size_t size)
{
	size_t len = strlen(target);

	if (len + 1 > size)
		return -ENAMETOOLONG;
	memcpy(buf, target, len + 1);
	return (int)len;
}

static int kernfs_readlink(struct inode *in, struct task *t, char *buf, size_t size)
{
	struct kernfs_inode *kn = kernfs_of(in);

	if (kn->row->target)
		return copy_target(kn->row->target, buf, size);
	return kn->row->readlink(kn, t, buf, size);
}

static int kernfs_jump(struct inode *in, struct task *t, struct path *ret)
{
	struct kernfs_inode *kn = kernfs_of(in);

	return kn->row->jump(kn, t, ret);
}

/* ---- attributes and open ---- */

static int kernfs_getattr(struct inode *in, struct kstat *st)
{
	struct kernfs_inode *kn = kernfs_of(in);

	if (kn->owner && kn->owner->attr)
		kn->owner->attr(kn->owner, in);
	generic_fillattr(in, st);
	return 0;
}

/* Truncation by O_TRUNC is accepted and means nothing; modes and owners are fixed. */
static int kernfs_setattr(struct inode *in, const struct iattr *attr)
{
	(void)in;
	return attr->valid & (IATTR_MODE | IATTR_UID | IATTR_GID) ? -EPERM : 0;
}

static int open_text(struct kernfs_inode *kn, struct task *t, struct file *f)
{
	int err = kernfs_file_open(f);

	if (err == 0 && kn->row->opened) {
		err = kn->row->opened(kn, t, f);
		if (err < 0)
			kernfs_file_release(f);
	}
	return err;
}

static int kernfs_open(struct inode *in, struct file *f, struct task *t)
{
	struct kernfs_inode *kn = kernfs_of(in);
	const struct kernfs_row *row = kn->row;

	if (S_ISREG(inode_read(in, mode))) {
		if ((f->mode & FMODE_READ) && !row->show && !row->fops)
			return -EACCES;
		if ((f->mode & FMODE_WRITE) && !row->store && !row->fops)
			return -EACCES;
	}
	if (row->may_open) {
		int err = row->may_open(kn, t, f);

		if (err)
			return err;
	}
	f->ops = in->fops;
	if (row->fops && !row->show)
		return 0;
	return open_text(kn, t, f);
}

static void kernfs_destroy(struct inode *in)
{
	struct kernfs_inode *kn = kernfs_of(in);

	kernfs_owner_put(kn->owner);
	inode_fini(in);
	mem_free(kn);
}

static const struct inode_ops kernfs_dir_iops = {
	.lookup = kernfs_lookup,
	.revalidate = kernfs_revalidate,
	.getattr = kernfs_getattr,
	.setattr = kernfs_setattr,
	.open = kernfs_open,
	.destroy = kernfs_destroy,
};

/* test_perm() of Linux's sysctl: the owner is root. */
static int bare_permission(struct inode *in, const struct cred *c, int mask)
{
	uint32_t bits = inode_read(in, mode);

	if (c->euid == 0)
		bits >>= 6;
	else if (c->egid == 0)
		bits >>= 3;
	return (uint32_t)mask & 7 & ~bits ? -EACCES : 0;
}

static const struct inode_ops kernfs_bare_dir_iops = {
	.lookup = kernfs_lookup,
	.revalidate = kernfs_revalidate,
	.permission = bare_permission,
	.getattr = kernfs_getattr,
	.setattr = kernfs_setattr,
	.open = kernfs_open,
	.destroy = kernfs_destroy,
};

static const struct inode_ops kernfs_link_iops = {
	.readlink = kernfs_readlink,
	.getattr = kernfs_getattr,
	.setattr = kernfs_setattr,
	.destroy = kernfs_destroy,
};

static const struct inode_ops kernfs_magic_link_iops = {
	.readlink = kernfs_readlink,
	.jump = kernfs_jump,
	.getattr = kernfs_getattr,
	.setattr = kernfs_setattr,
	.destroy = kernfs_destroy,
};

static const struct inode_ops kernfs_file_iops = {
	.getattr = kernfs_getattr,
	.setattr = kernfs_setattr,
	.open = kernfs_open,
	.destroy = kernfs_destroy,
};

static const struct inode_ops *iops_of(const struct kernfs_row *row)
{
	if (S_ISDIR(row->mode))
		return row->bare_mode ? &kernfs_bare_dir_iops : &kernfs_dir_iops;
	if (S_ISLNK(row->mode))
		return row->jump ? &kernfs_magic_link_iops : &kernfs_link_iops;
	return &kernfs_file_iops;
}

static uint32_t count_subdirs(const struct kernfs_row *rows)
{
	uint32_t n = 0;

	for (; rows && rows->name; rows++)
		n += S_ISDIR(rows->mode);
	return n;
}

int kernfs_inode_new(struct super *s, const struct kernfs_row *row, struct kernfs_owner *owner,
		     uint64_t ino, uint64_t arg, struct inode **ret)
{
	struct kernfs_inode *kn = mem_zalloc(sizeof(*kn));

	if (!kn)
		return -ENOMEM;
	inode_init(&kn->inode, s, iops_of(row), row->mode, ino);
	kn->row = row;
	kn->arg = arg;
	if (owner) {
		ref_get(&owner->ref);
		kn->owner = owner;
	}
	if (S_ISDIR(row->mode)) {
		kn->inode.fops = &kernfs_dir_fops;
		kn->inode.nlink = 2 + count_subdirs(row->rows);
	} else if (S_ISREG(row->mode)) {
		kn->inode.fops = row->fops ? row->fops : &kernfs_file_ops;
	} else if (S_ISLNK(row->mode)) {
		kn->inode.size = row->target ? strlen(row->target) : 0;
	}
	if (owner && owner->attr)
		owner->attr(owner, &kn->inode);
	*ret = &kn->inode;
	return 0;
}

/* ---- supers ---- */

static void kernfs_super_destroy(struct super *s)
{
	mem_free(s);
}

static const struct super_ops kernfs_super_ops = {
	.destroy = kernfs_super_destroy,
};

int kernfs_super_create(struct kernel *k, const char *fstype, uint64_t magic,
			const struct kernfs_row *root, struct super **ret)
{
	struct super *s = mem_zalloc(sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	super_init(s, k, &kernfs_super_ops, fstype, fstype, magic);
	err = kernfs_inode_new(s, root, NULL, 1, 0, &s->root);
	if (err) {
		rwlock_destroy(&s->rename_mu);
		mem_free(s);
		return err;
	}
	*ret = s;
	return 0;
}
