/*
 * fs/overlay/ovl_readdir.c - listing overlay directories
 *
 * Model: a directory with one part only is read straight from its layer, with the layer's cookies.
 * One with both is read into a snapshot when it is read from the start (as rewinddir does): upper
 * names, then the lower ones that the upper layer neither has nor hides; the cookie is the place in
 * the snapshot. Which of the two it is, is decided at the start as well, so a program that removes
 * what it lists sees a steady list, whatever that does to the directory.
 *
 * Limits: a snapshot takes at most SNAPSHOT_MAX bytes (-ENOMEM).
 * Locking: the snapshot belongs to the open file and is used under its offset's lock.
 */
#include <dirent.h>
#include <limits.h>
#include <string.h>

#include "fs/overlay/ovl.h"
#include "sentry/base/mem.h"

#define SNAPSHOT_MAX (256u << 20)

struct entry {
	struct hash_node by_name;
	uint64_t ino;
	unsigned char type;
	bool whiteout;
	uint8_t len;
	char name[];
};

struct snapshot {
	struct hash names; /* of the upper layer, whiteouts included */
	struct entry **v;
	size_t n, cap;
	size_t bytes;
};

/* ---- collecting ---- */

struct collector {
	struct dir_context ctx;
	struct snapshot *s;
	struct ovl *ovl;    /* to translate upper numbers; NULL: not wanted */
	struct inode *udir; /* reading this upper directory; NULL: a lower one */
	bool stop_at_first; /* only asking whether there is anything */
	bool found;
	int err;
};

static struct entry *snapshot_find(struct snapshot *s, const char *name, uint32_t len)
{
	struct entry *e;

	hash_for_each_possible(&s->names, e, by_name, hash_bytes(name, len))
		if (e->len == len && memcmp(e->name, name, len) == 0)
			return e;
	return NULL;
}

static int snapshot_grow(struct snapshot *s)
{
	size_t cap = s->cap ? 2 * s->cap : 64;
	struct entry **v;

	if (s->n < s->cap)
		return 0;
	v = mem_realloc(s->v, cap * sizeof(*v));
	if (!v)
		return -ENOMEM;
	s->v = v;
	s->cap = cap;
	return 0;
}

static struct entry *snapshot_add(struct snapshot *s, const char *name, uint32_t len, uint64_t ino,
				  unsigned int type)
{
	struct entry *e;

	s->bytes += sizeof(*e) + len + sizeof(void *);
	if (len > NAME_MAX || s->bytes > SNAPSHOT_MAX || snapshot_grow(s) < 0)
		return NULL;
	e = mem_zalloc(sizeof(*e) + len);
	if (!e)
		return NULL;
	e->ino = ino;
	e->type = (unsigned char)type;
	e->len = (uint8_t)len;
	memcpy(e->name, name, len);
	s->v[s->n++] = e;
	return e;
}

static void snapshot_clear(struct snapshot *s)
{
	for (size_t i = 0; i < s->n; i++) {
		if (hash_linked(&s->v[i]->by_name))
			hash_del(&s->names, &s->v[i]->by_name);
		mem_free(s->v[i]);
	}
	mem_free(s->v);
	s->v = NULL;
	s->n = s->cap = s->bytes = 0;
}

static bool is_dot(const char *name, uint32_t len)
{
	return name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'));
}

/* Runs inside the layer's readdir, so it must not look into the directory: see mark_whiteouts(). */
static int collect(struct dir_context *ctx, const char *name, uint32_t len, uint64_t ino,
		   unsigned int type, int64_t next_pos)
{
	struct collector *c = container_of(ctx, struct collector, ctx);
	struct entry *e;

	(void)next_pos;
	if (is_dot(name, len))
		return 0;
	if (!c->udir && snapshot_find(c->s, name, len))
		return 0;
	if (c->stop_at_first && !c->udir) {
		c->found = true;
		return 1;
	}
	e = snapshot_add(c->s, name, len, c->udir && c->ovl ? ovl_upper_ino(c->ovl, ino) : ino,
			 type);
	if (!e) {
		c->err = -ENOMEM;
		return 1;
	}
	if (c->udir)
		hash_add(&c->s->names, &e->by_name, hash_bytes(name, len));
	return 0;
}

/* A layer stops when it likes (a full buffer of its own is no end): until nothing comes any
 * more. */
