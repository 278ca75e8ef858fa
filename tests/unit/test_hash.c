/*
 * tests/unit/test_hash.c - sentry/base/hash.h
 */
#include "sentry/base/hash.h"
#include "sentry/base/mem.h"
#include "tests/unit/unit.h"

#include <string.h>

struct item {
	uint64_t key;
	struct hash_node node;
};

static struct item *find(struct hash *h, uint64_t key)
{
	struct item *it;

	hash_for_each_possible(h, it, node, hash_u64(key))
		if (it->key == key)
			return it;
	return NULL;
}

static void fill_and_check(struct item *items, size_t n)
{
	struct hash h;
	struct item *it, *tmp;
	size_t seen = 0;

	hash_init(&h);
	for (size_t i = 0; i < n; i++) {
		items[i].key = i;
		hash_add(&h, &items[i].node, hash_u64(i));
	}
	assert_int_equal(hash_count(&h), n);
	for (size_t i = 0; i < n; i++)
		assert_ptr_equal(find(&h, i), &items[i]);
	assert_null(find(&h, n));
	hash_for_each(&h, it, node)
		seen++;
	assert_int_equal(seen, n);
	hash_for_each_safe(&h, it, tmp, node)
		if (it->key % 2)
			hash_del(&h, &it->node);
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(find(&h, i), i % 2 ? NULL : &items[i]);
		assert_int_equal(hash_linked(&items[i].node), i % 2 == 0);
	}
	hash_for_each_safe(&h, it, tmp, node)
		hash_del(&h, &it->node);
	assert_true(hash_empty(&h));
	hash_free(&h);
}

static struct item many[5000];

static void finds_all_while_growing(void **state)
{
	fill_and_check(many, ARRAY_SIZE(many));
}

static void works_without_memory_to_grow(void **state)
{
	bool struck;

	for (long n = 0;; n++) {
		mem_fail_after(n);
		fill_and_check(many, 200);
		struck = mem_fail_stop();
		if (!struck)
			break;
	}
}

static void equal_hashes_come_newest_first_after_growth(void **state)
{
	struct item same[3], *it;
	struct hash h;
	size_t i = 3;

	hash_init(&h);
	for (size_t k = 0; k < 3; k++)
		hash_add(&h, &same[k].node, 42);
	for (size_t k = 0; k < 1000; k++)
		hash_add(&h, &many[k].node, hash_u64(k));
	hash_for_each_possible(&h, it, node, 42)
		assert_ptr_equal(it, &same[--i]);
	assert_int_equal(i, 0);
	for (size_t k = 0; k < 3; k++)
		hash_del(&h, &same[k].node);
	for (size_t k = 0; k < 1000; k++)
		hash_del(&h, &many[k].node);
	hash_free(&h);
}

static void bytes_hash_differs_by_length_and_content(void **state)
{
	const char zeros[20] = {0};

	for (size_t a = 0; a < 20; a++)
		for (size_t b = 0; b < a; b++)
			assert_true(hash_bytes(zeros, a) != hash_bytes(zeros, b));
	assert_true(hash_bytes("abcdefgh1", 9) != hash_bytes("abcdefgh2", 9));
	assert_true(hash_bytes("1abcdefgh", 9) != hash_bytes("2abcdefgh", 9));
	assert_true(hash_bytes("same", 4) == hash_bytes("same too", 4));
}

static void low_bits_of_hashes_spread(void **state)
{
	unsigned int buckets[256] = {0}, worst = 0;

	for (uint64_t i = 0; i < 25600; i++)
		buckets[hash_u64(i << 12) % 256]++;
	for (size_t i = 0; i < 256; i++)
		worst = MAX(worst, buckets[i]);
	assert_true(worst < 200);
}

static void key_changes_hashes(void **state)
{
	uint64_t before;

	hash_set_key(1);
	before = hash_bytes("name", 4);
	hash_set_key(2);
	assert_true(hash_bytes("name", 4) != before);
	hash_set_key(1);
	assert_true(hash_bytes("name", 4) == before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_all_while_growing),
		cmocka_unit_test(works_without_memory_to_grow),
		cmocka_unit_test(equal_hashes_come_newest_first_after_growth),
		cmocka_unit_test(bytes_hash_differs_by_length_and_content),
		cmocka_unit_test(low_bits_of_hashes_spread),
		cmocka_unit_test(key_changes_hashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
