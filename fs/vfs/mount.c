/*
 * fs/vfs/mount.c - mounts, their tree, and mount namespaces: mount(2), umount(2), mount_namespaces(7)
 *
 * Model: a namespace is a tree of mounts, kept as a list in mount order and a hash from (parent
 * mount, mountpoint) to the mount on it. Several mounts on one place stand on each other: the second
 * one's parent is the first one, its mountpoint the first one's root.
 *
 * References: an attached mount is held by its namespace; a mount holds its super, its root dentry
 * and, while attached, its parent and mountpoint. Paths hold mounts, so a lazily unmounted one
 * lives on, without a parent, until the last path on it has gone.
 *
 * There is no propagation: every mount is private.
 *
 * Locking: kernel->mounts_lock for the tree. References are dropped outside: what a change frees
 * is collected on a list first. Checks that need rename_mu (a lower rank) take it before.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mount.h>

#include "fs/vfs/internal.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/fs_context.h"
#include "sentry/kernel.h"
#include "sentry/task.h"
#include "sentry/wait.h"

/* node is first: vfs_fini() frees by it. */
struct fs_type_node {
	struct list node;
	const struct fs_type *type;
};

static struct kernel *kernel_of(const struct mount *m)
{
	return m->super->kernel;
}

/* ---- single mounts ---- */

struct mount *mount_new(struct super *s, struct dentry *root, unsigned int flags)
{
	struct mount *m = mem_zalloc(sizeof(*m));

	if (!m)
		return NULL;
	m->root = root ? dentry_get(root) : super_root_dentry(s);
	if (!m->root) {
		mem_free(m);
		return NULL;
	}
	ref_init(&m->ref, 1);
	m->super = super_get(s);
	list_init(&m->node);
	hash_node_init(&m->by_point);
	m->flags = flags;
	m->id = atomic_fetch_add(&s->kernel->next_mnt_id, 1);
	return m;
}

struct mount *mount_get(struct mount *m)
{
	ref_get(&m->ref);
	return m;
}

void mount_put(struct mount *m)
{
	if (!m || !ref_put(&m->ref))
		return;
	ASSERT(!m->parent);
	dentry_put(m->root);
	super_put(m->super);
	mem_free(m);
}

static uint64_t point_hash(const struct mount *parent, const struct dentry *d)
{
	return hash_u64((uintptr_t)parent ^ hash_u64((uintptr_t)d));
}

static struct mount *mount_on_locked(const struct path *p)
{
	struct mount_ns *ns = p->mnt->ns;
	struct mount *m;

	if (!ns)
		return NULL;
	hash_for_each_possible(&ns->by_point, m, by_point, point_hash(p->mnt, p->dentry)) {
		if (m->parent == p->mnt && m->mountpoint == p->dentry)
			return m;
	}
	return NULL;
}

struct mount *mount_lookup(const struct path *p)
{
	struct kernel *k = kernel_of(p->mnt);
	struct mount *m;

	rwlock_rdlock(&k->mounts_lock);
	m = mount_on_locked(p);
	if (m)
		mount_get(m);
	rwlock_unlock(&k->mounts_lock);
	return m;
}

bool path_up_mount(struct path *p)
{
	struct kernel *k = kernel_of(p->mnt);
	struct path up = {NULL, NULL};

	rwlock_rdlock(&k->mounts_lock);
	if (p->mnt->parent) {
		up.mnt = mount_get(p->mnt->parent);
		up.dentry = dentry_get(p->mnt->mountpoint);
	}
	rwlock_unlock(&k->mounts_lock);
	if (!up.mnt)
		return false;
	path_put(p);
	*p = up;
	return true;
}

/* ---- attaching and detaching; mounts_lock is held for writing ---- */

/* Puts m (in no namespace, or moved within one) at parent, mountpoint. */
static void link_locked(struct mount *m, struct mount *parent, struct dentry *mountpoint)
{
	m->parent = mount_get(parent);
	m->mountpoint = dentry_get(mountpoint);
	atomic_fetch_add(&mountpoint->mounts_here, 1);
	dentry_mark_way(mountpoint);
	parent->nr_children++;
	hash_add(&parent->ns->by_point, &m->by_point, point_hash(parent, mountpoint));
}

/* The other way round; the references go to *ret_point. */
static void unlink_locked(struct mount *m, struct path *ret_point)
{
	hash_del(&m->parent->ns->by_point, &m->by_point);
	m->parent->nr_children--;
	atomic_fetch_sub(&m->mountpoint->mounts_here, 1);
	ret_point->mnt = TAKE_PTR(m->parent);
	ret_point->dentry = TAKE_PTR(m->mountpoint);
}

