/*
 * tests/unit/test_ref.c - sentry/base/ref.h
 */
#include "sentry/base/ref.h"
#include "tests/unit/unit.h"

#include <pthread.h>

static void put_is_true_for_the_last(void **state)
{
	struct ref r;

	ref_init(&r, 1);
	ref_get(&r);
	assert_true(ref_get_unless_zero(&r));
	assert_int_equal(ref_count(&r), 3);
	assert_false(ref_put(&r));
	assert_false(ref_put(&r));
	assert_true(ref_put(&r));
	assert_false(ref_get_unless_zero(&r));
}

static void full_count_sticks(void **state)
{
	struct ref r;

	ref_init(&r, REF_MAX - 1);
	ref_get(&r);
	assert_int_equal(ref_count(&r), REF_MAX);
	ref_get(&r);
	assert_int_equal(ref_count(&r), REF_SATURATED);
	for (int i = 0; i < 10; i++)
		assert_false(ref_put(&r));
	assert_int_equal(ref_count(&r), REF_SATURATED);
	assert_true(ref_get_unless_zero(&r));
	ref_get(&r);
	assert_int_equal(ref_count(&r), REF_SATURATED);
}

static void get_from_zero(void)
{
	struct ref r;

	ref_init(&r, 0);
	ref_get(&r);
}

static void put_below_zero(void)
{
	struct ref r;
	bool last;

	ref_init(&r, 0);
	last = ref_put(&r);
	(void)last;
}

static void misuse_aborts(void **state)
{
	unit_assert_aborts(get_from_zero);
	unit_assert_aborts(put_below_zero);
}

static struct ref shared;
static _Atomic int lasts;

static void *get_and_put(void *arg)
{
	for (int i = 0; i < 50000; i++) {
		ref_get(&shared);
		if (ref_put(&shared))
			lasts++;
	}
	if (ref_put(&shared))
		lasts++;
	return NULL;
}

static void one_thread_of_many_is_last(void **state)
{
	pthread_t threads[4];

	ref_init(&shared, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, get_and_put, NULL), 0);
	for (size_t i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(lasts, 1);
	assert_int_equal(ref_count(&shared), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put_is_true_for_the_last),
		cmocka_unit_test(full_count_sticks),
		cmocka_unit_test(misuse_aborts),
		cmocka_unit_test(one_thread_of_many_is_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
