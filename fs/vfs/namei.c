/*
 * fs/vfs/namei.c - from a pathname to (mount, dentry): path_resolution(7), openat2(2), symlink(7)
 *
 * Model: a struct nameidata walks. nd_walk_prefix() goes through all components but the last one,
 * which is left in nd->last for the caller, because open, create and delete treat it each in their
 * own way; nd_walk_last() takes the usual step. A symlink in the middle is walked by pushing what
 * follows it on nd->rest; one at the end hands its target back, and the walk starts again with it.
 * At most 40 symlinks in all, as in Linux; nothing recurses.
 *
 * A step on a cached name takes one shard lock and a few atomic operations and allocates nothing;
 * short symlink targets go into an arena inside nd.
 *
 * RESOLVE_BENEATH and RESOLVE_IN_ROOT make the start the root of the walk. Nothing above it is
 * stepped on, and as a rename may have moved us out of it meanwhile, nd_complete() looks again.
 *
 * Locking: none is held between steps; positions are held by references.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>

#include "fs/vfs/file.h"
#include "fs/vfs/internal.h"
#include "fs/vfs/listed.h"
#include "sentry/base/mem.h"
#include "sentry/cred.h"
#include "sentry/fdtable.h"
#include "sentry/fs_context.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

#define LOOKUP_SCOPED (LOOKUP_BENEATH | LOOKUP_IN_ROOT)

struct link_text {
	struct link_text *next;
	char text[];
};

void path_get(const struct path *p)
{
	mount_get(p->mnt);
	dentry_get(p->dentry);
}

void path_put(struct path *p)
{
	if (p->dentry)
		dentry_put(TAKE_PTR(p->dentry));
	if (p->mnt)
		mount_put(TAKE_PTR(p->mnt));
}

unsigned int lookup_flags_of_resolve(uint64_t resolve)
{
	unsigned int flags = 0;

	flags |= resolve & RESOLVE_NO_XDEV ? LOOKUP_NO_XDEV : 0;
	flags |= resolve & RESOLVE_NO_MAGICLINKS ? LOOKUP_NO_MAGICLINKS : 0;
	flags |= resolve & RESOLVE_NO_SYMLINKS ? LOOKUP_NO_SYMLINKS | LOOKUP_NO_MAGICLINKS : 0;
	flags |= resolve & RESOLVE_BENEATH ? LOOKUP_BENEATH : 0;
	flags |= resolve & RESOLVE_IN_ROOT ? LOOKUP_IN_ROOT : 0;
	return flags;
}

/* ---- one name in one directory ---- */

static bool still_holds(struct inode *dir, const struct qstr *name, struct dentry *d)
{
	uint32_t epoch = 0;

	if (atomic_load_explicit(&d->leads_to_mount, memory_order_relaxed)) /* stays reachable */
		return true;
	if (dir->ops->names_check) {
		dir->ops->names_check(dir);
		epoch = atomic_load(&dir->names_epoch);
		if (atomic_load_explicit(&d->epoch, memory_order_relaxed) == epoch)
			return true;
	}
	if (!dir->ops->revalidate(dir, name, d->inode))
		return false;
	atomic_store_explicit(&d->epoch, epoch, memory_order_relaxed);
	return true;
}

struct dentry *find_valid_name(struct dentry *dir, const struct qstr *name)
{
	struct dentry *d;

	if (dir->super->no_dcache)
		return NULL;
	d = dcache_find(dir, name);
	if (!d || !dir->inode->ops->revalidate || still_holds(dir->inode, name, d))
		return d;
	dcache_drop(d);
	dentry_put(d);
	return NULL;
}

void revalidate_name(struct dentry *dir, const struct qstr *name)
{
	if (dir->inode->ops->revalidate)
		dentry_put(find_valid_name(dir, name));
}

/* A super without dcache: the name in use, if it still means the same inode (in is consumed). */
static struct dentry *reuse_dentry(struct dentry *d, struct inode *in)
{
	if (!d)
		return NULL;
	if (d->inode == in || (d->inode && dentry_is_mountpoint(d))) {
		inode_put(in);
		return d;
	}
	dcache_drop(d);
	dentry_put(d);
	return NULL;
}

/* A name in use keeps its dentry if the filesystem can tell that it still holds: or the working
 * directory of somebody in /proc would look deleted to him. */
static bool still_means(struct inode *dir, const struct qstr *name, struct dentry *d)
{
	return d->inode && dir->ops->revalidate && dir->ops->revalidate(dir, name, d->inode);
}

