/*
 * sentry/keys.c - keys as such: birth and death, payload, quota, links; see keys.h
 *
 * A keyring that goes puts the keys it links to, which may be keyrings: they are put one after the
 * other from a list, as chains of keyrings can be long.
 */
#include "sentry/keys.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "sentry/base/mem.h"
#include "sentry/kernel.h"
#include "sentry/timer.h"

#define ROOT_MAX_KEYS 100000
#define ROOT_MAX_BYTES 25000000
#define USER_MAX_KEYS 200
#define USER_MAX_BYTES 20000
#define MAX_USERS 16384
#define LINK_BYTES 4 /* what a link counts */
#define MAX_LINKS 65536
#define CIRCLE_DEPTH 6
#define CIRCLE_VISITS 10000

/* ---- the store ---- */

static struct key_store *store_make(struct kernel *k)
{
	struct key_store *ks = mem_zalloc(sizeof(*ks)), *none = NULL;

	if (!ks)
		return NULL;
	ks->kernel = k;
	mutex_init(&ks->mu, LOCK_ANON);
	hash_init(&ks->by_serial);
	hash_init(&ks->users);
	if (atomic_compare_exchange_strong(&k->keys, &none, ks))
		return ks;
	mutex_destroy(&ks->mu);
	mem_free(ks);
	return none;
}

struct key_store *keys_lock(struct kernel *k)
{
	struct key_store *ks = atomic_load(&k->keys);

	if (!ks)
		ks = store_make(k);
	if (ks)
		mutex_lock(&ks->mu);
	return ks;
}

void keys_unlock(struct key_store *ks)
{
	mutex_unlock(&ks->mu);
}

struct key_user *key_user_get(struct key_store *ks, uint32_t uid)
{
	struct key_user *u;

	hash_for_each_possible(&ks->users, u, node, hash_u64(uid))
		if (u->uid == uid)
			return u;
	u = hash_count(&ks->users) < MAX_USERS ? mem_zalloc(sizeof(*u)) : NULL;
	if (u) {
		u->uid = uid;
		hash_add(&ks->users, &u->node, hash_u64(uid));
	}
	return u;
}

/* ---- quota ---- */

static bool has_room(const struct key_user *u, uint32_t keys, size_t bytes)
{
	uint32_t max_keys = u->uid == 0 ? ROOT_MAX_KEYS : USER_MAX_KEYS;
	size_t max_bytes = u->uid == 0 ? ROOT_MAX_BYTES : USER_MAX_BYTES;

	return u->nr_keys + keys <= max_keys && u->nr_bytes + bytes <= max_bytes;
}

/* The key shall count for so many bytes from now on. */
static int recharge(struct key *key, size_t bytes)
{
	if (!key->payer)
		return 0;
	if (bytes > key->charged && !has_room(key->payer, 0, bytes - key->charged))
		return -EDQUOT;
	key->payer->nr_bytes += bytes - key->charged;
	key->charged = bytes;
	return 0;
}

static size_t fixed_bytes(const struct key *key)
{
	return strlen(key->desc) + 1;
}

/* To what an empty key counts. */
static void shrink_charge(struct key *key)
{
	if (key->payer)
		key->payer->nr_bytes -= key->charged - fixed_bytes(key);
	if (key->payer)
		key->charged = fixed_bytes(key);
}

/* ---- birth and death ---- */

static int32_t fresh_serial(struct key_store *ks)
{
	for (;;) {
		struct key *other;
		uint32_t serial;

		if (getrandom(&serial, sizeof(serial), GRND_NONBLOCK) != sizeof(serial))
			serial = (uint32_t)clock_now_ns(CLOCK_MONOTONIC);
		serial &= INT32_MAX;
		if (serial < 3)
			continue;
		hash_for_each_possible(&ks->by_serial, other, by_serial, hash_u64(serial))
			if (other->serial == (int32_t)serial)
				break;
		if (!other)
			return (int32_t)serial;
	}
}

