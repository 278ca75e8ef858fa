/*
 * sentry/base/hash.c - growth of the hash table, and the keyed hash functions
 *
 * The functions multiply 64 by 64 bits and fold the two halves of the product, eight bytes of input
 * at a time, with the key mixed into each step.
 */
#include "sentry/base/hash.h"

#include "sentry/base/mem.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

/* Written once before main; constant afterwards. */
static uint64_t hash_key = 0x9e3779b97f4a7c15;

void hash_set_key(uint64_t key)
{
	hash_key = key;
}

__attribute__((constructor)) static void hash_draw_key(void)
{
	uint64_t key;
	struct timespec now;

	if (getrandom(&key, sizeof(key), GRND_NONBLOCK) == (ssize_t)sizeof(key)) {
		hash_key = key;
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	hash_key ^= (uint64_t)now.tv_nsec * 0x100000001b3 ^ (uintptr_t)&key;
}

static uint64_t fold_multiply(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t load_upto8(const unsigned char *p, size_t len)
{
	uint64_t v = 0;

	memcpy(&v, p, len);
	return v;
}

uint64_t hash_u64(uint64_t x)
{
	return fold_multiply(fold_multiply(x ^ hash_key, 0xa0761d6478bd642f), 0xe7037ed1a0b428db);
}

uint64_t hash_bytes(const void *p, size_t len)
{
	const unsigned char *s = p;
	uint64_t h = hash_key ^ (len * 0x8ebc6af09c88c6e3);
	size_t n;

	for (n = len; n >= 8; n -= 8, s += 8)
		h = fold_multiply(load_upto8(s, 8) ^ h, hash_key | 1) + h;
	if (n)
		h = fold_multiply(load_upto8(s, n) ^ h, hash_key | 1) + h;
	return fold_multiply(h ^ 0x589965cc75374cc3, 0xa0761d6478bd642f);
}

void hash_init(struct hash *h)
{
	memset(h, 0, sizeof(*h));
	h->buckets = h->inline_buckets;
	h->mask = HASH_INLINE_BUCKETS - 1;
}

void hash_free(struct hash *h)
{
	ASSERT(h->count == 0);
	if (h->buckets != h->inline_buckets)
		mem_free(h->buckets);
	hash_init(h);
}

static void bucket_push(struct hash_node **bucket, struct hash_node *node)
{
	node->next = *bucket;
	node->pprev = bucket;
	if (node->next)
		node->next->pprev = &node->next;
	*bucket = node;
}

/* Doubles the buckets; keeps the old ones where memory is short. */
static void hash_grow(struct hash *h)
{
	size_t old = h->mask + 1;
	struct hash_node **buckets = mem_calloc(old * 2, sizeof(struct hash_node *));

	if (!buckets)
		return;
	for (size_t i = 0; i < old; i++) {
		struct hash_node *node, *next, *reversed = NULL;

		/* Reversed first, so that pushing keeps equal hashes in order: newest first. */
		for (node = h->buckets[i]; node; node = next) {
			next = node->next;
			node->next = reversed;
			reversed = node;
		}
		for (node = reversed; node; node = next) {
			next = node->next;
			bucket_push(&buckets[node->hash & (old * 2 - 1)], node);
		}
	}
	if (h->buckets != h->inline_buckets)
		mem_free(h->buckets);
	h->buckets = buckets;
	h->mask = old * 2 - 1;
}

void hash_add(struct hash *h, struct hash_node *node, uint64_t hash)
{
	if (h->count > h->mask)
		hash_grow(h);
	node->hash = hash;
	bucket_push(&h->buckets[hash & h->mask], node);
	h->count++;
}

void hash_del(struct hash *h, struct hash_node *node)
{
	ASSERT(node->pprev && h->count > 0);
	*node->pprev = node->next;
	if (node->next)
		node->next->pprev = node->pprev;
	node->next = NULL;
	node->pprev = NULL;
	h->count--;
}

struct hash_node *hash_next(const struct hash *h, const struct hash_node *node)
{
	size_t i = 0;

	if (node) {
		if (node->next)
			return node->next;
		i = (node->hash & h->mask) + 1;
	}
	for (; i <= h->mask; i++)
		if (h->buckets[i])
			return h->buckets[i];
	return NULL;
}