static void ns_add_locked(struct mount_ns *ns, struct mount *m)
{
	m->ns = ns;
	mount_get(m);
	list_add_tail(&m->node, &ns->mounts);
	ns->nr_mounts++;
}

static int attach_check(const struct mount *m, const struct path *where)
{
	if (!where->mnt->ns)
		return -EINVAL;
	if (!where->dentry->inode || where->dentry->inode->dead ||
	    !atomic_load(&where->dentry->hashed))
		return -ENOENT;
	if (dentry_is_dir(m->root) != dentry_is_dir(where->dentry))
		return -ENOTDIR;
	if (where->mnt->ns->nr_mounts >= MOUNTS_MAX)
		return -ENOSPC;
	return 0;
}

static int attach_locked(struct mount *m, const struct path *where)
{
	int err = attach_check(m, where);

	if (err < 0)
		return err;
	link_locked(m, where->mnt, where->dentry);
	ns_add_locked(where->mnt->ns, m);
	return 0;
}

static void ns_changed(struct mount_ns *ns)
{
	if (!ns)
		return;
	atomic_fetch_add(&ns->changes, 1);
	if (ns->changed)
		wait_wake(ns->changed, POLLPRI | POLLERR);
}

int mount_attach(struct mount *m, const struct path *where)
{
	struct kernel *k = kernel_of(m);
	int err;

	rwlock_wrlock(&k->mounts_lock);
	err = m->ns ? -EINVAL : attach_locked(m, where);
	if (err == 0)
		ns_changed(m->ns);
	rwlock_unlock(&k->mounts_lock);
	return err;
}

/* What is to be put once the lock is gone. */
struct detached {
	struct list mounts; /* by node */
	struct path *points;
	size_t nr, max;
};

static bool is_below_locked(const struct mount *m, const struct mount *top)
{
	for (; m; m = m->parent)
		if (m == top)
			return true;
	return false;
}

/* Takes top and everything on it out of the namespace. points has room for all of them. */
static void detach_tree_locked(struct mount *top, struct detached *det)
{
	struct mount_ns *ns = top->ns;
	struct mount *m, *tmp;

	list_init(&det->mounts);
	/* Select first: unlinking a parent would cut the chains that is_below_locked() walks. */
	list_for_each_entry_safe(m, tmp, &ns->mounts, node) {
		if (is_below_locked(m, top) && det->nr < det->max) {
			list_move_tail(&m->node, &det->mounts);
			det->nr++;
		}
	}
	det->nr = 0;
	list_for_each_entry(m, &det->mounts, node) {
		if (m->parent)
			unlink_locked(m, &det->points[det->nr++]);
		ns->nr_mounts--;
	}
	list_for_each_entry(m, &det->mounts, node)
		m->ns = NULL;
}

static void detached_put(struct detached *det)
{
	struct mount *m, *tmp;

	for (size_t i = 0; i < det->nr; i++)
		path_put(&det->points[i]);
	list_for_each_entry_safe(m, tmp, &det->mounts, node) {
		list_del(&m->node);
		mount_put(m);
	}
	mem_free(det->points);
}

/* umount(2) of the mount whose root is p. The caller's path is the second reference of one that is
 * not in use. */
static int umount_check_locked(const struct task *t, const struct path *p, int flags)
{
	struct mount *m = p->mnt;

	if (p->dentry != m->root || !m->ns || m->ns != t->mnt_ns || (m->flags & MNT_LOCKED))
		return -EINVAL;
	if (m == m->ns->root)
		return flags & (MNT_DETACH | MNT_EXPIRE) ? -EINVAL : -EBUSY;
	if (flags & MNT_DETACH)
		return 0;
	if (m->nr_children || ref_count(&m->ref) > 2)
		return -EBUSY;
	if ((flags & MNT_EXPIRE) && !m->expired) {
		m->expired = true;
		return -EAGAIN;
	}
	return 0;
}

