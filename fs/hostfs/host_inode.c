/*
 * fs/hostfs/host_inode.c - the inode table of a host tree, locations, directory fds; host_inode.h
 */
#include "fs/hostfs/host_inode.h"

#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "sentry/base/late_close.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"
#include "sentry/timer.h"

#define OVERFLOW_ID 65534u
#define JUST_SEEN_NS 20000

int host_name_set(struct host_name *n, const struct qstr *name)
{
	if (name->len > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(n->s, name->name, name->len);
	n->s[name->len] = '\0';
	return 0;
}

/* ---- ids ---- */

uint32_t host_id_to_guest(const struct idmap *m, uint32_t id)
{
	for (size_t i = 0; i < m->n; i++)
		if (id >= m->map[i].host && id - m->map[i].host < m->map[i].count)
			return m->map[i].guest + (id - m->map[i].host);
	return m->n ? OVERFLOW_ID : id;
}

int host_id_to_host(const struct idmap *m, uint32_t id, uint32_t *ret)
{
	for (size_t i = 0; i < m->n; i++) {
		if (id >= m->map[i].guest && id - m->map[i].guest < m->map[i].count) {
			*ret = m->map[i].host + (id - m->map[i].guest);
			return 0;
		}
	}
	if (m->n)
		return -EINVAL;
	*ret = id;
	return 0;
}

/* ---- attributes ---- */

static struct timespec stx_time(const struct statx_timestamp *ts)
{
	return (struct timespec){.tv_sec = ts->tv_sec, .tv_nsec = ts->tv_nsec};
}

bool host_inode_is(const struct host_inode *hi, const struct statx *stx)
{
	return hi->host_ino == stx->stx_ino && hi->host_dev == stx_dev(stx) &&
	       hi->host_mnt == stx_mnt(stx) &&
	       (inode_read(&hi->inode, mode) & S_IFMT) == (stx->stx_mode & S_IFMT);
}

void host_inode_fill(struct host_inode *hi, const struct statx *stx)
{
	struct hostfs *fs = host_fs(hi);
	struct inode *in = &hi->inode;
	uint32_t mode = stx->stx_mode & 07777;

	if (hi->masked == HOSTFS_UNREADABLE)
		mode = 0;
	inode_write(in, mode, (in->mode & S_IFMT) | mode);
	inode_write(in, uid, host_id_to_guest(&fs->uids, stx->stx_uid));
	inode_write(in, gid, host_id_to_guest(&fs->gids, stx->stx_gid));
	inode_write(in, nlink, hi->masked == HOSTFS_EMPTY ? 2 : stx->stx_nlink);
	inode_write(in, rdev, makedev(stx->stx_rdev_major, stx->stx_rdev_minor));
	inode_write(in, size, stx->stx_size);
	in->atime = stx_time(&stx->stx_atime);
	in->mtime = stx_time(&stx->stx_mtime);
	in->ctime = stx_time(&stx->stx_ctime);
	hi->blocks = stx->stx_blocks;
	hi->blksize = stx->stx_blksize;
	if (fs->trust_ns)
		atomic_store_explicit(&hi->attrs_at, clock_now_ns(CLOCK_MONOTONIC_COARSE),
				      memory_order_relaxed);
}

/* The host reuses inode numbers: another time of birth is another file. */
static void set_birth(struct host_inode *hi, const struct statx *stx)
{
	if (stx->stx_mask & STATX_BTIME)
		hi->inode.btime = stx_time(&stx->stx_btime);
}

bool host_same_birth(const struct host_inode *hi, const struct statx *stx)
{
	return !(stx->stx_mask & STATX_BTIME) ||
	       (hi->inode.btime.tv_sec == stx->stx_btime.tv_sec &&
		hi->inode.btime.tv_nsec == stx->stx_btime.tv_nsec);
}

/* An engine's root is an overlay of the host's, where a lower file or directory gets another time of birth,
 * and keeps its number, when something is written to it. It can also be a new one with a number that was
 * free again: then nobody has the old one open, and new attributes are all the difference there is. */
bool host_reborn(struct host_inode *hi, const struct statx *stx)
{
	struct hostfs *fs = host_fs(hi);

	if (!fs->trust_ns || is_symlink(&hi->inode))
		return false;
	mutex_lock(&fs->mu);
	set_birth(hi, stx);
	mutex_unlock(&fs->mu);
	return true;
}

/* Anchor if open, else by name. The location's check is the caller's (host_inode_is). */
static int host_statx(struct host_inode *hi, struct statx *stx)
{
	struct host_fd *h = host_anchor_get(hi);
	not_zeroed struct host_loc loc;
	int fd, err;

	if (h) {
		err = hostop_statx(h->fd, "", stx);
		host_fd_put(h);
		return err;
	}
	if (is_dir(&hi->inode)) {
		err = host_dir_get(hi, &fd);
		if (err < 0)
			return err;
		err = hostop_statx(fd, "", stx);
		host_dir_put(hi);
		return err;
	}
	err = host_loc_get(hi, &loc);
	if (err < 0)
		return err;
	err = hostop_statx(loc.fd, loc.name.s, stx);
	host_loc_put(&loc);
	return err;
}

bool host_trusted(const struct hostfs *fs, const _Atomic int64_t *at)
{
	return !fs->trust_ns || clock_now_ns(CLOCK_MONOTONIC_COARSE) -
						atomic_load_explicit(at, memory_order_relaxed) <
					fs->trust_ns;
}

int host_inode_refresh(struct host_inode *hi)
{
	struct hostfs *fs = host_fs(hi);
	not_zeroed struct statx stx;
	int err;

	if (hi->masked ||
	    (fs->exclusive && !atomic_load(&hi->stale) && host_trusted(fs, &hi->attrs_at)))
		return 0;
	atomic_store(&hi->stale, false);
	err = host_statx(hi, &stx);
	if (err < 0)
		return err;
	if (!host_inode_is(hi, &stx))
		return -ESTALE;
	host_inode_fill(hi, &stx);
	return 0;
}

/* ---- the table ---- */

static uint64_t id_hash(uint64_t dev, uint64_t ino)
{
	return hash_u64(ino ^ dev << 40 ^ dev >> 24);
}

/* Guest inode numbers must differ between the host filesystems of one tree. */
static uint64_t ino_base_locked(struct hostfs *fs, uint64_t dev)
{
	uint32_t i;

	for (i = 0; i < fs->nr_devs && fs->devs[i] != dev; i++)
		;
	if (i == fs->nr_devs) {
		if (i == HOSTFS_MAX_DEVS)
			return (hash_u64(dev) & 0x7f) << 48 | 1ULL << 55;
		fs->devs[fs->nr_devs++] = dev;
	}
	return (uint64_t)i << 48;
}

static struct host_inode *find_locked(struct hostfs *fs, const struct statx *stx)
{
	uint64_t dev = stx_dev(stx);
	struct host_inode *hi;

	hash_for_each_possible(&fs->by_id, hi, by_id, id_hash(dev, stx->stx_ino)) {
		if (!host_inode_is(hi, stx) || !host_same_birth(hi, stx))
			continue;
		if (ref_get_unless_zero(&hi->inode.ref))
			return hi;
	}
	return NULL;
}

static const struct inode_ops *ops_for(const struct hostfs *fs, const struct host_inode *hi,
				       uint32_t mode)
{
	const struct inode_ops *dir = fs->trust_ns    ? &host_dir_trusting_inode_ops
				      : fs->exclusive ? &host_dir_inode_ops
						      : &host_dir_shared_inode_ops;

	if (hi->masked == HOSTFS_EMPTY)
		return &host_masked_inode_ops;
	switch (mode & S_IFMT) {
	case S_IFDIR: return dir;
	case S_IFREG: return &host_file_inode_ops;
	case S_IFLNK: return &host_symlink_inode_ops;
	default: return &host_special_inode_ops;
	}
}

static struct host_inode *host_inode_new(struct hostfs *fs, const struct statx *stx,
					 enum hostfs_mask masked)
{
	struct host_inode *hi = mem_zalloc(sizeof(*hi));

	if (!hi)
		return NULL;
	hi->masked = masked;
	hi->host_dev = stx_dev(stx);
	hi->host_ino = stx->stx_ino;
	hi->host_mnt = stx_mnt(stx);
	hi->dir_fd = -1;
	list_init(&hi->idle_node);
	list_init(&hi->kept_node);
	inode_init(&hi->inode, &fs->super, ops_for(fs, hi, stx->stx_mode), stx->stx_mode,
		   stx->stx_ino);
	hi->inode.fops = S_ISREG(stx->stx_mode) ? &host_file_ops : NULL;
	hi->inode.btime = (struct timespec){0};
	set_birth(hi, stx);
	host_inode_fill(hi, stx);
	if (fs->trust_ns)
		host_names_seen(hi, stx, clock_now_ns(CLOCK_MONOTONIC_COARSE));
	return hi;
}

static bool is_name(const struct host_inode *at, const char *at_name,
		    const struct host_inode *parent, const char *name)
{
	return at == parent && at_name && strcmp(at_name, name) == 0;
}

void host_seen(struct host_inode *hi, struct host_inode *parent, const char *name)
{
	struct hostfs *fs = host_fs(hi);

	if (fs->exclusive)
		return;
	mutex_lock(&fs->mu);
	if (is_name(hi->parent, hi->name, parent, name))
		atomic_store(&hi->seen_at, clock_now_ns(CLOCK_MONOTONIC));
	mutex_unlock(&fs->mu);
}

static void alias_free(struct host_alias *a)
{
	if (!a)
		return;
	if (a->parent)
		inode_put(&a->parent->inode);
	mem_free(a->name);
	mem_free(a);
}

/* Takes the alias with this name (parent NULL: the newest one) out of the list; NULL: none. */
static struct host_alias *alias_take_locked(struct host_inode *hi, const struct host_inode *parent,
					    const char *name)
{
	for (struct host_alias **p = &hi->aliases; *p; p = &(*p)->next) {
		struct host_alias *a = *p;

		if (parent && !is_name(a->parent, a->name, parent, name))
			continue;
		*p = a->next;
		hi->nr_aliases--;
		return a;
	}
	return NULL;
}

/* Exchanges the location with what the alias has; an alias with a name goes into the list. */
static void location_swap_locked(struct host_inode *hi, struct host_alias *a)
{
	struct host_inode *parent = hi->parent;
	char *name = hi->name;

	atomic_store(&hi->seen_at, 0);
	hi->parent = a->parent;
	hi->name = a->name;
	a->parent = parent;
	a->name = name;
}

/* Out of memory leaves the old name, which is as good until somebody removes it. */
void host_set_location(struct host_inode *hi, struct host_inode *parent, const char *name)
{
	struct hostfs *fs = host_fs(hi);
	struct host_alias *a, *same;
	bool there;

	mutex_lock(&fs->mu);
	there = is_name(hi->parent, hi->name, parent, name);
	mutex_unlock(&fs->mu);
	if (there)
		return;
	a = mem_zalloc(sizeof(*a));
	if (!a)
		return;
	a->name = mem_strdup(name);
	if (!a->name) {
		mem_free(a);
		return;
	}
	inode_get(&parent->inode);
	a->parent = parent;
	mutex_lock(&fs->mu);
	same = alias_take_locked(hi, parent, name);
	location_swap_locked(hi, a);
	if (a->parent && !is_dir(&hi->inode) && inode_read(&hi->inode, nlink) > 1 &&
	    hi->nr_aliases < HOST_MAX_ALIASES && !is_name(a->parent, a->name, parent, name)) {
		a->next = hi->aliases;
		hi->aliases = a;
		hi->nr_aliases++;
		a = NULL;
	}
	mutex_unlock(&fs->mu);
	alias_free(a);
	alias_free(same);
}

void host_drop_location(struct host_inode *hi, struct host_inode *parent, const char *name)
{
	struct hostfs *fs = host_fs(hi);
	struct host_alias *gone = NULL;
	struct host_inode *old = NULL;
	char *old_name = NULL;

	mutex_lock(&fs->mu);
	if (!is_name(hi->parent, hi->name, parent, name)) {
		gone = alias_take_locked(hi, parent, name);
	} else {
		gone = alias_take_locked(hi, NULL, NULL);
		if (gone) {
			location_swap_locked(hi, gone);
		} else {
			old = TAKE_PTR(hi->parent);
			old_name = TAKE_PTR(hi->name);
		}
	}
	mutex_unlock(&fs->mu);
	alias_free(gone);
	mem_free(old_name);
	host_kept_drop(hi);
	if (old)
		inode_put(&old->inode);
}

static enum hostfs_mask mask_of(struct hostfs *fs, const struct statx *stx,
				const struct hide_node *node)
{
	enum hostfs_mask how = node ? node->how : HOSTFS_SHOWN;

	if (how == HOSTFS_SHOWN)
		how = host_hide_id(fs, stx);
	if (how == HOSTFS_EMPTY && !S_ISDIR(stx->stx_mode))
		how = HOSTFS_ABSENT;
	return how;
}

/* What is known already: keep its attributes unless somebody else may have changed them. */
static void refill(struct host_inode *hi, const struct statx *stx)
{
	if (host_fs(hi)->exclusive && !atomic_load(&hi->stale) &&
	    host_trusted(host_fs(hi), &hi->attrs_at))
		return;
	mutex_lock_nested(&hi->inode.mu);
	host_inode_fill(hi, stx);
	atomic_store(&hi->stale, false);
	mutex_unlock(&hi->inode.mu);
}

int host_inode_find(struct hostfs *fs, const struct statx *stx, struct host_inode *parent,
		    const char *name, struct host_inode **ret)
{
	const struct hide_node *node = parent ? host_hide_child(parent->hide, name) : fs->hide;
	enum hostfs_mask how = mask_of(fs, stx, node);
	struct host_inode *hi, *fresh;

	if (how == HOSTFS_ABSENT)
		return -ENOENT;
	mutex_lock(&fs->mu);
	hi = find_locked(fs, stx);
	mutex_unlock(&fs->mu);
	if (!hi) {
		fresh = host_inode_new(fs, stx, how);
		if (!fresh)
			return -ENOMEM;
		mutex_lock(&fs->mu);
		hi = find_locked(fs, stx); /* somebody may have been faster */
		if (!hi) {
			hi = TAKE_PTR(fresh);
			hi->hide = node;
			hi->ino_base = ino_base_locked(fs, hi->host_dev);
			hi->inode.ino = hi->host_ino ^ hi->ino_base;
			hash_add(&fs->by_id, &hi->by_id, id_hash(hi->host_dev, hi->host_ino));
		}
		mutex_unlock(&fs->mu);
		if (fresh)
			inode_put(&fresh->inode);
		else
			atomic_store(&hi->stale, false);
	} else {
		refill(hi, stx);
	}
	if (parent)
		host_set_location(hi, parent, name);
	*ret = hi;
	return 0;
}

void host_inode_adopt(struct host_inode *hi, const struct statx *stx)
{
	struct hostfs *fs = host_fs(hi);

	mutex_lock(&hi->inode.mu);
	mutex_lock(&fs->mu);
	if (hash_linked(&hi->by_id))
		hash_del(&fs->by_id, &hi->by_id);
	hi->host_dev = stx_dev(stx);
	hi->host_ino = stx->stx_ino;
	hash_add(&fs->by_id, &hi->by_id, id_hash(hi->host_dev, hi->host_ino));
	set_birth(hi, stx);
	mutex_unlock(&fs->mu);
	host_inode_fill(hi, stx);
	mutex_unlock(&hi->inode.mu);
}

/* A loop, not recursion: the chain of parents is as deep as a guest makes directories. */
void host_inode_destroy(struct inode *in)
{
	struct host_inode *hi = to_host(in);

	while (hi) {
		struct hostfs *fs = host_fs(hi);
		struct host_inode *parent = hi->parent;

		mutex_lock(&fs->mu);
		if (hash_linked(&hi->by_id))
			hash_del(&fs->by_id, &hi->by_id);
		if (!list_empty(&hi->idle_node)) {
			list_del(&hi->idle_node);
			fs->nr_idle_dirs--;
		}
		mutex_unlock(&fs->mu);
		if (hi->dir_fd >= 0)
			hostop_close(hi->dir_fd);
		host_fresh_take(hi, -1);
		host_kept_drop(hi);
		if (hi->anchor)
			host_fd_put(hi->anchor);
		for (struct host_alias *a; (a = alias_take_locked(hi, NULL, NULL)) != NULL;)
			alias_free(a);
		mem_free(hi->name);
		mem_free(atomic_load(&hi->link));
		inode_fini(&hi->inode);
		mem_free(hi);
		hi = parent && ref_put(&parent->inode.ref) ? parent : NULL;
	}
}

/* ---- fds ---- */

struct host_fd *host_fd_new(int accmode)
{
	struct host_fd *h = mem_zalloc(sizeof(*h));

	if (h) {
		ref_init(&h->ref, 1);
		h->fd = -1;
		h->accmode = accmode;
	}
	return h;
}

void host_fd_put(struct host_fd *h)
{
	if (!ref_put(&h->ref))
		return;
	if (h->fd >= 0 && h->accmode == O_RDONLY)
		late_close(h->fd);
	else if (h->fd >= 0)
		hostop_close(h->fd);
	mem_free(h);
}

int host_fresh_take(struct host_inode *hi, int accmode)
{
	struct host_fresh *fresh = NULL;
	int fd = -1;

	if (atomic_load_explicit(&hi->fresh, memory_order_relaxed))
		fresh = atomic_exchange(&hi->fresh, NULL);
	if (!fresh)
		return -1;
	for (int i = 0; i < 3; i++) {
		if (i == accmode)
			fd = fresh->fd[i];
		else if (fresh->fd[i] >= 0)
			hostop_close(fresh->fd[i]);
	}
	mem_free(fresh);
	return fd;
}

struct host_fd *host_anchor_get(struct host_inode *hi)
{
	struct hostfs *fs = host_fs(hi);
	struct host_fd *h;

	mutex_lock(&fs->mu);
	h = hi->anchor ? host_fd_get(hi->anchor) : NULL;
	mutex_unlock(&fs->mu);
	return h;
}

static void dir_use_locked(struct hostfs *fs, struct host_inode *dir)
{
	if (!list_empty(&dir->idle_node)) {
		list_del(&dir->idle_node);
		fs->nr_idle_dirs--;
	}
	dir->dir_users++;
}

/* Returns a fd that the caller closes after unlocking, or -1. */
static int dir_idle_locked(struct hostfs *fs, struct host_inode *dir)
{
	struct host_inode *oldest;

	if (--dir->dir_users > 0 || dir == to_host(fs->super.root))
		return -1;
	list_add_tail(&dir->idle_node, &fs->idle_dirs);
	if (++fs->nr_idle_dirs <= fs->max_dir_fds)
		return -1;
	oldest = list_first_entry(&fs->idle_dirs, struct host_inode, idle_node);
	list_del(&oldest->idle_node);
	fs->nr_idle_dirs--;
	return TAKE_FD(oldest->dir_fd);
}

void host_dir_put(struct host_inode *dir)
{
	struct hostfs *fs = host_fs(dir);
	int fd;

	mutex_lock(&fs->mu);
	fd = dir_idle_locked(fs, dir);
	mutex_unlock(&fs->mu);
	if (fd >= 0)
		hostop_close(fd);
	inode_put(&dir->inode);
}

void host_shrink(struct hostfs *fs)
{
	host_kept_shrink(fs);
	for (;;) {
		struct host_inode *dir;
		int fd = -1;

		mutex_lock(&fs->mu);
		dir = list_first_entry_or_null(&fs->idle_dirs, struct host_inode, idle_node);
		if (dir) {
			list_del(&dir->idle_node);
			fs->nr_idle_dirs--;
			fd = TAKE_FD(dir->dir_fd);
		}
		mutex_unlock(&fs->mu);
		if (fd < 0)
			return;
		hostop_close(fd);
	}
}

int host_open_retry(struct hostfs *fs, int dirfd, const char *name, int flags, uint32_t mode)
{
	int fd = hostop_open(dirfd, name, flags, mode);

	if (fd == -EMFILE || fd == -ENFILE) {
		host_shrink(fs);
		fd = hostop_open(dirfd, name, flags, mode);
		if (fd == -EMFILE)
			fd = -ENFILE; /* it is not the guest's own limit */
	}
	return fd;
}

static int open_checked_dir(struct host_inode *dir, int parent_fd, const char *name)
{
	_cleanup_close_ int fd = -1;
	not_zeroed struct statx stx;
	int err;

	fd = host_open_retry(host_fs(dir), parent_fd, name, O_PATH | O_DIRECTORY, 0);
	if (fd == -ENOTDIR || fd == -ELOOP)
		return -ESTALE;
	if (fd < 0)
		return fd;
	err = hostop_statx(fd, "", &stx);
	if (err < 0)
		return err;
	if (!host_inode_is(dir, &stx))
		return -ESTALE;
	return TAKE_FD(fd);
}

/* Opens dir's fd, in use by the caller then; its parent has one, and is in use, too. */
static int reopen_dir(struct host_inode *dir, struct host_inode *parent, const char *name)
{
	struct hostfs *fs = host_fs(dir);
	int fd = open_checked_dir(dir, parent->dir_fd, name);

	if (fd < 0)
		return fd;
	mutex_lock(&fs->mu);
	if (dir->dir_fd < 0)
		dir->dir_fd = TAKE_FD(fd);
	dir_use_locked(fs, dir);
	mutex_unlock(&fs->mu);
	if (fd >= 0)
		hostop_close(fd);
	return 0;
}

/*
 * The nearest directory at or above dir that has no fd but whose parent has: both referenced, the
 * parent in use. False: there is none, so dir is unlinked or below such a one.
 */
static bool next_to_reopen_locked(struct hostfs *fs, struct host_inode *dir,
				  struct host_inode **ret, struct host_inode **ret_parent,
				  struct host_name *ret_name)
{
	struct host_inode *cur = dir;

	while (cur->parent && cur->parent->dir_fd < 0)
		cur = cur->parent;
	if (!cur->parent)
		return false;
	dir_use_locked(fs, cur->parent);
	inode_get(&cur->parent->inode);
	inode_get(&cur->inode);
	memcpy(ret_name->s, cur->name, strlen(cur->name) + 1);
	*ret = cur;
	*ret_parent = cur->parent;
	return true;
}

/* One directory nearer to dir with each round; what the last round opened stays in use
 * meanwhile. */
static int dir_get_named(struct host_inode *dir, int *ret_fd)
{
	struct hostfs *fs = host_fs(dir);
	struct host_inode *held = NULL, *cur = NULL, *parent = NULL;
	not_zeroed struct host_name name;
	int err = 0;

	while (err == 0) {
		bool open, found = true;

		mutex_lock(&fs->mu);
		open = dir->dir_fd >= 0;
		if (open) {
			dir_use_locked(fs, dir);
			inode_get(&dir->inode);
			*ret_fd = dir->dir_fd;
		} else {
			found = next_to_reopen_locked(fs, dir, &cur, &parent, &name);
		}
		mutex_unlock(&fs->mu);
		if (held)
			host_dir_put(held);
		held = NULL;
		if (open)
			return 0;
		if (!found)
			return -ENOENT;
		err = reopen_dir(cur, parent, name.s);
		host_dir_put(parent);
		if (err == 0)
			held = cur;
		else
			inode_put(&cur->inode);
	}
	return err;
}

int host_dir_get(struct host_inode *dir, int *ret_fd)
{
	struct hostfs *fs = host_fs(dir);
	int err;

	host_names_read(fs);
	err = dir_get_named(dir, ret_fd);
	host_names_unlock(fs);
	return err;
}

int host_loc_get(struct host_inode *hi, struct host_loc *loc)
{
	struct hostfs *fs = host_fs(hi);
	struct host_inode *parent = NULL;
	int err;

	host_names_read(fs);
	mutex_lock(&fs->mu);
	if (hi->parent) {
		parent = hi->parent;
		inode_get(&parent->inode);
		memcpy(loc->name.s, hi->name, strlen(hi->name) + 1);
	}
	mutex_unlock(&fs->mu);
	err = parent ? dir_get_named(parent, &loc->fd) : -ENOENT;
	loc->dir = parent;
	if (parent)
		inode_put(&parent->inode); /* dir_get_named() holds its own */
	if (err < 0)
		host_names_unlock(fs);
	return err;
}

void host_loc_put(struct host_loc *loc)
{
	struct hostfs *fs = host_fs(loc->dir);

	host_dir_put(loc->dir);
	host_names_unlock(fs);
}

static int check_fd(struct host_inode *hi, int fd)
{
	not_zeroed struct statx stx;
	int err = hostop_statx(fd, "", &stx);

	if (err < 0)
		return err;
	return host_inode_is(hi, &stx) ? 0 : -ESTALE;
}

int host_open_path(struct host_inode *hi, int *ret_fd)
{
	_cleanup_close_ int fd = -1;
	not_zeroed struct host_loc loc;
	struct host_fd *h;
	int err;

	if (is_dir(&hi->inode)) {
		err = host_dir_get(hi, &fd);
		if (err < 0)
			return err;
		*ret_fd = hostop_dup(fd);
		fd = -1;
		host_dir_put(hi);
		return *ret_fd < 0 ? *ret_fd : 0;
	}
	h = host_anchor_get(hi);
	if (h) {
		*ret_fd = hostop_dup(h->fd);
		host_fd_put(h);
		return *ret_fd < 0 ? *ret_fd : 0;
	}
	err = host_loc_get(hi, &loc);
	if (err < 0)
		return err;
	fd = host_open_retry(host_fs(hi), loc.fd, loc.name.s, O_PATH, 0);
	host_loc_put(&loc);
	if (fd < 0)
		return fd;
	err = check_fd(hi, fd);
	if (err < 0)
		return err;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* Of a file without a name: through its anchor. */
static int open_by_anchor(struct host_inode *hi, int flags, int *ret_fd)
{
	struct host_fd *h = host_anchor_get(hi);
	int fd;

	if (!h)
		return -ENOENT;
	fd = hostop_reopen(hi->inode.super->kernel->host_self_fd_dir, h->fd, flags);
	if (fd < 0 && h->accmode == (flags & O_ACCMODE))
		fd = hostop_dup(h->fd);
	host_fd_put(h);
	if (fd < 0)
		return fd;
	*ret_fd = fd;
	return 0;
}

/* The look-up of the same call was at the location: another look would say nothing new. */
static bool is_just_seen(struct host_inode *hi)
{
	int64_t seen_at = atomic_load(&hi->seen_at);

	return seen_at && clock_now_ns(CLOCK_MONOTONIC) - seen_at < JUST_SEEN_NS;
}

/*
 * Others may put a FIFO or a device under the name between our look and our open. In shared trees
 * we look by name right before; O_NONBLOCK and the look afterwards cover the rest.
 */
static int open_file_at(struct host_inode *hi, const struct host_loc *loc, int flags, int *ret_fd,
			struct statx *stx)
{
	struct hostfs *fs = host_fs(hi);
	_cleanup_close_ int fd = -1;
	int err;

	if (!fs->exclusive && !is_just_seen(hi)) {
		err = hostop_statx(loc->fd, loc->name.s, stx);
		if (err < 0)
			return err;
		if (!host_inode_is(hi, stx))
			return -ESTALE;
	}
	fd = host_open_retry(fs, loc->fd, loc->name.s, flags | O_NONBLOCK, 0);
	if (fd < 0)
		return fd == -ELOOP || fd == -ENXIO ? -ESTALE : fd;
	err = hostop_statx(fd, "", stx);
	if (err < 0)
		return err;
	if (!host_inode_is(hi, stx)) {
		if (!fs->exclusive || !fs->super.readonly || !S_ISREG(stx->stx_mode) ||
		    hi->masked || host_hide_id(fs, stx) != HOSTFS_SHOWN)
			return -ESTALE;
		host_inode_adopt(hi, stx);
	}
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int host_open_stat(struct host_inode *hi, int flags, int *ret_fd, struct statx *ret)
{
	not_zeroed struct host_loc loc;
	int err, fd;

	ret->stx_mask = 0;
	if (hi->masked)
		return -EACCES;
	if (is_dir(&hi->inode)) {
		err = host_dir_get(hi, &fd);
		if (err < 0)
			return err;
		fd = host_open_retry(host_fs(hi), fd, ".", O_RDONLY | O_DIRECTORY, 0);
		host_dir_put(hi);
		if (fd < 0)
			return fd;
		*ret_fd = fd;
		return 0;
	}
	if (!is_regular(&hi->inode))
		return -ENXIO;
	err = host_loc_get(hi, &loc);
	if (err < 0)
		return err == -ENOENT ? open_by_anchor(hi, flags, ret_fd) : err;
	err = open_file_at(hi, &loc, flags, ret_fd, ret);
	host_loc_put(&loc);
	return err;
}

int host_open_fd(struct host_inode *hi, int flags, int *ret_fd)
{
	not_zeroed struct statx stx;

	return host_open_stat(hi, flags, ret_fd, &stx);
}
