/*
 * tests/unit/test_base.c - the macros of sentry/base/base.h
 */
#include "sentry/base/base.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <string.h>

struct outer {
	int before;
	long inner;
};

static void container_of_gives_the_object(void **state)
{
	struct outer o = {.before = 7};

	assert_ptr_equal(container_of(&o.inner, struct outer, inner), &o);
}

static void min_max_nest_and_evaluate_once(void **state)
{
	int calls = 0;

	assert_int_equal(MIN(3, MIN(2, 5)), 2);
	assert_int_equal(MAX(3, MAX(2, MIN(9, 8))), 8);
	assert_int_equal(MIN(calls++, 10), 0);
	assert_int_equal(calls, 1);
}

static void align_rounds_to_powers_of_two(void **state)
{
	assert_int_equal(ALIGN_UP(0u, 4096), 0);
	assert_int_equal(ALIGN_UP(1u, 4096), 4096);
	assert_int_equal(ALIGN_DOWN(8191u, 4096), 4096);
	assert_true(ALIGN_UP((uaddr_t)1 << 40 | 1, 4096) == ((uaddr_t)1 << 40) + 4096);
	assert_true(IS_ALIGNED(4096u, 4096));
	assert_false(IS_ALIGNED(4097u, 4096));
}

static void index_nospec_clamps_to_zero(void **state)
{
	assert_int_equal(array_index_nospec(3, 4), 3);
	assert_int_equal(array_index_nospec(0, 4), 0);
	assert_int_equal(array_index_nospec(4, 4), 0);
	assert_int_equal(array_index_nospec(SIZE_MAX, 4), 0);
}

static int open_and_drop(void)
{
	_cleanup_close_ int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	return fd;
}

static int open_and_take(void)
{
	_cleanup_close_ int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	return TAKE_FD(fd);
}

static void cleanup_closes_unless_taken(void **state)
{
	int fd = open_and_drop();

	assert_int_equal(fcntl(fd, F_GETFD), -1);
	fd = open_and_take();
	assert_int_not_equal(fcntl(fd, F_GETFD), -1);
	close(fd);
}

static char *dup_and_take(void)
{
	_cleanup_free_ char *dropped = strdup("dropped");
	_cleanup_free_ char *s = strdup("taken");

	(void)dropped;
	return TAKE_PTR(s);
}

static void cleanup_frees_unless_taken(void **state)
{
	char *s = dup_and_take();

	assert_string_equal(s, "taken");
	free(s);
}

static void fail_an_assertion(void)
{
	ASSERT(1 + 1 == 3);
}

static void assert_aborts(void **state)
{
	ASSERT(1 + 1 == 2);
	unit_assert_aborts(fail_an_assertion);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(container_of_gives_the_object),
		cmocka_unit_test(min_max_nest_and_evaluate_once),
		cmocka_unit_test(align_rounds_to_powers_of_two),
		cmocka_unit_test(index_nospec_clamps_to_zero),
		cmocka_unit_test(cleanup_closes_unless_taken),
		cmocka_unit_test(cleanup_frees_unless_taken),
		cmocka_unit_test(assert_aborts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