int vfs_umount(struct task *t, const struct path *p, int flags)
{
	struct kernel *k = t->kernel;
	struct detached det = {.max = MOUNTS_MAX + 1};
	int err;

	if ((flags & MNT_EXPIRE) && (flags & (MNT_FORCE | MNT_DETACH)))
		return -EINVAL;
	det.points = mem_calloc(det.max, sizeof(*det.points));
	if (!det.points)
		return -ENOMEM;
	list_init(&det.mounts);
	rwlock_wrlock(&k->mounts_lock);
	err = umount_check_locked(t, p, flags);
	if (err == 0) {
		ns_changed(p->mnt->ns);
		detach_tree_locked(p->mnt, &det);
	}
	rwlock_unlock(&k->mounts_lock);
	detached_put(&det);
	return err;
}

/* ---- bind and move ---- */

struct mount_copy {
	struct mount *from, *to;
};

static struct mount *copy_of(const struct mount_copy *map, size_t n, const struct mount *from)
{
	for (size_t i = 0; i < n; i++)
		if (map[i].from == from)
			return map[i].to;
	return NULL;
}

/*
 * Copies the mounts below map[0].from into map, without attaching them; only those under the dentry
 * top (NULL: all; else rename_mu is held). Parents need not stand before children in the list (mount --move), so several passes.
 */
static int copy_below_locked(struct mount_ns *ns, struct mount_copy *map, size_t max, size_t *n,
			     const struct dentry *top)
{
	bool again = true;
	struct mount *m;

	while (again) {
		again = false;
		list_for_each_entry(m, &ns->mounts, node) {
			if (!m->parent || !copy_of(map, *n, m->parent) || copy_of(map, *n, m))
				continue;
			if (top && m->parent == map[0].from &&
			    !dentry_is_under_locked(m->mountpoint, top))
				continue;
			if (*n == max)
				return -ENOSPC;
			map[*n].from = m;
			map[*n].to = mount_new(m->super, m->root, m->flags);
			if (!map[*n].to)
				return -ENOMEM;
			(*n)++;
			again = true;
		}
	}
	return 0;
}

static void attach_copies_locked(struct mount_ns *ns, const struct mount_copy *map, size_t n)
{
	for (size_t i = 1; i < n; i++)
		ns_add_locked(ns, map[i].to);
	for (size_t i = 1; i < n; i++)
		link_locked(map[i].to, copy_of(map, n, map[i].from->parent),
			    map[i].from->mountpoint);
}

static void put_copies(struct mount_copy *map, size_t n)
{
	for (size_t i = 0; i < n; i++)
		mount_put(map[i].to);
	mem_free(map);
}

int mount_bind(struct task *t, const struct path *from, const struct path *to, bool recursive,
	       unsigned int flags)
{
	struct kernel *k = t->kernel;
	struct rwlock *rename_mu = &from->dentry->super->rename_mu;
	size_t n = 1, max = recursive ? MOUNTS_MAX : 1;
	struct mount_copy *map = mem_calloc(max, sizeof(*map));
	int err = 0;

	if (!map)
		return -ENOMEM;
	map[0].from = from->mnt;
	map[0].to = mount_new(from->mnt->super, from->dentry, from->mnt->flags | flags);
	if (!map[0].to) {
		mem_free(map);
		return -ENOMEM;
	}
	rwlock_rdlock(rename_mu);
	rwlock_wrlock(&k->mounts_lock);
	if (!from->mnt->ns || from->mnt->ns != t->mnt_ns || to->mnt->ns != t->mnt_ns)
		err = -EINVAL;
	if (err == 0 && recursive)
		err = copy_below_locked(from->mnt->ns, map, max, &n, from->dentry);
	if (err == 0 && to->mnt->ns->nr_mounts + n > MOUNTS_MAX)
		err = -ENOSPC;
	if (err == 0)
		err = attach_locked(map[0].to, to);
	if (err == 0) {
		attach_copies_locked(to->mnt->ns, map, n);
		ns_changed(to->mnt->ns);
	}
	rwlock_unlock(&k->mounts_lock);
	rwlock_unlock(rename_mu);
	put_copies(map, n);
	return err;
}

static int move_check_locked(const struct task *t, const struct path *from, const struct path *to)
{
	struct mount *m = from->mnt;

	if (from->dentry != m->root || m->ns != t->mnt_ns || to->mnt->ns != t->mnt_ns)
		return -EINVAL;
	if (!m->parent || (m->flags & MNT_LOCKED))
		return -EINVAL;
	if (dentry_is_dir(m->root) != dentry_is_dir(to->dentry))
		return -EINVAL;
	if (is_below_locked(to->mnt, m))
		return -ELOOP;
	if (!atomic_load(&to->dentry->hashed) || to->dentry->inode->dead)
		return -ENOENT;
	return 0;
}