int lookup_name_locked(struct dentry *dir, const struct qstr *name, struct dentry **ret)
{
	struct inode *in = NULL;
	struct dentry *d;
	int err;

	if (name->len > NAME_MAX_LEN)
		return -ENAMETOOLONG;
	d = dcache_find(dir, name);
	if (d && (!dir->super->no_dcache || still_means(dir->inode, name, d))) {
		*ret = d;
		return 0;
	}
	err = dir->inode->dead ? -ENOENT : -ENOTDIR;
	if (!dir->inode->dead && dir->inode->ops->lookup)
		err = dir->inode->ops->lookup(dir->inode, name, &in);
	if (err == -ENOENT && !dir->inode->dead) {
		in = NULL;
		err = 0;
	}
	if (err < 0) {
		dentry_put(d);
		return err;
	}
	d = reuse_dentry(d, in);
	if (!d)
		d = dcache_add(dir, name, in);
	if (!d)
		return -ENOMEM;
	*ret = d;
	return 0;
}

int lookup_name(struct dentry *dir, const struct qstr *name, struct dentry **ret)
{
	struct inode *in = dir->inode;
	int err;

	if (name->len > NAME_MAX_LEN)
		return -ENAMETOOLONG;
	*ret = find_valid_name(dir, name);
	if (*ret)
		return 0;
	mutex_lock(&in->mu);
	err = lookup_name_locked(dir, name, ret);
	mutex_unlock(&in->mu);
	dcache_trim(dir->super->kernel);
	return err;
}

/* ---- the walk ---- */

static void nd_set_root(struct nameidata *nd)
{
	if (!nd->root.mnt)
		fs_root(nd->t->fs, &nd->root);
}

/* Takes over the references of p. */
static void nd_go(struct nameidata *nd, const struct path *p)
{
	path_put(&nd->path);
	nd->path = *p;
}

static bool path_equal(const struct path *a, const struct path *b)
{
	return a->mnt == b->mnt && a->dentry == b->dentry;
}

static int nd_jump_root(struct nameidata *nd)
{
	struct path p;

	if (nd->flags & LOOKUP_BENEATH)
		return -EXDEV;
	nd_set_root(nd);
	if ((nd->flags & LOOKUP_NO_XDEV) && nd->path.mnt && nd->path.mnt != nd->root.mnt)
		return -EXDEV;
	p = nd->root;
	path_get(&p);
	nd_go(nd, &p);
	return 0;
}

static int nd_start_at_fd(struct nameidata *nd, int dirfd, const char *name)
{
	struct file *f = fd_get_any(nd->t, dirfd);
	int err = 0;

	if (!f)
		return -EBADF;
	if (*name && !dentry_is_dir(f->path.dentry)) {
		err = -ENOTDIR;
	} else {
		nd->path = f->path;
		path_get(&nd->path);
		nd->first_as_file = nd->flags & LOOKUP_READ && listed_as_file(f, name);
	}
	file_put(f);
	return err;
}

int nd_start(struct nameidata *nd, struct task *t, const struct cred *c, int dirfd,
	     const char *name, unsigned int flags)
{
	int err = 0;

	nd->t = t;
	nd->cred = c;
	nd->flags = flags;
	nd->path = nd->root = (struct path){NULL, NULL};
	nd->last_type = LAST_ROOT;
	nd->last_slash = nd->first_as_file = false;
	nd->nr_links = nd->depth = 0;
	nd->texts = NULL;
	nd->arena_used = 0;
	if (!*name && !(flags & LOOKUP_EMPTY))
		return -ENOENT;
	if (*name == '/' && !(flags & LOOKUP_IN_ROOT))
		return nd_jump_root(nd);
	if (dirfd == AT_FDCWD)
		fs_cwd(t->fs, &nd->path);
	else
		err = nd_start_at_fd(nd, dirfd, name);
	if (err == 0 && (flags & LOOKUP_SCOPED)) {
		nd->root = nd->path;
		path_get(&nd->root);
	}
	return err;
}

void nd_end(struct nameidata *nd)
{
	path_put(&nd->path);
	path_put(&nd->root);
	while (nd->texts) {
		struct link_text *text = nd->texts;

		nd->texts = text->next;
		mem_free(text);
	}
}

int nd_complete(struct nameidata *nd)
{
	if ((nd->flags & LOOKUP_SCOPED) && !path_is_under(&nd->path, &nd->root))
		return -EXDEV;
	return 0;
}

