/*
 * fs/vfs/dentry.c - the cache of names
 *
 * Model: a hash from (directory inode, name) to dentries, positive or negative. A dentry's inode
 * never changes: when a name gets another meaning, it gets another dentry. Who holds what:
 *  - a child holds its parent; a dentry holds its inode;
 *  - a cached dentry is held once by the cache, so it stays when its users have gone, until it is
 *    unlinked or the LRU pushes it out;
 *  - in a super with no_dcache names come and go by themselves: its dentries are in the hash as
 *    long as somebody uses them (so that two lookups meet), and the hash holds no reference.
 * The LRU is a clock: a lookup only sets a flag, dcache_trim() gives flagged dentries another
 * round, and every second one of the others: of a few more names than there is room for, looked up
 * in turn, each would be gone before it is wanted again. There are two, since inodes of host trees
 * cost more than those of memory filesystems.
 *
 * Locking: a lookup takes the lock of one shard only. dcache->mu (LOCK_DENTRY) guards children and
 * LRU lists and is held around each change of a shard, in that order. A dentry's parent and name
 * are written only while it is in no shard, under rename_mu of its super and both directory locks;
 * so they may be read under a shard's lock or under rename_mu.
 */
#include "fs/vfs/internal.h"

#include <string.h>

#include "fs/anon/inotify.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"

#define SHARDS 64 /* a power of two */
#define TRIM_BATCH 64

/* Unused names kept: [0] those which pin host resources, [1] memory_only supers. */
static const size_t lru_limit[2] = {16384, 32768};

struct dcache_shard {
	struct mutex mu;
	struct hash names GUARDED_BY(&mu);
} __attribute__((aligned(64)));

struct dcache {
	struct mutex mu;
	struct list lru[2] GUARDED_BY(&mu);
	_Atomic size_t nr[2];
	bool spared GUARDED_BY(&mu); /* the last one that was not flagged */
	struct dcache_shard shards[SHARDS];
};

struct dcache *dcache_new(void)
{
	struct dcache *dc = aligned_alloc(64, sizeof(*dc));

	if (!dc)
		return NULL;
	memset(dc, 0, sizeof(*dc));
	mutex_init(&dc->mu, LOCK_DENTRY);
	for (unsigned int i = 0; i < ARRAY_SIZE(dc->lru); i++)
		list_init(&dc->lru[i]);
	for (unsigned int i = 0; i < SHARDS; i++) {
		mutex_init(&dc->shards[i].mu, LOCK_DENTRY_SHARD);
		hash_init(&dc->shards[i].names);
	}
	return dc;
}

void dcache_free(struct dcache *dc)
{
	if (!dc)
		return;
	for (unsigned int i = 0; i < SHARDS; i++) {
		hash_free(&dc->shards[i].names);
		mutex_destroy(&dc->shards[i].mu);
	}
	mutex_destroy(&dc->mu);
	mem_free(dc);
}

static struct dcache *dcache_of(const struct dentry *d)
{
	return d->super->kernel->dcache;
}

/* Keyed by the inode of the directory, so that dcache_invalidate() needs no dentry. */
static uint64_t name_hash(const struct inode *dir, const char *name, uint32_t len)
{
	return hash_bytes(name, len) ^ hash_u64((uintptr_t)dir);
}

/* The buckets inside a shard use the low bits. */
static struct dcache_shard *shard_of(struct dcache *dc, uint64_t hash)
{
	return &dc->shards[hash >> 58 & (SHARDS - 1)];
}

static bool name_is(const struct dentry *d, const struct qstr *name)
{
	return d->name_len == name->len && memcmp(d->name, name->name, name->len) == 0;
}

struct dentry *dcache_find(struct dentry *parent, const struct qstr *name)
{
	uint64_t hash = name_hash(parent->inode, name->name, name->len);
	struct dcache_shard *s = shard_of(dcache_of(parent), hash);
	struct dentry *d;

	mutex_lock(&s->mu);
	hash_for_each_possible(&s->names, d, hash, hash) {
		if (d->parent == parent && name_is(d, name) && ref_get_unless_zero(&d->ref))
			break;
	}
	mutex_unlock(&s->mu);
	if (d && !atomic_load_explicit(&d->referenced, memory_order_relaxed))
		atomic_store_explicit(&d->referenced, true, memory_order_relaxed);
	return d;
}

