/* platform/fastpath/proven.c - syscall sites that have been replaced before, see proven.h */
#include "platform/fastpath/proven.h"

#include <string.h>
#include <sys/sysmacros.h>

#include "sentry/base/lock.h"
#include "sentry/cred.h"
#include "sentry/task.h"

static struct {
	struct mutex mu;
	struct proven_site sites[PROVEN_MAX] GUARDED_BY(&mu);
	uint32_t nr GUARDED_BY(&mu), next GUARDED_BY(&mu);
} proven;

void proven_init(void)
{
	mutex_init(&proven.mu, LOCK_FASTPATH);
	proven.nr = proven.next = 0;
}

static bool is_same_owner(const struct proven_owner *a, const struct proven_owner *b)
{
	return a->uid == b->uid && a->gid == b->gid && a->caps == b->caps;
}

bool proven_owner_of(struct task *t, struct proven_owner *ret)
{
	const struct cred *c = task_cred(t);

	if (c->uid != c->euid || c->uid != c->suid || c->uid != c->fsuid || c->gid != c->egid ||
	    c->gid != c->sgid || c->gid != c->fsgid || t->landlock)
		return false;
	*ret = (struct proven_owner){.uid = c->uid, .gid = c->gid, .caps = c->cap_permitted};
	return true;
}

static uint64_t device_of(const struct hostproc_map *map)
{
	return makedev(map->major, map->minor);
}

static bool is_same_place(const struct proven_site *a, const struct proven_site *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->offset == b->offset &&
	       is_same_owner(&a->owner, &b->owner);
}

void proven_add(const struct proven_owner *owner, const struct hostproc_map *map,
		const struct site_view *v)
{
	struct proven_site site = {
		.owner = *owner,
		.dev = device_of(map),
		.ino = map->ino,
		.offset = v->site - map->start + map->offset,
		.nr = v->nr,
	};
	struct proven_site *place = NULL;

	if (map->ino == 0 || v->nr_before != SITE_BEFORE || v->nr_at < PROVEN_AFTER)
		return;
	memcpy(site.before, v->before, SITE_BEFORE);
	memcpy(site.after, v->at, PROVEN_AFTER);
	mutex_lock(&proven.mu);
	for (uint32_t i = 0; i < proven.nr && !place; i++)
		if (is_same_place(&proven.sites[i], &site))
			place = &proven.sites[i];
	if (!place) {
		place = &proven.sites[proven.next];
		proven.next = (proven.next + 1) % PROVEN_MAX;
		proven.nr += proven.nr < PROVEN_MAX;
	}
	*place = site;
	mutex_unlock(&proven.mu);
}

size_t proven_list(const struct proven_owner *owner, const struct hostproc_map *map,
		   struct proven_site *sites, uint64_t *addresses, size_t nr, size_t max)
{
	uint64_t dev = device_of(map), len = map->end - map->start;

	if (map->ino == 0)
		return nr;
	mutex_lock(&proven.mu);
	for (uint32_t i = 0; i < proven.nr && nr < max; i++) {
		const struct proven_site *s = &proven.sites[i];

		if (s->ino != map->ino || s->dev != dev || s->offset - map->offset >= len ||
		    !is_same_owner(&s->owner, owner))
			continue;
		addresses[nr] = map->start + (s->offset - map->offset);
		sites[nr++] = *s;
	}
	mutex_unlock(&proven.mu);
	return nr;
}

bool proven_matches(const struct proven_site *site, const struct site_view *v)
{
	return v->nr_before == SITE_BEFORE && v->nr_at >= PROVEN_AFTER &&
	       memcmp(v->before, site->before, SITE_BEFORE) == 0 &&
	       memcmp(v->at, site->after, PROVEN_AFTER) == 0;
}
