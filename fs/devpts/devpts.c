/*
 * fs/devpts/devpts.c - the filesystem of terminal names, see devpts.h
 *
 * Model: the root directory holds ptmx and one character device per terminal. A name's inode holds
 * the terminal; it goes when the master is closed, while files on it may live on.
 *
 * Locking: ds->mu (LOCK_SUPER_TABLE) guards the list of names. No terminal is locked under it.
 */
#include "fs/devpts/devpts.h"

#include <dirent.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "fs/devpts/tty.h"
#include "sentry/base/bitmap.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

#define MAX_PTYS 4096
#define PTS_MAJOR 136
#define INO_PTMX 2
#define INO_FIRST 3

struct pts_inode {
	struct inode inode;
	struct list node; /* in ds->names */
	struct tty *tty;  /* NULL: ptmx */
	uint32_t index;
};

struct devpts {
	struct super super;
	bool has_uid, has_gid;
	uint32_t uid, gid, mode, ptmx_mode, max;
	struct inode *ptmx;
	struct mutex mu;
	struct list names GUARDED_BY(&mu); /* by index; each with a reference */
	uint64_t used[BITMAP_WORDS(MAX_PTYS)] GUARDED_BY(&mu);
};

static struct devpts *devpts_of(struct super *s)
{
	return container_of(s, struct devpts, super);
}

static struct pts_inode *pts_of(struct inode *in)
{
	return container_of(in, struct pts_inode, inode);
}

/* ---- nodes ---- */

static int node_open(struct inode *in, struct file *f, struct task *t)
{
	struct pts_inode *pi = pts_of(in);

	if (!pi->tty)
		return devpts_open_ptmx(in->super, f, t);
	return tty_open(pi->tty, f, t);
}

static void node_destroy(struct inode *in)
{
	struct pts_inode *pi = pts_of(in);

	tty_put(pi->tty);
	inode_fini(in);
	mem_free(pi);
}

static const struct inode_ops node_iops = {
	.open = node_open,
	.destroy = node_destroy,
};

static struct pts_inode *node_new(struct devpts *ds, struct tty *tty, uint32_t mode, uint64_t rdev,
				  uint64_t ino)
{
	struct pts_inode *pi = mem_zalloc(sizeof(*pi));

	if (!pi)
		return NULL;
	inode_init(&pi->inode, &ds->super, &node_iops, S_IFCHR | mode, ino);
	pi->inode.rdev = rdev;
	list_init(&pi->node);
	pi->tty = tty ? tty_get(tty) : NULL;
	return pi;
}

int devpts_add(struct super *s, struct tty *tty, struct task *t)
{
	struct devpts *ds = devpts_of(s);
	struct pts_inode *pi = node_new(ds, tty, ds->mode, 0, 0), *other;
	const struct cred *c = t ? task_cred(t) : NULL;
	struct list *before;
	size_t index;

	if (!pi)
		return -ENOMEM;
	pi->inode.uid = ds->has_uid ? ds->uid : c ? c->fsuid : 0;
	pi->inode.gid = ds->has_gid ? ds->gid : c ? c->fsgid : 0;
	mutex_lock(&ds->mu);
	index = bitmap_find_zero(ds->used, ds->max, 0);
	if (index >= ds->max) {
		mutex_unlock(&ds->mu);
		inode_put(&pi->inode);
		return -ENOSPC;
	}
	bitmap_set(ds->used, index);
	pi->index = tty->index = (uint32_t)index;
	pi->inode.ino = INO_FIRST + index;
	pi->inode.rdev = tty->rdev = makedev(PTS_MAJOR, index);
	tty->devpts = s;
	before = &ds->names;
	list_for_each_entry(other, &ds->names, node) {
		if (other->index > index)
			break;
		before = &other->node;
	}
	list_add(&pi->node, before);
	mutex_unlock(&ds->mu);
	return 0;
}

static struct pts_inode *find_locked(struct devpts *ds, unsigned int index)
{
	struct pts_inode *pi;

	list_for_each_entry(pi, &ds->names, node)
		if (pi->index == index)
			return pi;
	return NULL;
}

void devpts_remove(struct super *s, unsigned int index)
{
	struct devpts *ds = devpts_of(s);
	struct pts_inode *pi;

	mutex_lock(&ds->mu);
	pi = find_locked(ds, index);
	if (pi) {
		list_del(&pi->node);
		bitmap_clear(ds->used, index);
		pi->inode.nlink = 0;
	}
	mutex_unlock(&ds->mu);
	if (pi)
		inode_put(&pi->inode);
}