int key_new(struct key_store *ks, const struct key_request *req, struct key **ret)
{
	struct key_user *payer = NULL;
	struct key *key;
	size_t bytes = strlen(req->desc) + 1;

	if (!req->free_of_charge) {
		payer = key_user_get(ks, req->uid);
		if (!payer)
			return -ENOMEM;
		if (!has_room(payer, 1, bytes))
			return -EDQUOT;
	}
	key = mem_zalloc(sizeof(*key));
	if (!key)
		return -ENOMEM;
	key->desc = mem_memdup(req->desc, bytes);
	if (!key->desc) {
		mem_free(key);
		return -ENOMEM;
	}
	key->refs = 1;
	key->type = req->type;
	key->uid = req->uid;
	key->gid = req->gid;
	key->perm = req->perm;
	list_init(&key->dying);
	if (payer) {
		key->payer = payer;
		key->charged = bytes;
		payer->nr_keys++;
		payer->nr_bytes += bytes;
	}
	key->serial = fresh_serial(ks);
	hash_add(&ks->by_serial, &key->by_serial, hash_u64((uint32_t)key->serial));
	*ret = key;
	return 0;
}

struct key *key_get(struct key *key)
{
	key->refs++;
	return key;
}

static void drop(struct key *key, struct list *dying)
{
	if (--key->refs == 0)
		list_add_tail(&key->dying, dying);
}

static void drop_links(struct key *ring, struct list *dying)
{
	for (uint32_t i = 0; i < ring->nr_links; i++)
		drop(ring->links[i], dying);
	ring->nr_links = ring->max_links = 0;
	mem_free(TAKE_PTR(ring->links));
}

static void free_payload(struct key *key)
{
	if (key->payload)
		explicit_bzero(key->payload, key->len);
	mem_free(TAKE_PTR(key->payload));
	key->len = 0;
}

static void reap(struct key_store *ks, struct list *dying)
{
	struct key *key;

	while ((key = list_first_entry_or_null(dying, struct key, dying))) {
		list_del(&key->dying);
		hash_del(&ks->by_serial, &key->by_serial);
		drop_links(key, dying);
		free_payload(key);
		if (key->payer) {
			key->payer->nr_keys--;
			key->payer->nr_bytes -= key->charged;
		}
		mem_free(key->desc);
		mem_free(key);
	}
}

void key_put(struct key_store *ks, struct key *key)
{
	struct list dying = LIST_HEAD_INIT(dying);

	if (!key)
		return;
	drop(key, &dying);
	reap(ks, &dying);
}

/* ---- what keys are ---- */

int key_set_payload(struct key *key, void *bytes, size_t len)
{
	int err = recharge(key, fixed_bytes(key) + len);

	if (err < 0)
		return err;
	free_payload(key);
	key->payload = bytes;
	key->len = len;
	key->error = 0;
	key->expires_ns = 0;
	return 0;
}

int key_chown(struct key_store *ks, struct key *key, uint32_t uid)
{
	struct key_user *payer;

	if (key->payer) {
		payer = key_user_get(ks, uid);
		if (!payer)
			return -ENOMEM;
		if (payer != key->payer && !has_room(payer, 1, key->charged))
			return -EDQUOT;
		key->payer->nr_keys--;
		key->payer->nr_bytes -= key->charged;
		payer->nr_keys++;
		payer->nr_bytes += key->charged;
		key->payer = payer;
	}
	key->uid = uid;
	return 0;
}

int key_validate(const struct key *key)
{
	if (key->invalidated)
		return -ENOKEY;
	if (key->revoked)
		return -EKEYREVOKED;
	if (key->expires_ns && clock_now_ns(CLOCK_MONOTONIC) >= key->expires_ns)
		return -EKEYEXPIRED;
	return 0;
}

void key_revoke(struct key_store *ks, struct key *key)
{
	key->revoked = true;
	if (key->type == KEY_KEYRING)
		keyring_clear(ks, key);
	free_payload(key);
	shrink_charge(key);
}