/* Crosses what is mounted on p (references are p's). */
static int cross_mounts(struct nameidata *nd, struct path *p)
{
	while (unlikely(dentry_is_mountpoint(p->dentry))) {
		struct mount *m = mount_lookup(p);

		if (!m)
			break;
		if (nd->flags & LOOKUP_NO_XDEV) {
			mount_put(m);
			return -EXDEV;
		}
		path_put(p);
		p->mnt = m;
		p->dentry = dentry_get(m->root);
	}
	return 0;
}

void path_follow_mounts(struct path *p)
{
	struct nameidata nd = {.flags = 0};
	int err = cross_mounts(&nd, p);

	ASSERT(err == 0); /* only LOOKUP_NO_XDEV makes it fail */
}

/* -ENOENT: p was moved out of what its mount (a bind) shows. */
static int path_to_parent(struct path *p)
{
	struct rwlock *mu = &p->dentry->super->rename_mu;
	struct dentry *top = p->mnt->root;
	struct dentry *d = NULL;

	rwlock_rdlock(mu);
	if (top->parent == top || dentry_is_under_locked(p->dentry, top))
		d = dentry_get(p->dentry->parent);
	rwlock_unlock(mu);
	if (!d)
		return -ENOENT;
	dentry_put(p->dentry);
	p->dentry = d;
	return 0;
}

static int nd_dotdot(struct nameidata *nd)
{
	struct path p;
	int err = 0;

	nd_set_root(nd);
	p = nd->path;
	path_get(&p);
	while (!path_equal(&p, &nd->root) && p.dentry == p.mnt->root) {
		if (!path_up_mount(&p)) {
			path_put(&p);
			return 0; /* the top of everything: .. is itself */
		}
		if (nd->flags & LOOKUP_NO_XDEV) {
			path_put(&p);
			return -EXDEV;
		}
	}
	if (path_equal(&p, &nd->root)) {
		path_put(&p);
		if (nd->flags & LOOKUP_BENEATH)
			return -EXDEV;
		p = nd->root;
		path_get(&p);
	} else {
		err = path_to_parent(&p);
	}
	if (err == 0)
		err = cross_mounts(nd, &p);
	if (err < 0) {
		path_put(&p);
		return err;
	}
	nd_go(nd, &p);
	return 0;
}

/* Keeps a target until nd_end(). */
static const char *nd_keep_text(struct nameidata *nd, const char *s, size_t len)
{
	struct link_text *text;

	if (len < sizeof(nd->arena) - nd->arena_used) {
		char *p = nd->arena + nd->arena_used;

		memcpy(p, s, len + 1);
		nd->arena_used += len + 1;
		return p;
	}
	text = mem_alloc(sizeof(*text) + len + 1);
	if (!text)
		return NULL;
	memcpy(text->text, s, len + 1);
	text->next = nd->texts;
	nd->texts = text;
	return text->text;
}

static int nd_jump_magic(struct nameidata *nd, struct inode *in)
{
	struct path p;
	int err;

	if (nd->flags & LOOKUP_NO_MAGICLINKS)
		return -ELOOP;
	err = in->ops->jump(in, nd->t, &p);
	if (err < 0)
		return err;
	if ((nd->flags & LOOKUP_SCOPED) ||
	    ((nd->flags & LOOKUP_NO_XDEV) && p.mnt != nd->path.mnt)) {
		path_put(&p);
		return -EXDEV;
	}
	nd_go(nd, &p);
	return 0;
}

static int nd_read_link(struct nameidata *nd, struct inode *in, const char **ret)
{
	not_zeroed char buf[PATH_MAX];
	int len;

	if (!in->ops->readlink)
		return -EINVAL;
	len = in->ops->readlink(in, nd->t, buf, sizeof(buf));
	if (len < 0)
		return len;
	if ((size_t)len >= sizeof(buf))
		return -ENAMETOOLONG;
	buf[len] = '\0';
	*ret = nd_keep_text(nd, buf, strlen(buf));
	return *ret ? 0 : -ENOMEM;
}

/* The target of the link at p is to be walked: *ret_link, or NULL when we are there already. */
static int nd_follow_link(struct nameidata *nd, struct path *p, const char **ret_link)
{
	struct inode *in = p->dentry->inode;
	const char *s;
	int err;

	if (nd->nr_links++ >= MAX_SYMLINKS)
		return -ELOOP;
	if ((nd->flags & LOOKUP_NO_SYMLINKS) || (p->mnt->flags & MNT_NOSYMFOLLOW))
		return -ELOOP;
	touch_atime(p);
	if (in->ops->jump)
		return nd_jump_magic(nd, in);
	err = nd_read_link(nd, in, &s);
	if (err < 0)
		return err;
	if (*s == '/') {
		if (nd->flags & LOOKUP_IN_ROOT) {
			struct path root = nd->root;

			path_get(&root);
			nd_go(nd, &root);
		} else {
			err = nd_jump_root(nd);
		}
		while (*s == '/')
			s++;
	}
	if (err == 0 && *s)
		*ret_link = s;
	return err;
}