struct inode *devpts_inode(struct super *s, unsigned int index)
{
	struct devpts *ds = devpts_of(s);
	struct pts_inode *pi;

	mutex_lock(&ds->mu);
	pi = find_locked(ds, index);
	if (pi)
		inode_get(&pi->inode);
	mutex_unlock(&ds->mu);
	return pi ? &pi->inode : NULL;
}

int devpts_open_ptmx(struct super *s_or_null, struct file *f, struct task *t)
{
	struct super *s = s_or_null ? s_or_null : atomic_load(&t->kernel->devpts);
	struct tty *tty;
	int err;

	if (!s)
		return -ENODEV;
	err = pty_open_master(s->kernel, f, &tty);
	if (err)
		return err;
	err = devpts_add(s, tty, t);
	if (err) {
		f->data = NULL;
		tty_put(tty); /* the file's */
	}
	tty_put(tty);
	return err;
}

int devpts_open_slave(struct file *f, struct task *t, unsigned int index)
{
	struct super *s = atomic_load(&t->kernel->devpts);
	struct inode *in = s ? devpts_inode(s, index) : NULL;
	int err;

	if (!in)
		return -ENXIO;
	err = tty_open(pts_of(in)->tty, f, t);
	inode_put(in);
	return err;
}

/* ---- the directory ---- */

static int root_lookup(struct inode *dir, const struct qstr *name, struct inode **ret)
{
	struct devpts *ds = devpts_of(dir->super);
	unsigned int index = 0;

	if (name->len == 4 && memcmp(name->name, "ptmx", 4) == 0) {
		*ret = inode_get(ds->ptmx);
		return 0;
	}
	if (name->len == 0 || name->len > 4 || (name->name[0] == '0' && name->len > 1))
		return -ENOENT;
	for (uint32_t i = 0; i < name->len; i++) {
		if (name->name[i] < '0' || name->name[i] > '9')
			return -ENOENT;
		index = index * 10 + (unsigned int)(name->name[i] - '0');
	}
	*ret = devpts_inode(dir->super, index);
	return *ret ? 0 : -ENOENT;
}

static int next_index(struct devpts *ds, unsigned int from)
{
	struct pts_inode *pi;
	int found = -1;

	mutex_lock(&ds->mu);
	list_for_each_entry(pi, &ds->names, node) {
		if (pi->index >= from) {
			found = (int)pi->index;
			break;
		}
	}
	mutex_unlock(&ds->mu);
	return found;
}

/* Positions: ".", "..", "ptmx", then the numbers. */
static int root_readdir(struct file *f, struct dir_context *ctx)
{
	struct devpts *ds = devpts_of(f->inode->super);
	static const char *const fixed[] = {".", "..", "ptmx"};
	char name[16];
	int index;

	if (f->pos < 0)
		return -EINVAL;
	for (; f->pos < 3; f->pos++) {
		const char *s = fixed[f->pos];

		if (ctx->emit(ctx, s, (uint32_t)strlen(s), f->pos == 2 ? INO_PTMX : 1,
			      f->pos == 2 ? DT_CHR : DT_DIR, f->pos + 1))
			return 0;
	}
	while (f->pos - 3 < MAX_PTYS && (index = next_index(ds, (unsigned int)f->pos - 3)) >= 0) {
		int len = snprintf(name, sizeof(name), "%d", index);

		if (ctx->emit(ctx, name, (uint32_t)len, INO_FIRST + (uint64_t)index, DT_CHR,
			      index + 4))
			return 0;
		f->pos = index + 4;
	}
	return 0;
}

static int64_t root_llseek(struct file *f, int64_t off, int whence)
{
	return generic_llseek(f, off, whence, 0);
}

static const struct file_ops root_fops = {
	.llseek = root_llseek,
	.readdir = root_readdir,
};

static void root_destroy(struct inode *in)
{
	inode_fini(in);
	mem_free(in);
}

static const struct inode_ops root_iops = {
	.lookup = root_lookup,
	.destroy = root_destroy,
};

/* ---- instances ---- */

