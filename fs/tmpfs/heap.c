/*
 * fs/tmpfs/heap.c - contents of tmpfs files that lie in the sentry's heap
 *
 * Model: chunks of 64 KiB, each with a bitmap of its allocated pages; what is in no chunk or beyond
 * a chunk's memory is a hole. The first chunk is part of the inode and grows with the file, the
 * others are whole. Only files that found no host memfd (data.c) have more than the first.
 *
 * Locking: the inode's mu is held.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <string.h>

#include "fs/tmpfs/internal.h"
#include "sentry/base/mem.h"

#define FIRST_CAP 256
#define PAGES_PER_CHUNK (TMPFS_CHUNK / TMPFS_PAGE)

static struct tmpfs_data *data_of(struct inode *in)
{
	return &tmpfs_inode(in)->data;
}

static const struct tmpfs_chunk *chunk_at(const struct tmpfs_data *d, uint64_t index)
{
	if (index == 0)
		return &d->first;
	return index <= d->nr_more ? &d->more[index - 1] : NULL;
}

/* The part of [pos, end) that lies in one chunk. */
static size_t piece(uint64_t pos, uint64_t end)
{
	return (size_t)MIN(end - pos, TMPFS_CHUNK - pos % TMPFS_CHUNK);
}

void tmpfs_heap_read(const struct tmpfs_data *d, uint64_t pos, char *buf, size_t n)
{
	uint64_t end = pos + n;

	while (pos < end) {
		const struct tmpfs_chunk *c = chunk_at(d, pos / TMPFS_CHUNK);
		size_t len = piece(pos, end), off = pos % TMPFS_CHUNK, have = 0;

		if (c && off < c->cap) {
			have = MIN(len, c->cap - off);
			memcpy(buf, c->bytes + off, have);
		}
		memset(buf + have, 0, len - have);
		buf += len;
		pos += len;
	}
}

/* ---- allocation ---- */

static int grow_table(struct tmpfs_data *d, uint64_t index)
{
	struct tmpfs_chunk *more;

	if (index <= d->nr_more)
		return 0;
	more = mem_realloc(d->more, index * sizeof(*more));
	if (!more)
		return -ENOMEM;
	memset(more + d->nr_more, 0, (index - d->nr_more) * sizeof(*more));
	d->more = more;
	d->nr_more = (uint32_t)index;
	return 0;
}

/* The chunk of that index with memory for need bytes; NULL: out of memory. */
static struct tmpfs_chunk *chunk_reserve(struct tmpfs_data *d, uint64_t index, size_t need)
{
	struct tmpfs_chunk *c = &d->first;
	uint32_t cap = index ? TMPFS_CHUNK : FIRST_CAP;
	char *bytes;

	if (index) {
		if (grow_table(d, index) < 0)
			return NULL;
		c = &d->more[index - 1];
	}
	if (need <= c->cap)
		return c;
	while (cap < need)
		cap *= 2;
	bytes = mem_realloc(c->bytes, cap);
	if (!bytes)
		return NULL;
	memset(bytes + c->cap, 0, cap - c->cap);
	c->bytes = bytes;
	c->cap = cap;
	return c;
}

/* Charges the pages of [from, to) of a chunk in order, as far as there is room; the new end. */
static size_t charge(struct inode *in, struct tmpfs_chunk *c, size_t from, size_t to)
{
	for (size_t p = from / TMPFS_PAGE; p * TMPFS_PAGE < to; p++) {
		if (c->pages & 1u << p)
			continue;
		if (tmpfs_charge_pages(tmpfs_super(in->super), 1) < 0)
			return MAX(from, p * TMPFS_PAGE);
		c->pages |= 1u << p;
		data_of(in)->charged++;
	}
	return to;
}

/* Frees and uncharges the pages that lie wholly in [from, to) of a chunk. */
static void uncharge(struct inode *in, struct tmpfs_chunk *c, size_t from, size_t to)
{
	for (size_t p = (from + TMPFS_PAGE - 1) / TMPFS_PAGE; (p + 1) * TMPFS_PAGE <= to; p++) {
		if (!(c->pages & 1u << p))
			continue;
		c->pages &= ~(1u << p);
		data_of(in)->charged--;
		tmpfs_uncharge_pages(tmpfs_super(in->super), 1);
	}
	if (c->pages == 0) {
		mem_free(TAKE_PTR(c->bytes));
		c->cap = 0;
	}
}

/* Allocates [pos, pos + n) and copies buf there (NULL: leaves what is there). How far it got;
 * -ENOSPC, -ENOMEM if nowhere. */