/* Steps on child (consumed). follow: whether a symlink is walked. */
static int nd_step(struct nameidata *nd, struct dentry *child, bool follow, const char **ret_link)
{
	struct path p = {mount_get(nd->path.mnt), child};
	int err = cross_mounts(nd, &p);
	struct inode *in = p.dentry ? p.dentry->inode : NULL;

	if (err == 0 && !in)
		err = -ENOENT;
	if (err == 0 && follow && S_ISLNK(inode_read(in, mode))) {
		err = nd_follow_link(nd, &p, ret_link);
		path_put(&p);
		return err;
	}
	if (err < 0) {
		path_put(&p);
		return err;
	}
	nd_go(nd, &p);
	return 0;
}

static int nd_walk_component(struct nameidata *nd, bool follow, const char **ret_link)
{
	struct dentry *child;
	int err;

	switch (nd->last_type) {
	case LAST_DOTDOT: return nd_dotdot(nd);
	case LAST_NORM: break;
	default: return 0;
	}
	err = lookup_name(nd->path.dentry, &nd->last, &child);
	if (err < 0)
		return err;
	return nd_step(nd, child, follow, ret_link);
}

static enum last_type component_type(const char *s, size_t len)
{
	if (s[0] != '.' || len > 2)
		return LAST_NORM;
	if (len == 1)
		return LAST_DOT;
	return s[1] == '.' ? LAST_DOTDOT : LAST_NORM;
}

int nd_walk_prefix(struct nameidata *nd, const char *name)
{
	nd->last_type = LAST_ROOT;
	nd->last_slash = false;
	nd->depth = 0;
	while (*name == '/')
		name++;
	if (!*name)
		return 0;
	for (;;) {
		const char *link = NULL;
		const char *end;
		int err = inode_permission(nd->path.dentry->inode, nd->cred, MAY_EXEC);

		if (err < 0)
			return err;
		end = strchrnul(name, '/');
		nd->last = (struct qstr){name, (uint32_t)(end - name), nd->first_as_file};
		nd->first_as_file = false;
		nd->last_type = component_type(name, nd->last.len);
		nd->last_slash = *end == '/';
		while (*end == '/')
			end++;
		name = end;
		if (!*name) {
			if (nd->depth == 0)
				return 0;
			name = nd->rest[--nd->depth];
		}
		err = nd_walk_component(nd, true, &link);
		if (err < 0)
			return err;
		if (link) {
			nd->rest[nd->depth++] = name;
			name = link;
			continue;
		}
		if (!dentry_is_dir(nd->path.dentry))
			return -ENOTDIR;
	}
}

int nd_walk_last(struct nameidata *nd, const char **ret_link)
{
	*ret_link = NULL;
	if (nd->last_type == LAST_NORM && nd->last_slash)
		nd->flags |= LOOKUP_FOLLOW | LOOKUP_DIRECTORY;
	return nd_walk_component(nd, nd->flags & LOOKUP_FOLLOW, ret_link);
}

int nd_step_last(struct nameidata *nd, struct dentry *child, const char **ret_link)
{
	*ret_link = NULL;
	return nd_step(nd, child, nd->flags & LOOKUP_FOLLOW, ret_link);
}

/* ---- what callers want ---- */

int path_lookup_cred(struct task *t, const struct cred *c, int dirfd, const char *name,
		     unsigned int flags, struct path *ret)
{
	not_zeroed struct nameidata nd; /* nd_start() sets what is read */
	const char *s = name;
	int err = nd_start(&nd, t, c, dirfd, name, flags);

	while (err == 0 && s) {
		err = nd_walk_prefix(&nd, s);
		if (err == 0)
			err = nd_walk_last(&nd, &s);
	}
	if (err == 0)
		err = nd_complete(&nd);
	if (err == 0 && (nd.flags & LOOKUP_DIRECTORY) && !dentry_is_dir(nd.path.dentry))
		err = -ENOTDIR;
	if (err == 0) {
		*ret = nd.path;
		nd.path = (struct path){NULL, NULL};
	}
	nd_end(&nd);
	return err;
}

