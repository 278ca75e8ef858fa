/*
 * fs/tmpfs/map.c - memfds of tmpfs files in the sentry's own memory
 *
 * Model: moving a few bytes of a memfd by a call of the host costs more than all the rest of a read
 * or write over a channel. So a file that is read and written often is mapped, once it is likely that
 * its pages are wanted again: each costs a fault, as much as two calls of the host, when it is first
 * touched. The mapping has room to grow, to the next power of two; beyond it the file has to earn a
 * new one.
 *
 * Safety: the memfd gets shorter only through the sentry, under in->mu, so what lies within in->size and is
 * touched under in->mu is there. Without the lock only the host may look (process_vm_writev), to which what
 * has gone is a short copy. Holes would be filled by looking at them, and are not counted then: files with
 * holes are not mapped. Nor are those that may be sealed: a mapping for writing would be in the way of
 * F_SEAL_WRITE.
 *
 * Bounds: MAX_MAPS mappings of MAX_LEN. What they take beyond the pages of the files is page tables, 1/512.
 */
#include <sys/mman.h>

#include "fs/tmpfs/internal.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"

#define MIN_LEN (128u << 10)
#define MAX_LEN (1ull << 30)
#define MAX_MAPS 1024
/* Heat: one for each call of the host, and for each further LARGE bytes in it. */
#define LARGE 16384
#define PAGES_PER_HEAT 2
#define HEAT_MIN 64

void tmpfs_map_put(struct kernel *k, struct tmpfs_map *map)
{
	if (!map || !ref_put(&map->ref))
		return;
	munmap(map->mem, map->len);
	mem_free(map);
	atomic_fetch_sub(&k->nr_tmpfs_maps, 1);
}

static struct tmpfs_map *map_new(struct kernel *k, int fd, uint64_t size)
{
	struct tmpfs_map *map = mem_alloc(sizeof(*map));
	uint64_t len = MIN_LEN;
	void *mem;

	if (!map)
		return NULL;
	while (len < size)
		len *= 2;
	if (atomic_fetch_add(&k->nr_tmpfs_maps, 1) >= MAX_MAPS)
		goto fail;
	mem = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		goto fail;
	ref_init(&map->ref, 1);
	map->mem = mem;
	map->len = len;
	return map;
fail:
	atomic_fetch_sub(&k->nr_tmpfs_maps, 1);
	mem_free(map);
	return NULL;
}

struct tmpfs_map *tmpfs_map(struct inode *in, size_t n)
{
	struct tmpfs_data *d = &tmpfs_inode(in)->data;
	struct kernel *k = in->super->kernel;

	if (d->fd < 0 || !tmpfs_is_dense(in, d))
		return NULL;
	if (likely(d->map && d->map->len >= in->size))
		return d->map;
	d->heat += 1 + n / LARGE;
	if (d->heat < HEAT_MIN + in->size / TMPFS_PAGE / PAGES_PER_HEAT || d->sealable ||
	    in->size > MAX_LEN)
		return NULL;
	d->heat = 0;
	tmpfs_map_put(k, d->map);
	d->map = map_new(k, d->fd, in->size);
	return d->map;
}
