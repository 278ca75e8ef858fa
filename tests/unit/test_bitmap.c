/*
 * tests/unit/test_bitmap.c - sentry/base/bitmap.h
 */
#include "sentry/base/bitmap.h"
#include "tests/unit/unit.h"

static void bits_are_set_and_cleared_singly(void **state)
{
	uint64_t map[BITMAP_WORDS(130)];

	assert_int_equal(ARRAY_SIZE(map), 3);
	bitmap_zero(map, 130);
	bitmap_set(map, 0);
	bitmap_set(map, 63);
	bitmap_assign(map, 64, true);
	bitmap_set(map, 129);
	assert_int_equal(bitmap_weight(map, 130), 4);
	assert_int_equal(bitmap_weight(map, 129), 3);
	assert_true(bitmap_test(map, 129));
	bitmap_assign(map, 63, false);
	bitmap_clear(map, 0);
	assert_false(bitmap_test(map, 63));
	assert_int_equal(map[0], 0);
	assert_int_equal(map[1], 1);
}

static void searches_respect_start_and_end(void **state)
{
	uint64_t map[2] = {~UINT64_C(0), 0x7};

	assert_int_equal(bitmap_find_zero(map, 128, 0), 67);
	assert_int_equal(bitmap_find_zero(map, 67, 0), 67);
	assert_int_equal(bitmap_find_zero(map, 64, 10), 64);
	assert_int_equal(bitmap_find_zero(map, 128, 100), 100);
	assert_int_equal(bitmap_find_zero(map, 128, 128), 128);
	assert_int_equal(bitmap_find_set(map, 128, 65), 65);
	assert_int_equal(bitmap_find_set(map, 128, 67), 128);
	assert_int_equal(bitmap_find_set(map, 66, 66), 66);
	map[0] = 0;
	assert_int_equal(bitmap_find_set(map, 128, 0), 64);
	assert_int_equal(bitmap_find_set(map, 10, 0), 10);
	assert_int_equal(bitmap_find_zero(map, 0, 0), 0);
}

static void loop_visits_set_bits_in_order(void **state)
{
	const size_t want[] = {0, 5, 63, 64, 99};
	uint64_t map[2] = {0, 0};
	size_t bit, seen = 0;

	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		bitmap_set(map, want[i]);
	bitmap_for_each_set(bit, map, 100)
		assert_int_equal(bit, want[seen++]);
	assert_int_equal(seen, ARRAY_SIZE(want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bits_are_set_and_cleared_singly),
		cmocka_unit_test(searches_respect_start_and_end),
		cmocka_unit_test(loop_visits_set_bits_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
