/*
 * tests/unit/test_strbuf.c - sentry/base/strbuf.h
 */
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "tests/unit/unit.h"

#include <string.h>

static void appends_of_all_kinds_concatenate(void **state)
{
	_cleanup_strbuf_ struct strbuf b;

	strbuf_init(&b, 1 << 20);
	assert_string_equal(strbuf_str(&b), "");
	strbuf_printf(&b, "%d-%s", 12, "x");
	strbuf_putc(&b, '/');
	strbuf_puts(&b, "puts");
	strbuf_append(&b, "a\0b", 3);
	assert_int_equal(b.len, 12);
	assert_memory_equal(b.data, "12-x/putsa\0b", 13);
	assert_false(b.oom);
	strbuf_reset(&b);
	assert_string_equal(strbuf_str(&b), "");
}

static void long_printf_grows(void **state)
{
	_cleanup_strbuf_ struct strbuf b;

	strbuf_init(&b, 100000);
	for (int i = 0; i < 1000; i++)
		strbuf_printf(&b, "%050d", i);
	assert_int_equal(b.len, 50000);
	assert_int_equal(strlen(b.data), 50000);
	assert_memory_equal(b.data + 49996, "0999", 4);
}

static void limit_is_exact_and_sticky(void **state)
{
	_cleanup_strbuf_ struct strbuf b;

	strbuf_init(&b, 10);
	strbuf_puts(&b, "1234567890");
	assert_false(b.oom);
	strbuf_append(&b, "", 0);
	assert_false(b.oom);
	strbuf_printf(&b, "%d", 1);
	assert_true(b.oom);
	assert_string_equal(b.data, "1234567890");
	strbuf_reset(&b);
	strbuf_printf(&b, "%s", "12345678901");
	assert_true(b.oom);
	strbuf_puts(&b, "x");
	assert_string_equal(b.data, "");
	assert_null(strbuf_take(&b));
}

static void take_hands_over(void **state)
{
	struct strbuf b;
	char *s;

	strbuf_init(&b, 10);
	s = strbuf_take(&b);
	assert_string_equal(s, "");
	mem_free(s);
	strbuf_puts(&b, "text");
	s = strbuf_take(&b);
	assert_string_equal(s, "text");
	assert_int_equal(b.len, 0);
	assert_null(b.data);
	mem_free(s);
}

static void memory_shortage_sets_oom(void **state)
{
	for (long n = 0;; n++) {
		_cleanup_strbuf_ struct strbuf b;
		bool struck;

		strbuf_init(&b, 1 << 20);
		mem_fail_after(n);
		for (int i = 0; i < 100; i++)
			strbuf_printf(&b, "line %d\n", i);
		struck = mem_fail_stop();
		assert_int_equal(b.oom, struck);
		assert_int_equal(b.len, strlen(strbuf_str(&b)));
		if (!struck)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_of_all_kinds_concatenate),
		cmocka_unit_test(long_printf_grows),
		cmocka_unit_test(limit_is_exact_and_sticky),
		cmocka_unit_test(take_hands_over),
		cmocka_unit_test(memory_shortage_sets_oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
