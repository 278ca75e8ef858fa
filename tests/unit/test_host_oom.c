/* tests/unit/test_host_oom.c - guests' values of oom_score_adj on the host */
#include "tests/unit/unit.h"

#include "sentry/host_oom.h"

/* Whatever the sentry has got: it comes last, and guests keep their order. */
static void order_is_kept(void **state)
{
	static const int firsts[] = {-999, -998, -500, -1, 0, 1, 300, 999, 1000};

	for (size_t i = 0; i < ARRAY_SIZE(firsts); i++) {
		for (int own = -999; own <= 699; own++) {
			const struct host_oom o = {.sentry = own, .first = firsts[i]};
			int before = own;

			for (int adj = HOST_OOM_MIN; adj <= HOST_OOM_MAX; adj++) {
				int score = host_oom_score(&o, adj);

				assert_true(score >= before && score <= HOST_OOM_MAX);
				assert_true(score > own);
				before = score;
			}
			assert_true(host_oom_score(&o, o.first) >= own + HOST_OOM_APART);
			if (own == host_oom_wanted(o.first) && o.first >= -699)
				assert_int_equal(host_oom_score(&o, o.first), o.first);
		}
	}
}

static void what_may_be_lowered_is_what_was_asked_for(void **state)
{
	const struct host_oom o = {.sentry = host_oom_wanted(0), .first = 0};

	assert_int_equal(o.sentry, -HOST_OOM_APART);
	for (int adj = 0; adj <= HOST_OOM_MAX; adj++)
		assert_int_equal(host_oom_score(&o, adj), adj);
	assert_true(host_oom_score(&o, -1) < 0);
}

static void nobody_of_it_is_killed(void **state)
{
	const struct host_oom o = {.sentry = host_oom_wanted(-1000), .first = -1000};

	assert_int_equal(o.sentry, -1000);
	assert_int_equal(host_oom_score(&o, -1000), -1000);
	assert_int_equal(host_oom_score(&o, 500), 500);
}

/* Started by somebody who is to be killed first: nothing is above. */
static void no_room(void **state)
{
	const struct host_oom o = {.sentry = 1000, .first = 0};

	for (int adj = HOST_OOM_MIN; adj <= HOST_OOM_MAX; adj++)
		assert_int_equal(host_oom_score(&o, adj), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_is_kept),
		cmocka_unit_test(what_may_be_lowered_is_what_was_asked_for),
		cmocka_unit_test(nobody_of_it_is_killed),
		cmocka_unit_test(no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