int dentry_longname(const struct qstr *name, char **ret)
{
	char *p = NULL;

	if (name->len >= DENTRY_INLINE_NAME) {
		p = mem_alloc(name->len + 1);
		if (!p)
			return -ENOMEM;
	}
	*ret = p;
	return 0;
}

static void dentry_set_name(struct dentry *d, const struct qstr *name, char *longname)
{
	d->name = longname ? longname : d->iname;
	memcpy(d->name, name->name, name->len);
	d->name[name->len] = '\0';
	d->name_len = name->len;
}

static struct dentry *dentry_alloc(struct super *s, const struct qstr *name, struct inode *in)
{
	char *longname;
	struct dentry *d;

	if (dentry_longname(name, &longname) < 0)
		goto fail;
	d = mem_zalloc(sizeof(*d));
	if (!d) {
		mem_free(longname);
		goto fail;
	}
	ref_init(&d->ref, 1);
	d->super = s;
	d->inode = in;
	d->parent = d;
	list_init(&d->sibling);
	list_init(&d->children);
	list_init(&d->lru);
	hash_node_init(&d->hash);
	dentry_set_name(d, name, longname);
	return d;
fail:
	if (in)
		inode_put(in);
	return NULL;
}

struct dentry *dentry_new_root(struct super *s, const char *name, struct inode *in)
{
	struct qstr q = {name, (uint32_t)strnlen(name, NAME_MAX_LEN)};
	struct dentry *d = dentry_alloc(s, &q, in);

	if (d)
		atomic_store_explicit(&d->hashed, true, memory_order_relaxed);
	return d;
}

struct dentry *dentry_new_unhashed(struct dentry *parent, const char *name, struct inode *in)
{
	struct qstr q = {name, (uint32_t)strnlen(name, NAME_MAX_LEN)};
	struct dentry *d = dentry_alloc(parent->super, &q, in);

	if (d)
		d->parent = dentry_get(parent);
	return d;
}

static void shard_add(struct dcache *dc, struct dentry *d)
{
	uint64_t hash = name_hash(d->parent->inode, d->name, d->name_len);
	struct dcache_shard *s = shard_of(dc, hash);

	mutex_lock(&s->mu);
	hash_add(&s->names, &d->hash, hash);
	mutex_unlock(&s->mu);
}

static void shard_del(struct dcache *dc, struct dentry *d)
{
	struct dcache_shard *s;

	if (!hash_linked(&d->hash))
		return;
	s = shard_of(dc, d->hash.hash);
	mutex_lock(&s->mu);
	hash_del(&s->names, &d->hash);
	mutex_unlock(&s->mu);
}

struct dentry *dcache_add(struct dentry *parent, const struct qstr *name, struct inode *in)
{
	struct dcache *dc = dcache_of(parent);
	struct super *s = parent->super;
	struct dentry *d = dentry_alloc(s, name, in);

	if (!d)
		return NULL;
	d->parent = dentry_get(parent);
	atomic_store_explicit(&d->epoch, atomic_load(&parent->inode->names_epoch),
			      memory_order_relaxed);
	atomic_store_explicit(&d->hashed, true, memory_order_relaxed);
	mutex_lock(&dc->mu);
	if (!s->no_dcache) {
		ref_get(&d->ref);
		d->cached = true;
		list_add(&d->lru, &dc->lru[s->memory_only]);
		atomic_fetch_add_explicit(&dc->nr[s->memory_only], 1, memory_order_relaxed);
	}
	list_add(&d->sibling, &parent->children);
	shard_add(dc, d);
	mutex_unlock(&dc->mu);
	return d;
}

/* Takes d out of the cache. True: the caller inherits the cache's reference; d->lru is free. */
static bool uncache_locked(struct dcache *dc, struct dentry *d)
{
	bool cached = d->cached;

	shard_del(dc, d);
	list_del(&d->sibling);
	if (cached) {
		list_del(&d->lru);
		atomic_fetch_sub_explicit(&dc->nr[d->super->memory_only], 1, memory_order_relaxed);
		d->cached = false;
	}
	atomic_store_explicit(&d->hashed, false, memory_order_relaxed);
	return cached;
}

