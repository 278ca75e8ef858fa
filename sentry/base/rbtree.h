/*
 * sentry/base/rbtree.h - intrusive red-black tree
 *
 * Model: objects embed a struct rb_node; the order is given by a compare callback with each insert
 * (always the same one for a tree). Zero a node (or rb_node_init) before rb_linked is asked about it.
 *
 * Interface:
 *   rb_insert         adds unless an equal node is there; returns that node, or NULL when added
 *   rb_insert_dup     adds always, after the equal ones (timers with equal deadlines)
 *   rb_erase          unlinks; the other nodes stay valid, so take rb_next before erasing in a loop
 *   rb_find           a node equal to a key, or NULL
 *   rb_lower_bound    the first node that is not less than a key, or NULL
 *   rb_first/last/next/prev
 * The callbacks return < 0, 0, > 0 as their first argument is less, equal, greater.
 *
 * Locking: the caller's.
 */
#ifndef SENTRY_BASE_RBTREE_H
#define SENTRY_BASE_RBTREE_H

#include "sentry/base/base.h"

struct rb_node {
	struct rb_node *parent;	  /* NULL at the root and when in no tree */
	struct rb_node *child[2]; /* smaller, greater */
	bool red;
	bool linked;
};

struct rb_tree {
	struct rb_node *root;
};

typedef int rb_cmp_fn(const struct rb_node *a, const struct rb_node *b);
typedef int rb_key_cmp_fn(const void *key, const struct rb_node *node);

#define rb_entry(node, type, member) container_of(node, type, member)
#define rb_entry_or_null(nodep, type, member)                                                      \
	__extension__({                                                                            \
		struct rb_node *rn_ = (nodep);                                                     \
		rn_ ? container_of(rn_, type, member) : NULL;                                      \
	})

static inline void rb_init(struct rb_tree *t)
{
	t->root = NULL;
}

static inline bool rb_empty(const struct rb_tree *t)
{
	return t->root == NULL;
}

static inline void rb_node_init(struct rb_node *node)
{
	node->linked = false;
}

static inline bool rb_linked(const struct rb_node *node)
{
	return node->linked;
}

struct rb_node *rb_insert(struct rb_tree *t, struct rb_node *node, rb_cmp_fn *cmp);
void rb_insert_dup(struct rb_tree *t, struct rb_node *node, rb_cmp_fn *cmp);
void rb_erase(struct rb_tree *t, struct rb_node *node);

struct rb_node *rb_find(const struct rb_tree *t, const void *key, rb_key_cmp_fn *cmp);
struct rb_node *rb_lower_bound(const struct rb_tree *t, const void *key, rb_key_cmp_fn *cmp);

struct rb_node *rb_first(const struct rb_tree *t);
struct rb_node *rb_last(const struct rb_tree *t);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

#define rb_for_each_entry(pos, tree, member)                                                       \
	for ((pos) = rb_entry_or_null(rb_first(tree), __typeof__(*(pos)), member); (pos);          \
	     (pos) = rb_entry_or_null(rb_next(&(pos)->member), __typeof__(*(pos)), member))

#endif