static void devpts_show_options(struct super *s, struct strbuf *sb)
{
	struct devpts *ds = devpts_of(s);

	if (ds->has_uid)
		strbuf_printf(sb, ",uid=%u", ds->uid);
	if (ds->has_gid)
		strbuf_printf(sb, ",gid=%u", ds->gid);
	strbuf_printf(sb, ",mode=%03o,ptmxmode=%03o", ds->mode, ds->ptmx_mode);
	if (ds->max < MAX_PTYS)
		strbuf_printf(sb, ",max=%u", ds->max);
}

static void devpts_free(struct devpts *ds)
{
	if (ds->ptmx)
		inode_put(ds->ptmx);
	mutex_destroy(&ds->mu);
	mem_free(ds);
}

static void devpts_destroy(struct super *s)
{
	devpts_free(devpts_of(s));
}

static const struct super_ops devpts_ops = {
	.show_options = devpts_show_options,
	.destroy = devpts_destroy,
};

static int parse_number(const char *s, int base, uint32_t *ret)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(s, &end, base);
	if (end == s || *end || errno || v > UINT32_MAX || *s == '-')
		return -EINVAL;
	*ret = (uint32_t)v;
	return 0;
}

static int parse_option(struct devpts *ds, const char *o)
{
	if (strncmp(o, "uid=", 4) == 0) {
		ds->has_uid = true;
		return parse_number(o + 4, 10, &ds->uid);
	}
	if (strncmp(o, "gid=", 4) == 0) {
		ds->has_gid = true;
		return parse_number(o + 4, 10, &ds->gid);
	}
	if (strncmp(o, "mode=", 5) == 0)
		return parse_number(o + 5, 8, &ds->mode);
	if (strncmp(o, "ptmxmode=", 9) == 0)
		return parse_number(o + 9, 8, &ds->ptmx_mode);
	if (strncmp(o, "max=", 4) == 0)
		return parse_number(o + 4, 10, &ds->max);
	return *o == '\0' || strcmp(o, "newinstance") == 0 ? 0 : -EINVAL;
}

static int parse_options(struct devpts *ds, const char *options)
{
	_cleanup_free_ char *copy = mem_strdup(options ? options : "");
	char *save = NULL;
	int err = 0;

	if (!copy)
		return -ENOMEM;
	for (char *o = strtok_r(copy, ",", &save); o && !err; o = strtok_r(NULL, ",", &save))
		err = parse_option(ds, o);
	ds->mode &= 07777;
	ds->ptmx_mode &= 07777;
	ds->max = MIN(ds->max, (uint32_t)MAX_PTYS);
	return err;
}

static int devpts_fill(struct devpts *ds, struct kernel *k)
{
	struct inode *root = mem_zalloc(sizeof(*root));
	struct pts_inode *ptmx;

	if (!root)
		return -ENOMEM;
	super_init(&ds->super, k, &devpts_ops, "devpts", "devpts", DEVPTS_SUPER_MAGIC);
	ds->super.no_dcache = true;
	ptmx = node_new(ds, NULL, ds->ptmx_mode, makedev(5, 2), INO_PTMX);
	if (!ptmx) {
		mem_free(root);
		return -ENOMEM;
	}
	ds->ptmx = &ptmx->inode;
	inode_init(root, &ds->super, &root_iops, S_IFDIR | 0755, 1);
	root->fops = &root_fops;
	ds->super.root = root;
	return 0;
}

int devpts_create(struct kernel *k, const char *options, struct super **ret)
{
	struct devpts *ds = mem_zalloc(sizeof(*ds));
	struct super *none = NULL;
	int err;

	if (!ds)
		return -ENOMEM;
	ds->mode = 0600;
	ds->max = MAX_PTYS;
	mutex_init(&ds->mu, LOCK_SUPER_TABLE);
	list_init(&ds->names);
	err = parse_options(ds, options);
	if (err == 0)
		err = devpts_fill(ds, k);
	if (err) {
		devpts_free(ds);
		return err;
	}
	/* The first one stays for good: /dev/ptmx leads to it. */
	if (atomic_compare_exchange_strong(&k->devpts, &none, &ds->super))
		super_get(&ds->super);
	*ret = &ds->super;
	return 0;
}

static int devpts_mount(struct kernel *k, const char *source, const char *options,
			struct super **ret)
{
	(void)source;
	return devpts_create(k, options, ret);
}

const struct fs_type devpts_fs_type = {
	.name = "devpts",
	.create = devpts_mount,
	.guest_may_mount = true,
};