static void put_victims(struct list *victims)
{
	struct dentry *d, *tmp;

	list_for_each_entry_safe(d, tmp, victims, lru) {
		list_del(&d->lru);
		dentry_put(d);
	}
}

/* Depth first from the leaves, without recursion. */
static void uncache_below_locked(struct dcache *dc, struct dentry *top, struct list *victims)
{
	while (!list_empty(&top->children)) {
		struct dentry *d = list_first_entry(&top->children, struct dentry, sibling);

		while (!list_empty(&d->children))
			d = list_first_entry(&d->children, struct dentry, sibling);
		if (uncache_locked(dc, d))
			list_add_tail(&d->lru, victims);
	}
}

void dcache_prune(struct dentry *d)
{
	struct dcache *dc = dcache_of(d);
	struct list victims;

	list_init(&victims);
	mutex_lock(&dc->mu);
	uncache_below_locked(dc, d, &victims);
	mutex_unlock(&dc->mu);
	put_victims(&victims);
}

void dcache_drop(struct dentry *d)
{
	struct dcache *dc = dcache_of(d);
	struct list victims;
	bool mine;

	list_init(&victims);
	mutex_lock(&dc->mu);
	uncache_below_locked(dc, d, &victims);
	mine = uncache_locked(dc, d);
	mutex_unlock(&dc->mu);
	put_victims(&victims);
	if (mine)
		dentry_put(d);
}

void dentry_mark_way(struct dentry *d)
{
	struct dcache *dc = dcache_of(d);

	mutex_lock(&dc->mu);
	while (!atomic_exchange(&d->leads_to_mount, true))
		d = d->parent;
	mutex_unlock(&dc->mu);
}

void dcache_invalidate(struct inode *dir, const struct qstr *name)
{
	struct dcache *dc = dir->super->kernel->dcache;
	uint64_t hash = name_hash(dir, name->name, name->len);
	struct dcache_shard *s = shard_of(dc, hash);
	struct dentry *d;

	mutex_lock(&s->mu);
	hash_for_each_possible(&s->names, d, hash, hash) {
		if (d->parent->inode == dir && name_is(d, name) && ref_get_unless_zero(&d->ref))
			break;
	}
	mutex_unlock(&s->mu);
	if (d) {
		dcache_drop(d);
		dentry_put(d);
	}
}

struct dentry *dcache_move(struct dentry *d, struct dentry *parent, const struct qstr *name,
			   char *longname)
{
	struct dcache *dc = dcache_of(d);
	struct dentry *old = d->parent;
	char *oldname = d->name == d->iname ? NULL : d->name;

	mutex_lock(&dc->mu);
	if (hash_linked(&d->hash)) {
		shard_del(dc, d);
		list_del(&d->sibling);
		d->parent = dentry_get(parent);
		dentry_set_name(d, name, longname);
		list_add(&d->sibling, &parent->children);
		shard_add(dc, d);
	} else {
		/* Uncached meanwhile (invalidated): its users still want the right name. */
		d->parent = dentry_get(parent);
		dentry_set_name(d, name, longname);
	}
	mutex_unlock(&dc->mu);
	mem_free(oldname);
	return old;
}

static void swap_names(struct dentry *a, struct dentry *b)
{
	char iname[DENTRY_INLINE_NAME];
	char *name_a = a->name == a->iname ? NULL : a->name;
	char *name_b = b->name == b->iname ? NULL : b->name;
	uint32_t len = a->name_len;

	memcpy(iname, a->iname, sizeof(iname));
	memcpy(a->iname, b->iname, sizeof(iname));
	memcpy(b->iname, iname, sizeof(iname));
	a->name = name_b ? name_b : a->iname;
	b->name = name_a ? name_a : b->iname;
	a->name_len = b->name_len;
	b->name_len = len;
}