int mount_move(struct task *t, const struct path *from, const struct path *to)
{
	struct path old = {NULL, NULL};
	int err;

	rwlock_wrlock(&t->kernel->mounts_lock);
	err = move_check_locked(t, from, to);
	if (err == 0) {
		unlink_locked(from->mnt, &old);
		link_locked(from->mnt, to->mnt, to->dentry);
		ns_changed(to->mnt->ns);
	}
	rwlock_unlock(&t->kernel->mounts_lock);
	path_put(&old);
	return err;
}

/* 0 or -EBUSY: something on it is open for writing. New writers see the new flags, or are seen. */
static int set_flags_locked(struct mount *m, unsigned int flags)
{
	unsigned int old = atomic_load(&m->flags);

	atomic_store(&m->flags, flags | (old & MNT_LOCKED));
	if ((flags & MNT_READONLY) && !(old & MNT_READONLY) && atomic_load(&m->nr_writers)) {
		atomic_store(&m->flags, old);
		return -EBUSY;
	}
	return 0;
}

int mount_set_flags(struct task *t, const struct path *p, unsigned int flags, bool recursive)
{
	struct mount *m;
	int err = 0, one;

	rwlock_wrlock(&t->kernel->mounts_lock);
	if (p->dentry != p->mnt->root || !p->mnt->ns || p->mnt->ns != t->mnt_ns) {
		err = -EINVAL;
	} else if ((p->mnt->flags & MNT_LOCKED) && (p->mnt->flags & ~flags & ~MNT_LOCKED & 0xf)) {
		err = -EPERM; /* read-only, nosuid, nodev, noexec of the configuration stay */
	} else {
		list_for_each_entry(m, &p->mnt->ns->mounts, node) {
			if (m != p->mnt && !(recursive && is_below_locked(m, p->mnt)))
				continue;
			one = set_flags_locked(m, flags);
			err = err ? err : one;
		}
		ns_changed(p->mnt->ns);
	}
	rwlock_unlock(&t->kernel->mounts_lock);
	return err;
}

/* ---- pivot_root(2) ---- */

static int pivot_check_locked(const struct task *t, const struct path *root,
			      const struct path *new_root, const struct path *put_old)
{
	struct mount *root_mnt = root->mnt, *new_mnt = new_root->mnt;

	if (root_mnt->ns != t->mnt_ns || new_mnt->ns != t->mnt_ns ||
	    put_old->mnt->ns != t->mnt_ns || (new_mnt->flags & MNT_LOCKED))
		return -EINVAL;
	if (new_root->dentry->inode->dead)
		return -ENOENT;
	if (new_mnt == root_mnt || put_old->mnt == root_mnt)
		return -EBUSY;
	if (root->dentry != root_mnt->root || new_root->dentry != new_mnt->root || !new_mnt->parent)
		return -EINVAL;
	return 0;
}

/* Every task whose root or working directory was the old root gets the new one. */
static void pivot_contexts(struct kernel *k, const struct path *old, const struct path *new_root)
{
	pid_t pid = 0;
	struct process *p;

	while ((p = process_next(k, pid))) {
		struct task *t;
		pid_t tid = 0;

		pid = p->pid;
		while ((t = process_next_task(p, tid))) {
			struct fs_context *fs = task_fs_get(t);

			tid = t->tid;
			if (fs) {
				fs_context_replace(fs, old, new_root);
				fs_context_put(fs);
			}
			task_put(t);
		}
		process_put(p);
	}
}

int vfs_pivot_root(struct task *t, const struct path *new_root, const struct path *put_old)
{
	struct path root, old_new = {NULL, NULL}, old_root = {NULL, NULL};
	bool reachable = path_is_under(put_old, new_root);
	int err;

	fs_root(t->fs, &root);
	reachable = reachable && path_is_under(new_root, &root);
	rwlock_wrlock(&t->kernel->mounts_lock);
	err = pivot_check_locked(t, &root, new_root, put_old);
	if (err == 0 && !reachable)
		err = -EINVAL;
	if (err == 0) {
		unlink_locked(new_root->mnt, &old_new);
		if (root.mnt->parent) {
			unlink_locked(root.mnt, &old_root);
			link_locked(new_root->mnt, old_root.mnt, old_root.dentry);
		} else {
			t->mnt_ns->root = new_root->mnt;
		}
		link_locked(root.mnt, put_old->mnt, put_old->dentry);
		ns_changed(t->mnt_ns);
	}
	rwlock_unlock(&t->kernel->mounts_lock);
	if (err == 0)
		pivot_contexts(t->kernel, &root, new_root);
	path_put(&old_new);
	path_put(&old_root);
	path_put(&root);
	return err;
}