int path_lookup(struct task *t, int dirfd, const char *name, unsigned int flags, struct path *ret)
{
	return path_lookup_cred(t, task_cred(t), dirfd, name, flags, ret);
}

int path_lookup_parent(struct task *t, int dirfd, const char *name, unsigned int flags,
		       struct path *ret_parent, struct qstr *ret_last, enum last_type *ret_type,
		       bool *ret_slash)
{
	not_zeroed struct nameidata nd; /* nd_start() sets what is read */
	int err = nd_start(&nd, t, task_cred(t), dirfd, name, flags);

	if (err == 0)
		err = nd_walk_prefix(&nd, name);
	if (err == 0)
		err = nd_complete(&nd);
	if (err == 0) {
		*ret_parent = nd.path;
		*ret_last = nd.last; /* depth is 0 at the last component: it lies in name */
		*ret_type = nd.last_type;
		*ret_slash = nd.last_slash;
		nd.path = (struct path){NULL, NULL};
	}
	nd_end(&nd);
	return err;
}

int vfs_readlink(struct task *t, const struct path *p, char *buf, size_t size)
{
	struct inode *in = p->dentry->inode;

	if (!S_ISLNK(inode_read(in, mode)) || !in->ops->readlink)
		return -EINVAL;
	touch_atime(p);
	return in->ops->readlink(in, t, buf, size);
}

/* ---- names of places ---- */

bool path_is_under(const struct path *p, const struct path *root)
{
	struct path cur = *p;
	bool under = false;

	path_get(&cur);
	do {
		if (cur.mnt == root->mnt) {
			under = dentry_is_under(cur.dentry, root->dentry);
			break;
		}
	} while (path_up_mount(&cur));
	path_put(&cur);
	return under;
}

struct name_builder {
	char *buf;
	char *pos; /* the text so far is pos..end */
	bool overflow;
};

static void prepend(struct name_builder *b, const char *s, size_t len)
{
	if ((size_t)(b->pos - b->buf) < len) {
		b->overflow = true;
		return;
	}
	b->pos -= len;
	memcpy(b->pos, s, len);
}

/* Names from p up to the root of its mount or to root. True: root was reached. */
static bool prepend_in_mount(struct name_builder *b, const struct path *p, const struct path *root,
			     bool *ret_escaped)
{
	struct rwlock *mu = &p->dentry->super->rename_mu;
	const struct dentry *d = p->dentry;
	bool reached;

	rwlock_rdlock(mu);
	for (;;) {
		reached = d == root->dentry && p->mnt == root->mnt;
		if (reached || d == p->mnt->root || d == d->parent || b->overflow)
			break;
		prepend(b, d->name, d->name_len);
		prepend(b, "/", 1);
		d = d->parent;
	}
	*ret_escaped = !reached && d != p->mnt->root; /* a bind whose directory was moved out */
	rwlock_unlock(mu);
	return reached;
}

static bool is_anonymous(const struct path *p)
{
	return p->dentry->super == p->dentry->super->kernel->anon_super;
}

int path_name_from(const struct path *root, const struct path *p, bool mark_deleted, char *buf,
		   size_t size, bool *ret_reachable)
{
	struct name_builder b = {buf, buf + size, false};
	struct path cur = *p;
	bool escaped = false, reached;
	size_t len;

	prepend(&b, "", 1);
	*ret_reachable = true;
	if (is_anonymous(p)) {
		prepend(&b, p->dentry->name, p->dentry->name_len);
		goto out;
	}
	if (mark_deleted && !atomic_load(&p->dentry->hashed) && p->dentry != p->dentry->parent)
		prepend(&b, " (deleted)", 10);
	len = (size_t)(b.pos - buf);
	path_get(&cur);
	do {
		reached = prepend_in_mount(&b, &cur, root, &escaped);
	} while (!reached && !escaped && !b.overflow && path_up_mount(&cur));
	path_put(&cur);
	*ret_reachable = reached;
	if ((size_t)(b.pos - buf) == len)
		prepend(&b, "/", 1);
out:
	if (b.overflow)
		return -ENAMETOOLONG;
	len = (size_t)(buf + size - b.pos);
	memmove(buf, b.pos, len);
	return (int)(len - 1);
}

int path_name(struct task *t, const struct path *p, char *buf, size_t size)
{
	struct path root;
	bool reachable; /* as d_path() in Linux: the text is the same */
	int len;

	fs_root(t->fs, &root);
	len = path_name_from(&root, p, true, buf, size, &reachable);
	path_put(&root);
	return len;
}