static int64_t fill(struct inode *in, const char *buf, uint64_t n, uint64_t pos)
{
	struct tmpfs_data *d = data_of(in);
	uint64_t start = pos, end = pos + n;

	while (pos < end) {
		size_t len = piece(pos, end), off = pos % TMPFS_CHUNK, got;
		struct tmpfs_chunk *c = chunk_reserve(d, pos / TMPFS_CHUNK, off + len);

		if (!c)
			return pos > start ? (int64_t)(pos - start) : -ENOMEM;
		got = charge(in, c, off, off + len) - off;
		if (buf)
			memcpy(c->bytes + off, buf + (pos - start), got);
		pos += got;
		if (got < len)
			break;
	}
	return pos > start || n == 0 ? (int64_t)(pos - start) : -ENOSPC;
}

ssize_t tmpfs_heap_write(struct inode *in, const char *buf, size_t n, uint64_t pos)
{
	return (ssize_t)fill(in, buf, n, pos);
}

void tmpfs_heap_punch(struct inode *in, uint64_t pos, uint64_t end)
{
	struct tmpfs_data *d = data_of(in);

	end = MIN(end, (d->nr_more + UINT64_C(1)) * TMPFS_CHUNK);
	while (pos < end) {
		size_t len = piece(pos, end), off = pos % TMPFS_CHUNK;
		uint64_t index = pos / TMPFS_CHUNK;
		struct tmpfs_chunk *c = index ? &d->more[index - 1] : &d->first;

		if (off < c->cap)
			memset(c->bytes + off, 0, MIN(len, c->cap - off));
		uncharge(in, c, off, off + len);
		pos += len;
	}
}

int tmpfs_heap_allocate(struct inode *in, uint64_t pos, uint64_t end)
{
	struct tmpfs_data *d = data_of(in);
	uint64_t pages = (end + TMPFS_PAGE - 1) / TMPFS_PAGE - pos / TMPFS_PAGE;
	int64_t got;
	int err;

	/* All or nothing: look first whether there is room for as much as it may take. */
	err = tmpfs_charge_pages(tmpfs_super(in->super),
				 pages > d->charged ? pages - d->charged : 0);
	if (err < 0)
		return err;
	tmpfs_uncharge_pages(tmpfs_super(in->super), pages > d->charged ? pages - d->charged : 0);
	got = fill(in, NULL, end - pos, pos);
	if (got < 0)
		return (int)got;
	return (uint64_t)got == end - pos ? 0 : -ENOSPC;
}

/* ---- the whole ---- */

int64_t tmpfs_heap_seek(const struct inode *in, const struct tmpfs_data *d, int64_t off, bool data)
{
	uint64_t last = (d->nr_more + UINT64_C(1)) * PAGES_PER_CHUNK;

	for (uint64_t p = (uint64_t)off / TMPFS_PAGE; p * TMPFS_PAGE < in->size; p++) {
		const struct tmpfs_chunk *c = chunk_at(d, p / PAGES_PER_CHUNK);
		bool there = c && (c->pages & 1u << p % PAGES_PER_CHUNK);

		if (there == data)
			return MAX(off, (int64_t)(p * TMPFS_PAGE));
		if (p >= last)
			break; /* a hole up to the end */
	}
	return data ? -ENXIO : (int64_t)in->size;
}

/* The allocated pages of a chunk that starts at base, so that holes stay holes. */
static int copy_chunk(const struct inode *in, const struct tmpfs_chunk *c, uint64_t base, int fd)
{
	for (unsigned int p = 0; p < PAGES_PER_CHUNK; p++) {
		size_t off = (size_t)p * TMPFS_PAGE, n = 0;

		if (!(c->pages & 1u << p))
			continue;
		if (base + off < in->size && off < c->cap)
			n = (size_t)MIN(MIN(in->size - base, (uint64_t)c->cap) - off,
					(uint64_t)TMPFS_PAGE);
		if (n && pwrite(fd, c->bytes + off, n, (off_t)(base + off)) != (ssize_t)n)
			return -ENOSPC;
		if (!n && fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)(base + off), TMPFS_PAGE) < 0)
			return -errno;
	}
	return 0;
}

int tmpfs_heap_copy_to(const struct inode *in, const struct tmpfs_data *d, int fd)
{
	int err = copy_chunk(in, &d->first, 0, fd);

	for (uint32_t i = 0; err == 0 && i < d->nr_more; i++)
		err = copy_chunk(in, &d->more[i], (i + UINT64_C(1)) * TMPFS_CHUNK, fd);
	return err;
}

void tmpfs_heap_free(struct tmpfs_data *d)
{
	mem_free(d->first.bytes);
	for (uint32_t i = 0; i < d->nr_more; i++)
		mem_free(d->more[i].bytes);
	mem_free(d->more);
	d->first = (struct tmpfs_chunk){NULL, 0, 0};
	d->more = NULL;
	d->nr_more = 0;
}