/* ---- namespaces ---- */

static struct mount_ns *ns_alloc(struct kernel *k)
{
	struct mount_ns *ns = mem_zalloc(sizeof(*ns));
	struct wait_queue *wq = ns ? mem_alloc(sizeof(*wq)) : NULL;

	if (!wq) {
		mem_free(ns);
		return NULL;
	}
	wait_queue_init(wq);
	ref_init(&ns->ref, 1);
	ns->kernel = k;
	ns->changed = wq;
	list_init(&ns->mounts);
	hash_init(&ns->by_point);
	return ns;
}

struct mount_ns *mount_ns_new(struct kernel *k, struct mount *root)
{
	struct mount_ns *ns = ns_alloc(k);

	if (!ns)
		return NULL;
	rwlock_wrlock(&k->mounts_lock);
	ns->root = root;
	ns_add_locked(ns, root);
	rwlock_unlock(&k->mounts_lock);
	return ns;
}

struct mount_ns *mount_ns_get(struct mount_ns *ns)
{
	ref_get(&ns->ref);
	return ns;
}

void mount_ns_put(struct mount_ns *ns)
{
	struct detached det = {.max = MOUNTS_MAX + 1};
	struct kernel *k;

	if (!ns || !ref_put(&ns->ref))
		return;
	k = ns->kernel;
	list_init(&det.mounts);
	det.points = mem_calloc(det.max, sizeof(*det.points));
	if (!det.points)
		return; /* leaked rather than half torn down */
	rwlock_wrlock(&k->mounts_lock);
	if (ns->root)
		detach_tree_locked(ns->root, &det);
	rwlock_unlock(&k->mounts_lock);
	detached_put(&det);
	hash_free(&ns->by_point);
	wait_queue_destroy(ns->changed);
	mem_free(ns->changed);
	mem_free(ns);
}

struct mount_ns *mount_ns_copy(struct mount_ns *ns, struct mount **root, struct mount **pwd)
{
	struct kernel *k = ns->kernel;
	struct mount_ns *copy = ns_alloc(k);
	struct mount_copy *map = mem_calloc(MOUNTS_MAX + 1, sizeof(*map));
	struct mount *old_root = *root, *old_pwd = *pwd;
	size_t n = 0;
	int err = copy && map ? 0 : -ENOMEM;

	rwlock_wrlock(&k->mounts_lock);
	if (err == 0) {
		map[0].from = ns->root;
		map[0].to = mount_new(ns->root->super, ns->root->root, ns->root->flags);
		n = map[0].to ? 1 : 0;
		err = n ? 0 : -ENOMEM;
	}
	if (err == 0)
		err = copy_below_locked(ns, map, MOUNTS_MAX + 1, &n, NULL);
	if (err == 0) {
		copy->root = map[0].to;
		ns_add_locked(copy, map[0].to);
		attach_copies_locked(copy, map, n);
		*root = old_root ? copy_of(map, n, old_root) : NULL;
		*pwd = old_pwd ? copy_of(map, n, old_pwd) : NULL;
		/* On a detached mount: stay there. */
		*root = old_root && !*root ? old_root : *root;
		*pwd = old_pwd && !*pwd ? old_pwd : *pwd;
		if (*root)
			mount_get(*root);
		if (*pwd)
			mount_get(*pwd);
	}
	rwlock_unlock(&k->mounts_lock);
	if (map)
		put_copies(map, n);
	if (err < 0) {
		mount_ns_put(copy);
		copy = NULL;
	}
	return copy;
}

/* ---- filesystem types ---- */

void fs_type_register(struct kernel *k, const struct fs_type *type)
{
	struct fs_type_node *n = mem_alloc(sizeof(*n));

	ASSERT(n); /* at boot */
	n->type = type;
	list_add_tail(&n->node, &k->fs_types);
}

const struct fs_type *fs_type_find(struct kernel *k, const char *name)
{
	struct fs_type_node *n;

	list_for_each_entry(n, &k->fs_types, node) {
		if (strcmp(n->type->name, name) == 0)
			return n->type;
	}
	return NULL;
}

void fs_type_list(struct kernel *k, struct strbuf *sb)
{
	struct fs_type_node *n;

	list_for_each_entry(n, &k->fs_types, node)
		strbuf_printf(sb, "nodev\t%s\n", n->type->name);
}
