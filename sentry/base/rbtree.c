/*
 * sentry/base/rbtree.c - red-black tree: insertion, removal and their rebalancing
 *
 * Model: the root is black, a red node has black children, and every way from a node down to a NULL
 * passes the same number of black nodes. Insertion adds a red leaf and repairs "red child of red
 * parent" upwards; removal of a black node repairs "one black missing below here" upwards. Left and
 * right are child[0] and child[1], so each case is written once for both sides.
 */
#include "sentry/base/rbtree.h"

static bool is_red(const struct rb_node *node)
{
	return node && node->red;
}

static int side_of(const struct rb_node *node)
{
	return node->parent->child[1] == node;
}

/* Puts @new (may be NULL) where @old hangs. */
static void replace_child(struct rb_tree *t, struct rb_node *old, struct rb_node *new)
{
	if (!old->parent)
		t->root = new;
	else
		old->parent->child[side_of(old)] = new;
	if (new)
		new->parent = old->parent;
}

/* Turns @node down to @side; its child of the other side takes its place. */
static void rotate(struct rb_tree *t, struct rb_node *node, int side)
{
	struct rb_node *up = node->child[!side];

	node->child[!side] = up->child[side];
	if (up->child[side])
		up->child[side]->parent = node;
	replace_child(t, node, up);
	up->child[side] = node;
	node->parent = up;
}

static void insert_repair(struct rb_tree *t, struct rb_node *node)
{
	while (is_red(node->parent)) {
		struct rb_node *parent = node->parent, *grand = parent->parent;
		int side = side_of(parent);
		struct rb_node *uncle = grand->child[!side];

		if (is_red(uncle)) {
			parent->red = false;
			uncle->red = false;
			grand->red = true;
			node = grand;
			continue;
		}
		if (side_of(node) != side) {
			rotate(t, parent, side);
			parent = node;
		}
		parent->red = false;
		grand->red = true;
		rotate(t, grand, !side);
		break;
	}
	t->root->red = false;
}

static struct rb_node *insert(struct rb_tree *t, struct rb_node *node, rb_cmp_fn *cmp, bool dup)
{
	struct rb_node **link = &t->root, *parent = NULL;

	while (*link) {
		int order = cmp(node, *link);

		if (order == 0 && !dup)
			return *link;
		parent = *link;
		link = &parent->child[order >= 0];
	}
	node->parent = parent;
	node->child[0] = NULL;
	node->child[1] = NULL;
	node->red = true;
	node->linked = true;
	*link = node;
	insert_repair(t, node);
	return NULL;
}

struct rb_node *rb_insert(struct rb_tree *t, struct rb_node *node, rb_cmp_fn *cmp)
{
	return insert(t, node, cmp, false);
}

void rb_insert_dup(struct rb_tree *t, struct rb_node *node, rb_cmp_fn *cmp)
{
	insert(t, node, cmp, true);
}

/* Below @parent, on the side of @node (may be NULL), one black node is missing. */
static void erase_repair(struct rb_tree *t, struct rb_node *parent, struct rb_node *node)
{
	while (parent && !is_red(node)) {
		int side = parent->child[1] == node;
		struct rb_node *sibling = parent->child[!side];

		if (is_red(sibling)) {
			sibling->red = false;
			parent->red = true;
			rotate(t, parent, side);
			sibling = parent->child[!side];
		}
		if (!is_red(sibling->child[0]) && !is_red(sibling->child[1])) {
			sibling->red = true;
			node = parent;
			parent = node->parent;
			continue;
		}
		if (!is_red(sibling->child[!side])) {
			sibling->child[side]->red = false;
			sibling->red = true;
			rotate(t, sibling, !side);
			sibling = parent->child[!side];
		}
		sibling->red = parent->red;
		parent->red = false;
		sibling->child[!side]->red = false;
		rotate(t, parent, side);
		return;
	}
	if (node)
		node->red = false;
}

/* Swaps @node, which has two children, with its successor, which has no smaller child. */
static void swap_with_next(struct rb_tree *t, struct rb_node *node)
{
	struct rb_node *next = rb_next(node), *child = next->child[1];
	struct rb_node *next_parent = next->parent;
	bool red = next->red;

	next->red = node->red;
	node->red = red;
	replace_child(t, node, next);
	next->child[0] = node->child[0];
	next->child[0]->parent = next;
	if (next_parent == node) {
		next->child[1] = node;
		node->parent = next;
	} else {
		next->child[1] = node->child[1];
		next->child[1]->parent = next;
		next_parent->child[0] = node;
		node->parent = next_parent;
	}
	node->child[0] = NULL;
	node->child[1] = child;
	if (child)
		child->parent = node;
}

void rb_erase(struct rb_tree *t, struct rb_node *node)
{
	struct rb_node *child, *parent;

	ASSERT(node->linked);
	if (node->child[0] && node->child[1])
		swap_with_next(t, node);
	child = node->child[0] ? node->child[0] : node->child[1];
	parent = node->parent;
	replace_child(t, node, child);
	if (!node->red)
		erase_repair(t, parent, child);
	node->parent = NULL;
	node->linked = false;
}

struct rb_node *rb_lower_bound(const struct rb_tree *t, const void *key, rb_key_cmp_fn *cmp)
{
	struct rb_node *node = t->root, *best = NULL;

	while (node) {
		if (cmp(key, node) <= 0) {
			best = node;
			node = node->child[0];
		} else {
			node = node->child[1];
		}
	}
	return best;
}

struct rb_node *rb_find(const struct rb_tree *t, const void *key, rb_key_cmp_fn *cmp)
{
	struct rb_node *node = rb_lower_bound(t, key, cmp);

	return node && cmp(key, node) == 0 ? node : NULL;
}

static struct rb_node *outermost(struct rb_node *node, int side)
{
	while (node && node->child[side])
		node = node->child[side];
	return node;
}

static struct rb_node *neighbour(const struct rb_node *node, int side)
{
	if (node->child[side])
		return outermost(node->child[side], !side);
	while (node->parent && side_of(node) == side)
		node = node->parent;
	return node->parent;
}

struct rb_node *rb_first(const struct rb_tree *t)
{
	return outermost(t->root, 0);
}

struct rb_node *rb_last(const struct rb_tree *t)
{
	return outermost(t->root, 1);
}

struct rb_node *rb_next(const struct rb_node *node)
{
	return neighbour(node, 1);
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	return neighbour(node, 0);
}
