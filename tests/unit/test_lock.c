/*
 * tests/unit/test_lock.c - sentry/base/lock.h; built with LOCK_DEBUG whatever the build is
 */
#include "sentry/base/lock.h"
#include "tests/unit/unit.h"

#include <string.h>
#include <time.h>

static void right_order_passes(void **state)
{
	struct mutex outer, inner;
	struct rwlock middle;

	mutex_init(&outer, LOCK_INODE);
	rwlock_init(&middle, LOCK_KERNEL_TREE);
	mutex_init(&inner, LOCK_WAITQ);
	mutex_lock(&outer);
	rwlock_rdlock(&middle);
	mutex_lock(&inner);
	mutex_assert_held(&inner);
	mutex_unlock(&outer);
	rwlock_unlock(&middle);
	mutex_unlock(&inner);
	lock_assert_none_held();
	rwlock_wrlock(&middle);
	rwlock_unlock(&middle);
	mutex_destroy(&outer);
	mutex_destroy(&inner);
	rwlock_destroy(&middle);
}

static void lock_in_wrong_order(void)
{
	struct mutex outer, inner;

	mutex_init(&outer, LOCK_PROCESS);
	mutex_init(&inner, LOCK_FDTABLE);
	mutex_lock(&inner);
	mutex_lock(&outer);
}

static void lock_same_rank(void)
{
	struct mutex a, b;

	mutex_init(&a, LOCK_PIPE);
	mutex_init(&b, LOCK_PIPE);
	mutex_lock(&a);
	mutex_lock(&b);
}

static void lock_twice_nested(void)
{
	struct mutex a;

	mutex_init(&a, LOCK_PIPE);
	mutex_lock(&a);
	mutex_lock_nested(&a);
}

static void lock_uninitialised(void)
{
	struct mutex a;

	memset(&a, 0, sizeof(a));
	mutex_lock(&a);
}

static void unlock_what_is_not_held(void)
{
	struct mutex a;

	mutex_init(&a, LOCK_PIPE);
	mutex_unlock(&a);
}

static void wait_with_inner_lock_held(void)
{
	struct mutex outer, inner;
	struct cond c;

	mutex_init(&outer, LOCK_PIPE);
	mutex_init(&inner, LOCK_WAITQ);
	cond_init(&c);
	mutex_lock(&outer);
	mutex_lock(&inner);
	cond_wait(&c, &outer);
}

static void sleep_with_lock_held(void)
{
	struct mutex a;

	mutex_init(&a, LOCK_PIPE);
	mutex_lock(&a);
	lock_assert_none_held();
}

static void misuse_aborts(void **state)
{
	unit_assert_aborts(lock_in_wrong_order);
	unit_assert_aborts(lock_same_rank);
	unit_assert_aborts(lock_twice_nested);
	unit_assert_aborts(lock_uninitialised);
	unit_assert_aborts(unlock_what_is_not_held);
	unit_assert_aborts(wait_with_inner_lock_held);
	unit_assert_aborts(sleep_with_lock_held);
}

static void nested_allows_same_rank(void **state)
{
	struct mutex a, b;

	mutex_init(&a, LOCK_PIPE);
	mutex_init(&b, LOCK_PIPE);
	mutex_lock(&a);
	mutex_lock_nested(&b);
	mutex_unlock(&b);
	mutex_unlock(&a);
}

static void trylock_fails_when_held(void **state)
{
	struct mutex outer, inner;

	mutex_init(&outer, LOCK_PROCESS);
	mutex_init(&inner, LOCK_FDTABLE);
	mutex_lock(&inner);
	assert_true(mutex_trylock(&outer)); /* against the order: cannot deadlock */
	assert_false(mutex_trylock(&outer));
	mutex_unlock(&outer);
	mutex_unlock(&inner);
}

struct handover {
	struct mutex mu;
	struct cond changed;
	int turn;
};

static void *take_odd_turns(void *arg)
{
	struct handover *h = arg;

	mutex_lock(&h->mu);
	while (h->turn < 200) {
		while (h->turn % 2 == 0)
			cond_wait(&h->changed, &h->mu);
		h->turn++;
		cond_broadcast(&h->changed);
	}
	mutex_unlock(&h->mu);
	return NULL;
}

static void cond_hands_over_between_threads(void **state)
{
	struct handover h = {.turn = 0};
	pthread_t thread;

	mutex_init(&h.mu, LOCK_PARK);
	cond_init(&h.changed);
	assert_int_equal(pthread_create(&thread, NULL, take_odd_turns, &h), 0);
	mutex_lock(&h.mu);
	while (h.turn < 200) {
		while (h.turn % 2 == 1)
			cond_wait(&h.changed, &h.mu);
		h.turn++;
		cond_signal(&h.changed);
	}
	mutex_unlock(&h.mu);
	pthread_join(thread, NULL);
	cond_destroy(&h.changed);
	mutex_destroy(&h.mu);
}

static void timedwait_gives_up_at_the_deadline(void **state)
{
	struct timespec now;
	uint64_t deadline;
	struct mutex m;
	struct cond c;
	int err = 0;

	mutex_init(&m, LOCK_PARK);
	cond_init(&c);
	clock_gettime(CLOCK_MONOTONIC, &now);
	deadline = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec + 2000000;
	mutex_lock(&m);
	while (err == 0)
		err = cond_timedwait(&c, &m, deadline);
	mutex_unlock(&m);
	assert_int_equal(err, -ETIMEDOUT);
}

static void every_rank_has_a_name(void **state)
{
	assert_string_equal(lock_rank_name(LOCK_LOG), "LOCK_LOG");
	for (int r = 0; r < LOCK_RANK_COUNT; r++)
		assert_non_null(lock_rank_name((enum lock_rank)r));
	assert_string_equal(lock_rank_name(LOCK_RANK_COUNT), "(no rank)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right_order_passes),
		cmocka_unit_test(misuse_aborts),
		cmocka_unit_test(nested_allows_same_rank),
		cmocka_unit_test(trylock_fails_when_held),
		cmocka_unit_test(cond_hands_over_between_threads),
		cmocka_unit_test(timedwait_gives_up_at_the_deadline),
		cmocka_unit_test(every_rank_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