void dcache_exchange(struct dentry *a, struct dentry *b)
{
	struct dcache *dc = dcache_of(a);
	struct dentry *parent = a->parent;
	bool hashed_a, hashed_b;

	mutex_lock(&dc->mu);
	hashed_a = hash_linked(&a->hash);
	hashed_b = hash_linked(&b->hash);
	shard_del(dc, a);
	shard_del(dc, b);
	list_del(&a->sibling);
	list_del(&b->sibling);
	a->parent = b->parent;
	b->parent = parent;
	swap_names(a, b);
	if (hashed_a) {
		list_add(&a->sibling, &a->parent->children);
		shard_add(dc, a);
	}
	if (hashed_b) {
		list_add(&b->sibling, &b->parent->children);
		shard_add(dc, b);
	}
	mutex_unlock(&dc->mu);
}

/* One look at the oldest dentry: out with it, or another round. */
static void trim_one_locked(struct dcache *dc, struct list *lru, struct list *victims)
{
	struct dentry *d = list_last_entry(lru, struct dentry, lru);
	struct dcache_shard *s = shard_of(dc, d->hash.hash);
	bool used;

	mutex_lock(&s->mu); /* new references come from the shard only */
	used = ref_count(&d->ref) > 1 ||
	       atomic_exchange_explicit(&d->referenced, false, memory_order_relaxed);
	if (!used)
		used = dc->spared = !dc->spared;
	if (!used)
		hash_del(&s->names, &d->hash);
	mutex_unlock(&s->mu);
	if (used) {
		list_del(&d->lru);
		list_add(&d->lru, lru);
		return;
	}
	uncache_locked(dc, d);
	list_add_tail(&d->lru, victims);
}

void dcache_trim(struct kernel *k)
{
	struct dcache *dc = k->dcache;
	struct list victims;

	for (unsigned int i = 0; i < ARRAY_SIZE(dc->lru); i++) {
		if (likely(atomic_load_explicit(&dc->nr[i], memory_order_relaxed) <= lru_limit[i]))
			continue;
		list_init(&victims);
		mutex_lock(&dc->mu);
		for (unsigned int n = 0; n < TRIM_BATCH && !list_empty(&dc->lru[i]); n++)
			trim_one_locked(dc, &dc->lru[i], &victims);
		mutex_unlock(&dc->mu);
		put_victims(&victims);
	}
}

struct dentry *dentry_get(struct dentry *d)
{
	ref_get(&d->ref);
	return d;
}

/* Frees d, whose last reference is gone; returns the parent to be put, or NULL. */
static struct dentry *dentry_destroy(struct dentry *d)
{
	struct dentry *parent = d->parent == d ? NULL : d->parent;
	struct inode *in = d->inode;

	if (parent) {
		struct dcache *dc = dcache_of(d);

		mutex_lock(&dc->mu);
		shard_del(dc, d);
		list_del(&d->sibling);
		mutex_unlock(&dc->mu);
	}
	if (in) {
		if (in->marks && parent && inode_read(in, nlink) == 0)
			inotify_event(in, IN_DELETE_SELF, 0, NULL);
		if (__atomic_load_n(&in->handle, __ATOMIC_ACQUIRE))
			inode_handle_dentry_gone(d);
		inode_put(in);
	}
	if (d->name != d->iname)
		mem_free(d->name);
	mem_free(d);
	return parent;
}

void dentry_put(struct dentry *d)
{
	while (d && ref_put(&d->ref))
		d = dentry_destroy(d);
}

struct dentry *super_root_dentry(struct super *s)
{
	struct dcache *dc = s->kernel->dcache;
	struct dentry *d = dentry_new_root(s, "/", inode_get(s->root));
	struct dentry *unused = NULL;

	if (!d)
		return NULL;
	mutex_lock(&dc->mu);
	if (s->root_dentry) {
		unused = d;
		d = s->root_dentry;
	} else {
		s->root_dentry = d; /* the super keeps the first reference */
	}
	ref_get(&d->ref);
	mutex_unlock(&dc->mu);
	dentry_put(unused);
	return d;
}

bool dentry_is_under_locked(const struct dentry *d, const struct dentry *top)
{
	for (; d != top; d = d->parent)
		if (d == d->parent)
			return false;
	return true;
}

bool dentry_is_under(struct dentry *d, struct dentry *top)
{
	bool under;

	if (d == top)
		return true;
	if (d->super != top->super)
		return false;
	rwlock_rdlock(&d->super->rename_mu);
	under = dentry_is_under_locked(d, top);
	rwlock_unlock(&d->super->rename_mu);
	return under;
}