static int read_all(struct collector *c, struct inode *dir)
{
	/* A layer has no dentries; for its dot-dot, which we ignore, a directory is its own
	 * parent. */
	struct dentry self = {.inode = dir, .super = dir->super};
	struct file f;
	int64_t before;
	int err;

	err = layer_open(&f, dir, FMODE_READ, O_RDONLY | O_DIRECTORY, NULL, NULL);
	if (err < 0)
		return err;
	self.parent = &self;
	f.path.dentry = &self;
	do {
		before = f.pos;
		err = f.ops->readdir ? f.ops->readdir(&f, &c->ctx) : -ENOTDIR;
	} while (err >= 0 && !c->err && !c->found && f.pos != before);
	layer_close(&f);
	return c->err ? c->err : MIN(err, 0);
}

static int mark_whiteouts(struct snapshot *s, struct inode *udir)
{
	for (size_t i = 0; i < s->n; i++) {
		struct entry *e = s->v[i];
		struct qstr q = {.name = e->name, .len = e->len};
		struct inode *in;
		int err;

		if (e->type != DT_CHR && e->type != DT_UNKNOWN)
			continue;
		err = layer_lookup(udir, &q, &in);
		if (err == -ENOENT)
			continue;
		if (err < 0)
			return err;
		e->whiteout = is_whiteout(in);
		inode_put(in);
	}
	return 0;
}

/* Fills an empty snapshot; on failure too it must be cleared. */
static int snapshot_fill(struct ovl_inode *dir, struct snapshot *s, bool stop_at_first,
			 bool *ret_any)
{
	struct collector c = {
		.ctx.emit = collect,
		.s = s,
		.ovl = oi_fs(dir),
		.udir = oi_upper(dir),
		.stop_at_first = stop_at_first,
	};
	int err = 0;

	hash_init(&s->names);
	if (c.udir) {
		err = read_all(&c, c.udir);
		if (err == 0)
			err = mark_whiteouts(s, c.udir);
		for (size_t i = 0; i < s->n; i++)
			*ret_any |= !s->v[i]->whiteout;
	}
	if (err < 0 || !dir->lower || (stop_at_first && *ret_any))
		return err;
	c.udir = NULL;
	err = read_all(&c, dir->lower);
	*ret_any |= c.found;
	return err;
}

static void snapshot_free(struct snapshot *s)
{
	snapshot_clear(s);
	hash_free(&s->names);
}

int ovl_dir_empty(struct ovl_inode *dir)
{
	struct snapshot s = {0};
	bool any = false;
	int err = snapshot_fill(dir, &s, true, &any);

	snapshot_free(&s);
	if (err < 0)
		return err;
	return any ? -ENOTEMPTY : 0;
}

int ovl_clear_whiteouts(struct inode *udir)
{
	struct snapshot s = {0};
	struct collector c = {.ctx.emit = collect, .s = &s, .udir = udir};
	int err;

	c.ovl = NULL;
	hash_init(&s.names);
	err = read_all(&c, udir);
	for (size_t i = 0; err == 0 && i < s.n; i++) {
		struct qstr q = {.name = s.v[i]->name, .len = s.v[i]->len};
		struct inode *in;

		err = layer_lookup(udir, &q, &in);
		if (err < 0) {
			err = err == -ENOENT ? 0 : err;
			continue;
		}
		err = is_whiteout(in) ? layer_remove(udir, &q, in) : -ENOTEMPTY;
		inode_put(in);
	}
	snapshot_free(&s);
	return err;
}

/* ---- open directories ---- */

struct ovl_dir_file {
	struct file real; /* direct: the layer's directory */
	bool direct;	  /* real is open */
	bool merged;	  /* the snapshot is filled */
	struct snapshot s;
};

static void dir_reset(struct ovl_dir_file *d)
{
	if (d->direct)
		layer_close(&d->real);
	if (d->merged)
		snapshot_free(&d->s);
	d->direct = d->merged = false;
}

/* Decides how this directory is read, from here to the next rewind. */
static int dir_start(struct file *f, struct ovl_dir_file *d)
{
	struct ovl_inode *o = to_oi(f->inode);
	bool any = false;
	int err;

	dir_reset(d);
	if (!o->lower || !oi_upper(o)) {
		err = layer_open(&d->real, oi_real(o), f->mode, atomic_load(&f->flags), f, NULL);
		d->direct = err == 0;
		return err;
	}
	d->s = (struct snapshot){0};
	err = snapshot_fill(o, &d->s, false, &any);
	if (err < 0)
		snapshot_free(&d->s);
	else
		d->merged = true;
	return err;
}

static uint64_t parent_ino(struct file *f)
{
	struct dentry *dentry = f->path.dentry;
	uint64_t ino = f->inode->ino;

	if (!dentry)
		return ino;
	rwlock_rdlock(&dentry->super->rename_mu);
	if (dentry->parent && dentry->parent->inode)
		ino = dentry->parent->inode->ino;
	rwlock_unlock(&dentry->super->rename_mu);
	return ino;
}

