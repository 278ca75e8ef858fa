/* sentry/mem/mapnames.c - names of mapped host files, see mapnames.h */
#include "sentry/mem/mapnames.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/vfs/file.h"
#include "sentry/base/hash.h"
#include "sentry/base/hostcall.h"
#include "sentry/base/list.h"
#include "sentry/base/lock.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

#define DELETED " (deleted)"
#define MAPNAME_LEN_MAX (sizeof(((struct mapname *)0)->path) - sizeof(DELETED))

struct entry {
	struct hash_node node;	   /* by host_ino */
	struct hash_node by_guest; /* by guest_ino */
	struct list age;
	bool deleted;
	uint64_t host_dev, host_ino;
	uint64_t guest_dev, guest_ino;
	size_t len;
	char path[];
};

struct mapnames {
	struct mutex mu;
	struct hash by_ino GUARDED_BY(&mu), by_guest GUARDED_BY(&mu);
	struct list ages GUARDED_BY(&mu); /* oldest first */
	size_t nr GUARDED_BY(&mu), bytes GUARDED_BY(&mu);
};

/* Made by the first record; a racing second one is dropped. */
static struct mapnames *mapnames_of(struct kernel *k)
{
	struct mapnames *m = atomic_load(&k->mapnames), *other = NULL;

	if (m)
		return m;
	m = mem_zalloc(sizeof(*m));
	if (!m)
		return NULL;
	mutex_init(&m->mu, LOCK_ANON);
	hash_init(&m->by_ino);
	hash_init(&m->by_guest);
	list_init(&m->ages);
	if (atomic_compare_exchange_strong(&k->mapnames, &other, m))
		return m;
	mutex_destroy(&m->mu);
	mem_free(m);
	return other;
}

static struct entry *find_locked(struct mapnames *m, uint64_t dev, uint64_t ino, bool any_dev)
{
	struct entry *e, *loose = NULL;

	hash_for_each_possible(&m->by_ino, e, node, hash_u64(ino)) {
		if (e->host_ino != ino)
			continue;
		if (e->host_dev == dev)
			return e;
		if (!loose)
			loose = e;
	}
	return any_dev ? loose : NULL;
}

static void drop_locked(struct mapnames *m, struct entry *e)
{
	hash_del(&m->by_ino, &e->node);
	hash_del(&m->by_guest, &e->by_guest);
	list_del(&e->age);
	m->nr--;
	m->bytes -= e->len;
	mem_free(e);
}

void mapname_record(struct kernel *k, int host_fd, const char *path, uint64_t guest_dev,
		    uint64_t guest_ino)
{
	struct mapnames *m = mapnames_of(k);
	size_t len = strlen(path);
	struct entry *e, *old;
	struct stat st;

	if (!m || len >= MAPNAME_LEN_MAX || host_fstat(host_fd, &st) < 0)
		return;
	e = mem_zalloc(sizeof(*e) + len + 1);
	if (!e)
		return;
	e->host_dev = st.st_dev;
	e->host_ino = st.st_ino;
	e->guest_dev = guest_dev;
	e->guest_ino = guest_ino;
	e->len = len;
	memcpy(e->path, path, len + 1);
	mutex_lock(&m->mu);
	old = find_locked(m, e->host_dev, e->host_ino, false);
	if (old)
		drop_locked(m, old);
	hash_add(&m->by_ino, &e->node, hash_u64(e->host_ino));
	hash_add(&m->by_guest, &e->by_guest, hash_u64(e->guest_ino));
	list_add_tail(&e->age, &m->ages);
	m->nr++;
	m->bytes += len;
	while (m->nr > MAPNAMES_MAX || m->bytes > MAPNAMES_MAX_BYTES)
		drop_locked(m, list_first_entry(&m->ages, struct entry, age));
	mutex_unlock(&m->mu);
}

void mapname_record_file(struct task *t, int host_fd, struct file *f)
{
	_cleanup_free_ char *path = mem_alloc(4096);

	if (!path || path_name(t, &f->path, path, 4096) < 0)
		return;
	mapname_record(t->kernel, host_fd, path, f->inode->super->dev, f->inode->ino);
}

static bool ends_with_name(const struct entry *e, const char *name, size_t len)
{
	return e->len > len && e->path[e->len - len - 1] == '/' &&
	       memcmp(e->path + e->len - len, name, len) == 0;
}

void mapname_removed(struct kernel *k, uint64_t guest_dev, uint64_t guest_ino, const char *name,
		     size_t len)
{
	struct mapnames *m = atomic_load(&k->mapnames);
	struct entry *e;

	if (!m)
		return;
	mutex_lock(&m->mu);
	hash_for_each_possible(&m->by_guest, e, by_guest, hash_u64(guest_ino)) {
		if (e->guest_ino == guest_ino && e->guest_dev == guest_dev &&
		    ends_with_name(e, name, len))
			e->deleted = true;
	}
	mutex_unlock(&m->mu);
}

bool mapname_find(struct kernel *k, uint64_t host_dev, uint64_t host_ino, struct mapname *ret)
{
	struct mapnames *m = atomic_load(&k->mapnames);
	struct entry *e;

	if (!m)
		return false;
	mutex_lock(&m->mu);
	e = find_locked(m, host_dev, host_ino, true);
	if (e) {
		ret->guest_dev = e->guest_dev;
		ret->guest_ino = e->guest_ino;
		memcpy(ret->path, e->path, e->len + 1);
		if (e->deleted)
			memcpy(ret->path + e->len, DELETED, sizeof(DELETED));
	}
	mutex_unlock(&m->mu);
	return e != NULL;
}
