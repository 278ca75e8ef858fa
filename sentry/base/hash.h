/*
 * sentry/base/hash.h - intrusive chained hash table that grows
 *
 * Model: objects embed a struct hash_node; the table keeps each node's full 64-bit hash, so growing
 * needs no callback. A table starts with a few buckets inside itself and doubles when it holds more
 * nodes than buckets. Growing allocates; where that fails the table goes on with longer chains, so
 * hash_add cannot fail and may stand in the commit part of an operation.
 *
 * Interface: hash_init, then hash_add/hash_del; look up with hash_for_each_possible, which visits
 * the nodes of equal hash, newest first, and compare keys in its body. hash_free drops the buckets
 * of an empty table. A struct hash must not be moved or copied. Zero a node (or hash_node_init)
 * before hash_linked is asked about it.
 *
 *	hash_for_each_possible(&cache->names, d, node, hash_bytes(name, len))
 *		if (name_matches(d, name, len))
 *			return d;
 *
 * hash_bytes and hash_u64 are keyed with a random number drawn at program start, so a guest cannot
 * prepare names that collide. Their values therefore differ from run to run and must not leave the
 * process; hash_set_key makes them repeatable for fuzzers.
 *
 * Locking: the caller's.
 */
#ifndef SENTRY_BASE_HASH_H
#define SENTRY_BASE_HASH_H

#include "sentry/base/base.h"

#define HASH_INLINE_BUCKETS 4

struct hash_node {
	struct hash_node *next;
	struct hash_node **pprev; /* what points to this node; NULL when in no table */
	uint64_t hash;
};

struct hash {
	struct hash_node **buckets; /* inline_buckets or allocated */
	size_t mask;		    /* number of buckets - 1 */
	size_t count;		    /* nodes */
	struct hash_node *inline_buckets[HASH_INLINE_BUCKETS];
};

void hash_init(struct hash *h);
void hash_free(struct hash *h);
void hash_add(struct hash *h, struct hash_node *node, uint64_t hash);
void hash_del(struct hash *h, struct hash_node *node);

uint64_t hash_bytes(const void *p, size_t len);
uint64_t hash_u64(uint64_t x);
void hash_set_key(uint64_t key);

static inline void hash_node_init(struct hash_node *node)
{
	node->pprev = NULL;
}

static inline bool hash_linked(const struct hash_node *node)
{
	return node->pprev != NULL;
}

static inline bool hash_empty(const struct hash *h)
{
	return h->count == 0;
}

static inline size_t hash_count(const struct hash *h)
{
	return h->count;
}

/* The first node of @hash from @node on; the loops below are made of it. */
static inline struct hash_node *hash_skip_(struct hash_node *node, uint64_t hash)
{
	while (node && node->hash != hash)
		node = node->next;
	return node;
}

static inline struct hash_node *hash_first_(const struct hash *h, uint64_t hash)
{
	return hash_skip_(h->buckets[hash & h->mask], hash);
}

/* Node of the whole table after @node (NULL: the first one), in no useful order. */
struct hash_node *hash_next(const struct hash *h, const struct hash_node *node);

#define hash_entry_or_null_(nodep, type, member)                                                   \
	__extension__({                                                                            \
		struct hash_node *hn_ = (nodep);                                                   \
		hn_ ? container_of(hn_, type, member) : NULL;                                      \
	})

/* The current entry must not be removed in the body (leave the loop then). */
#define hash_for_each_possible(h, pos, member, hashval)                                            \
	for ((pos) = hash_entry_or_null_(hash_first_(h, hashval), __typeof__(*(pos)), member);     \
	     (pos);                                                                                \
	     (pos) = hash_entry_or_null_(hash_skip_((pos)->member.next, (pos)->member.hash),       \
					 __typeof__(*(pos)), member))

#define hash_for_each(h, pos, member)                                                              \
	for ((pos) = hash_entry_or_null_(hash_next(h, NULL), __typeof__(*(pos)), member); (pos);   \
	     (pos) = hash_entry_or_null_(hash_next(h, &(pos)->member), __typeof__(*(pos)),         \
					 member))

/* The current entry may be removed and freed in the body; nothing may be added. */
#define hash_for_each_safe(h, pos, tmp, member)                                                    \
	for ((pos) = hash_entry_or_null_(hash_next(h, NULL), __typeof__(*(pos)), member);          \
	     (pos) && ((tmp) = hash_entry_or_null_(hash_next(h, &(pos)->member),                   \
						   __typeof__(*(pos)), member),                    \
		      true);                                                                       \
	     (pos) = (tmp))

#endif