struct relay {
	struct dir_context ctx;
	struct dir_context *to;
	struct file *f;
	uint64_t parent_ino;
	bool upper;
};

static int relay_emit(struct dir_context *ctx, const char *name, uint32_t len, uint64_t ino,
		      unsigned int type, int64_t next_pos)
{
	struct relay *r = container_of(ctx, struct relay, ctx);

	if (is_dot(name, len))
		ino = len == 1 ? r->f->inode->ino : r->parent_ino;
	else if (r->upper)
		ino = ovl_upper_ino(to_ovl(r->f->inode->super), ino);
	return r->to->emit(r->to, name, len, ino, type, next_pos);
}

static int readdir_direct(struct file *f, struct ovl_dir_file *d, struct dir_context *ctx)
{
	struct relay r = {
		.ctx.emit = relay_emit,
		.to = ctx,
		.f = f,
		.parent_ino = parent_ino(f),
		.upper = d->real.inode == oi_upper(to_oi(f->inode)),
	};
	int err;

	if (!d->real.ops->readdir)
		return -ENOTDIR;
	d->real.pos = f->pos;
	err = d->real.ops->readdir(&d->real, &r.ctx);
	f->pos = d->real.pos;
	return err;
}

static int readdir_merged(struct file *f, struct ovl_dir_file *d, struct dir_context *ctx)
{
	uint64_t up = parent_ino(f);

	for (; f->pos >= 0 && (uint64_t)f->pos < d->s.n + 2; f->pos++) {
		struct entry *e;
		int full;

		if (f->pos < 2) {
			full = ctx->emit(ctx, "..", f->pos == 0 ? 1 : 2,
					 f->pos == 0 ? f->inode->ino : up, DT_DIR, f->pos + 1);
		} else {
			e = d->s.v[f->pos - 2];
			if (e->whiteout)
				continue;
			full = ctx->emit(ctx, e->name, e->len, e->ino, e->type, f->pos + 1);
		}
		if (full)
			break;
	}
	return 0;
}

/* The layer's directory is open and still all there is: a rewind has sought in it. */
static bool dir_is_current(struct file *f, struct ovl_dir_file *d)
{
	struct ovl_inode *o = to_oi(f->inode);

	return d->direct && !(o->lower && oi_upper(o)) && d->real.inode == oi_real(o);
}

static int ovl_readdir(struct file *f, struct dir_context *ctx)
{
	struct ovl_dir_file *d = f->data;
	int err = 0;

	if (f->pos == 0 ? !dir_is_current(f, d) : !(d->direct || d->merged))
		err = dir_start(f, d);
	if (err < 0)
		return err;
	return d->direct ? readdir_direct(f, d, ctx) : readdir_merged(f, d, ctx);
}

static int64_t ovl_dir_llseek(struct file *f, int64_t off, int whence)
{
	struct ovl_dir_file *d = f->data;
	int64_t pos;

	if (d->direct && d->real.ops->llseek) {
		d->real.pos = f->pos;
		pos = d->real.ops->llseek(&d->real, off, whence);
		if (pos >= 0)
			f->pos = pos;
		return pos;
	}
	return generic_llseek(f, off, whence, d->merged ? (int64_t)d->s.n + 2 : 0);
}

static int ovl_dir_fsync(struct file *f, bool datasync)
{
	struct inode *upper = oi_upper(to_oi(f->inode));
	struct file real;
	int err;

	if (!upper)
		return 0;
	err = layer_open(&real, upper, FMODE_READ, O_RDONLY | O_DIRECTORY, f, NULL);
	if (err < 0)
		return err;
	err = real.ops->fsync ? real.ops->fsync(&real, datasync) : 0;
	layer_close(&real);
	return err;
}

static void ovl_dir_release(struct file *f)
{
	struct ovl_dir_file *d = f->data;

	dir_reset(d);
	mem_free(d);
}

static const struct file_ops ovl_dir_ops = {
	.llseek = ovl_dir_llseek,
	.readdir = ovl_readdir,
	.fsync = ovl_dir_fsync,
	.release = ovl_dir_release,
};

/* The layer's directory is opened when it is read; but whether it may be, is said now. */
int ovl_dir_open(struct inode *in, struct file *f, struct task *t)
{
	struct ovl_dir_file *d = mem_zalloc(sizeof(*d));
	int err;

	(void)t;
	(void)in;
	if (!d)
		return -ENOMEM;
	if (!to_oi(f->inode)->lower || !oi_upper(to_oi(f->inode))) {
		err = dir_start(f, d);
		if (err < 0) {
			mem_free(d);
			return err;
		}
	}
	f->ops = &ovl_dir_ops;
	f->data = d;
	return 0;
}
