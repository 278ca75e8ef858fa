/*
 * tests/unit/test_mem.c - sentry/base/mem.h
 */
#include "sentry/base/mem.h"
#include "tests/unit/unit.h"

#include <string.h>

static void products_that_overflow_are_refused(void **state)
{
	volatile size_t half = SIZE_MAX / 2;

	assert_null(mem_calloc(half, 3));
	assert_null(mem_calloc(3, half));
}

static void zeroed_memory_is_zero_and_empty_is_not_null(void **state)
{
	unsigned char *p = mem_zalloc(100);
	void *a = mem_alloc(0), *b = mem_calloc(0, 8), *c = mem_memdup("", 0);

	for (int i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	assert_non_null(a);
	assert_non_null(b);
	assert_non_null(c);
	mem_free(p);
	mem_free(a);
	mem_free(b);
	mem_free(c);
	mem_free(NULL);
}

static void strings_are_copied(void **state)
{
	const char unterminated[3] = {'a', 'b', 'c'};
	char *a = mem_strdup("text"), *b = mem_strndup("text", 2), *c = mem_strndup("text", 9);
	char *d = mem_strndup(unterminated, 3);

	assert_string_equal(a, "text");
	assert_string_equal(b, "te");
	assert_string_equal(c, "text");
	assert_string_equal(d, "abc");
	mem_free(a);
	mem_free(b);
	mem_free(c);
	mem_free(d);
}

static void realloc_keeps_content(void **state)
{
	char *p = mem_strdup("text"), *q = mem_realloc(p, 1000);

	assert_string_equal(q, "text");
	mem_fail_after(0);
	assert_null(mem_realloc(q, 2000));
	assert_true(mem_fail_stop());
	assert_string_equal(q, "text");
	mem_free(q);
}

static void injection_strikes_once_at_the_stated_call(void **state)
{
	void *a, *b, *c;

	mem_fail_after(1);
	a = mem_alloc(1);
	b = mem_zalloc(1);
	c = mem_alloc(1);
	assert_non_null(a);
	assert_null(b);
	assert_non_null(c);
	assert_true(mem_fail_stop());
	assert_false(mem_fail_stop());
	mem_free(a);
	mem_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(products_that_overflow_are_refused),
		cmocka_unit_test(zeroed_memory_is_zero_and_empty_is_not_null),
		cmocka_unit_test(strings_are_copied),
		cmocka_unit_test(realloc_keeps_content),
		cmocka_unit_test(injection_strikes_once_at_the_stated_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