void key_invalidate(struct key_store *ks, struct key *key)
{
	struct key *ring;

	key->invalidated = true;
	key_get(key);
	hash_for_each(&ks->by_serial, ring, by_serial) {
		for (uint32_t i = 0; i < ring->nr_links; i++) {
			if (ring->links[i] != key)
				continue;
			memmove(&ring->links[i], &ring->links[i + 1],
				(--ring->nr_links - i) * sizeof(struct key *));
			key->refs--; /* one is held above */
			break;
		}
	}
	key_put(ks, key);
}

/* ---- links ---- */

static int find_link(const struct key *ring, const struct key *key)
{
	for (uint32_t i = 0; i < ring->nr_links; i++)
		if (ring->links[i] == key)
			return (int)i;
	return -1;
}

struct key *keyring_find(const struct key *ring, enum key_type type, const char *desc)
{
	for (uint32_t i = 0; i < ring->nr_links; i++)
		if (ring->links[i]->type == type && strcmp(ring->links[i]->desc, desc) == 0)
			return ring->links[i];
	return NULL;
}

/* Does from lead to target? */
static int look_for_circle(const struct key *from, const struct key *target, int depth,
			   unsigned int *visits)
{
	if (from == target)
		return -EDEADLK;
	if (from->type != KEY_KEYRING)
		return 0;
	if (depth == CIRCLE_DEPTH)
		return -ELOOP;
	for (uint32_t i = 0; i < from->nr_links; i++) {
		int err;

		if (++*visits > CIRCLE_VISITS)
			return -ELOOP;
		err = look_for_circle(from->links[i], target, depth + 1, visits);
		if (err < 0)
			return err;
	}
	return 0;
}

static int grow_links(struct key *ring)
{
	uint32_t max = ring->max_links ? ring->max_links * 2 : 4;
	struct key **more;

	if (ring->nr_links < ring->max_links)
		return 0;
	if (max > MAX_LINKS)
		return -ENFILE;
	more = mem_realloc(ring->links, max * sizeof(*more));
	if (!more)
		return -ENOMEM;
	ring->links = more;
	ring->max_links = max;
	return 0;
}

int keyring_link(struct key_store *ks, struct key *ring, struct key *key)
{
	unsigned int visits = 0;
	struct key *old;
	int err;

	if (ring->type != KEY_KEYRING)
		return -ENOTDIR;
	if (ring->revoked || ring->invalidated)
		return -EKEYREVOKED;
	if (key->type == KEY_KEYRING) {
		err = look_for_circle(key, ring, 0, &visits);
		if (err < 0)
			return err;
	}
	old = keyring_find(ring, key->type, key->desc);
	if (old == key)
		return 0;
	if (old) {
		ring->links[find_link(ring, old)] = key_get(key);
		key_put(ks, old);
		return 0;
	}
	err = recharge(ring, fixed_bytes(ring) + (ring->nr_links + 1) * LINK_BYTES);
	if (err == 0)
		err = grow_links(ring);
	if (err < 0)
		return err;
	ring->links[ring->nr_links++] = key_get(key);
	return 0;
}

int keyring_unlink(struct key_store *ks, struct key *ring, struct key *key)
{
	int at;

	if (ring->type != KEY_KEYRING)
		return -ENOTDIR;
	at = find_link(ring, key);
	if (at < 0)
		return -ENOENT;
	memmove(&ring->links[at], &ring->links[at + 1],
		(--ring->nr_links - (uint32_t)at) * sizeof(struct key *));
	key_put(ks, key);
	return recharge(ring, fixed_bytes(ring) + ring->nr_links * LINK_BYTES);
}

void keyring_clear(struct key_store *ks, struct key *ring)
{
	struct list dying = LIST_HEAD_INIT(dying);

	key_get(ring); /* a link of a link may hold it */
	drop_links(ring, &dying);
	shrink_charge(ring);
	drop(ring, &dying);
	reap(ks, &dying);
}
