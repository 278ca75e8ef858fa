/*
 * fs/vfs/listed.c - what a program has just listed, and will probably open next; see listed.h
 */
#include "fs/vfs/listed.h"

#include <dirent.h>
#include <string.h>

#include "sentry/base/mem.h"
#include "sentry/timer.h"

#define LISTED_BYTES 8192
#define LISTED_NS 1000000000
#define SEARCHED_NAMES 16 /* from where its user is: some are not opened */

struct entry {
	uint8_t type, len;
	char name[];
};

struct listed {
	int64_t since; /* CLOCK_MONOTONIC_COARSE, of the oldest */
	uint32_t len;
	uint32_t at; /* behind the one that was opened last */
	char list[LISTED_BYTES];
};

struct listing {
	struct dir_context ctx;
	struct dir_context *to;
	struct listed *listed;
};

static struct listed *listed_of(struct file *f)
{
	return atomic_load_explicit(&f->listed, memory_order_relaxed);
}

static int listing_emit(struct dir_context *ctx, const char *name, uint32_t len, uint64_t ino,
			unsigned int type, int64_t next_pos)
{
	struct listing *g = container_of(ctx, struct listing, ctx);
	struct listed *l = g->listed;
	struct entry *e;

	if (g->to->emit(g->to, name, len, ino, type, next_pos))
		return 1;
	if (len > UINT8_MAX || sizeof(*e) + len > LISTED_BYTES - l->len)
		return 0;
	e = (struct entry *)(l->list + l->len);
	e->type = (uint8_t)type;
	e->len = (uint8_t)len;
	memcpy(e->name, name, len);
	l->len += (uint32_t)sizeof(*e) + len;
	return 0;
}

int listed_readdir(struct file *f, struct dir_context *ctx)
{
	struct listing g = {.ctx.emit = listing_emit, .to = ctx, .listed = listed_of(f)};

	if (!f->inode->super->opens_by_hint)
		return f->ops->readdir(f, ctx);
	if (!g.listed) {
		g.listed = mem_alloc(sizeof(*g.listed));
		if (!g.listed)
			return f->ops->readdir(f, ctx);
		g.listed->at = g.listed->len = 0;
		atomic_store_explicit(&f->listed, g.listed, memory_order_release);
	}
	/* From the start again, or on from what has been used. */
	if (f->pos == 0 || g.listed->at > 0)
		g.listed->at = g.listed->len = 0;
	if (g.listed->len == 0)
		g.listed->since = clock_now_ns(CLOCK_MONOTONIC_COARSE);
	return f->ops->readdir(f, &g.ctx);
}

static bool find_locked(struct listed *l, const char *name, size_t len)
{
	uint32_t at = l->at;

	if (clock_now_ns(CLOCK_MONOTONIC_COARSE) - l->since > LISTED_NS)
		return false;
	for (int i = 0; i < SEARCHED_NAMES && at < l->len; i++) {
		struct entry *e = (struct entry *)(l->list + at);

		at += (uint32_t)sizeof(*e) + e->len;
		if (e->len == len && memcmp(e->name, name, len) == 0) {
			l->at = at;
			return e->type == DT_REG;
		}
	}
	return false;
}

bool listed_as_file(struct file *f, const char *name)
{
	size_t len;
	bool found;

	if (likely(!atomic_load_explicit(&f->listed, memory_order_acquire)))
		return false;
	len = strcspn(name, "/");
	if (name[len] || !mutex_trylock(&f->pos_mu))
		return false;
	found = find_locked(listed_of(f), name, len);
	mutex_unlock(&f->pos_mu);
	return found;
}

void listed_free(struct file *f)
{
	mem_free(listed_of(f));
}
