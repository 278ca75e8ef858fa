/*
 * tests/unit/test_rbtree.c - sentry/base/rbtree.h, against its invariants and a plain array
 */
#include "sentry/base/rbtree.h"
#include "tests/unit/unit.h"

#define N 400

struct item {
	int key;
	int order;
	struct rb_node node;
};

static int item_cmp(const struct rb_node *a, const struct rb_node *b)
{
	int ka = container_of(a, struct item, node)->key;
	int kb = container_of(b, struct item, node)->key;

	return (ka > kb) - (ka < kb);
}

static int key_cmp(const void *key, const struct rb_node *node)
{
	int ka = *(const int *)key, kb = container_of(node, struct item, node)->key;

	return (ka > kb) - (ka < kb);
}

/* Returns the black height below and including @node. */
static int check_node(const struct rb_node *node)
{
	int heights[2];

	if (!node)
		return 1;
	for (int side = 0; side < 2; side++) {
		const struct rb_node *child = node->child[side];

		if (child) {
			assert_ptr_equal(child->parent, node);
			assert_false(node->red && child->red);
			assert_true(side ? item_cmp(child, node) >= 0 : item_cmp(child, node) <= 0);
		}
		heights[side] = check_node(child);
	}
	assert_int_equal(heights[0], heights[1]);
	return heights[0] + !node->red;
}

static void check_tree(const struct rb_tree *t, size_t count)
{
	struct rb_node *node, *last = NULL;
	size_t seen = 0;

	if (t->root)
		assert_false(t->root->red);
	check_node(t->root);
	for (node = rb_first(t); node; node = rb_next(node)) {
		assert_ptr_equal(rb_prev(node), last);
		last = node;
		seen++;
	}
	assert_ptr_equal(rb_last(t), last);
	assert_int_equal(seen, count);
}

static unsigned int next_random(unsigned int *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return *seed >> 16;
}

static void random_inserts_and_erases_keep_invariants(void **state)
{
	static struct item items[N];
	struct rb_tree t;
	unsigned int seed = 1;
	size_t count = 0;

	rb_init(&t);
	for (int i = 0; i < N; i++)
		items[i].key = i;
	for (int step = 0; step < 20000; step++) {
		struct item *it = &items[next_random(&seed) % N];

		if (rb_linked(&it->node)) {
			rb_erase(&t, &it->node);
			count--;
		} else {
			assert_null(rb_insert(&t, &it->node, item_cmp));
			count++;
		}
		if (step % 50 == 0)
			check_tree(&t, count);
	}
	for (int i = 0; i < N; i++) {
		struct rb_node *found = rb_find(&t, &i, key_cmp);

		assert_ptr_equal(found, rb_linked(&items[i].node) ? &items[i].node : NULL);
		if (found)
			rb_erase(&t, found);
	}
	assert_true(rb_empty(&t));
}

static void insert_returns_the_equal_node(void **state)
{
	struct item a = {.key = 1}, b = {.key = 1};
	struct rb_tree t;

	rb_init(&t);
	assert_null(rb_insert(&t, &a.node, item_cmp));
	assert_ptr_equal(rb_insert(&t, &b.node, item_cmp), &a.node);
	assert_false(rb_linked(&b.node));
}

static void duplicates_stay_in_order_of_insertion(void **state)
{
	struct item items[60], *it;
	struct rb_tree t;
	int last_key = -1, last_order = -1;

	rb_init(&t);
	for (int i = 0; i < 60; i++) {
		items[i].key = i % 3;
		items[i].order = i;
		rb_insert_dup(&t, &items[i].node, item_cmp);
	}
	check_tree(&t, 60);
	rb_for_each_entry(it, &t, node) {
		if (it->key != last_key)
			last_order = -1;
		assert_true(it->key >= last_key && it->order > last_order);
		last_key = it->key;
		last_order = it->order;
	}
}

static void lower_bound_is_the_first_not_less(void **state)
{
	struct item items[10];
	struct rb_tree t;

	rb_init(&t);
	for (int i = 0; i < 10; i++) {
		items[i].key = i * 10;
		assert_null(rb_insert(&t, &items[i].node, item_cmp));
	}
	for (int key = -5; key <= 95; key++) {
		struct rb_node *node = rb_lower_bound(&t, &key, key_cmp);
		int want = key <= 0 ? 0 : (key + 9) / 10;

		assert_ptr_equal(node, want < 10 ? &items[want].node : NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_inserts_and_erases_keep_invariants),
		cmocka_unit_test(insert_returns_the_equal_node),
		cmocka_unit_test(duplicates_stay_in_order_of_insertion),
		cmocka_unit_test(lower_bound_is_the_first_not_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
