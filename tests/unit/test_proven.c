/* tests/unit/test_proven.c - platform/fastpath/proven.h: whose sites count for whom, and where */
#include "platform/fastpath/proven.h"
#include "sentry/base/base.h"
#include "tests/unit/unit.h"

#include <string.h>

#define TEXT 0x7f0000400000ULL

static uint8_t bytes[SITE_BEFORE + 64];

static const struct hostproc_map map = {
	.start = TEXT,
	.end = TEXT + 0x10000,
	.offset = 0x26000,
	.ino = 77,
	.major = 8,
	.minor = 1,
	.perms = "r-xp",
};

static struct site_view view_at(uint64_t site)
{
	return (struct site_view){
		.site = site,
		.nr = 39,
		.before = bytes,
		.nr_before = SITE_BEFORE,
		.at = bytes + SITE_BEFORE,
		.nr_at = 64,
	};
}

static size_t list(const struct proven_owner *owner, const struct hostproc_map *m, uint64_t *at,
		   struct proven_site *sites)
{
	return proven_list(owner, m, sites, at, 0, PROVEN_AT_ONCE);
}

static void test_places_and_owners(void **state)
{
	const struct proven_owner root = {0, 0, ~0ULL}, user = {1000, 1000, 0},
				  plain_root = {0, 0, 0};
	static struct proven_site sites[PROVEN_AT_ONCE];
	uint64_t at[PROVEN_AT_ONCE];
	struct hostproc_map other = map;
	struct site_view v = view_at(TEXT + 0x1234);

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	proven_init();
	proven_add(&user, &map, &v);
	proven_add(&user, &map, &v);
	assert_int_equal(list(&user, &map, at, sites), 1);
	assert_int_equal(at[0], v.site);
	assert_int_equal(sites[0].nr, 39);
	assert_true(proven_matches(&sites[0], &v));

	/* An ordinary user's word counts for nobody else. */
	assert_int_equal(list(&root, &map, at, sites), 0);
	assert_int_equal(list(&plain_root, &map, at, sites), 0);

	/* Elsewhere in memory, with another part of the file, another file. */
	other.start = TEXT + 0x1000000;
	other.end = other.start + 0x2000;
	other.offset = map.offset + 0x1000;
	assert_int_equal(list(&user, &other, at, sites), 1);
	assert_int_equal(at[0], other.start + 0x234);
	other.offset = map.offset + 0x2000;
	assert_int_equal(list(&user, &other, at, sites), 0);
	other.offset = 0;
	other.end = other.start + 0x1000;
	assert_int_equal(list(&user, &other, at, sites), 0);
	other = map;
	other.ino++;
	assert_int_equal(list(&user, &other, at, sites), 0);
	other.ino = 0; /* anonymous */
	proven_add(&user, &other, &v);
	assert_int_equal(list(&user, &other, at, sites), 0);

	/* Other bytes at the place: not that file any more. */
	assert_int_equal(list(&user, &map, at, sites), 1);
	bytes[SITE_BEFORE - 1] ^= 1;
	assert_false(proven_matches(&sites[0], &v));
	bytes[SITE_BEFORE - 1] ^= 1;
	v.nr_at = 2;
	assert_false(proven_matches(&sites[0], &v));
}

static void test_limits(void **state)
{
	const struct proven_owner user = {5, 5, 0};
	static struct proven_site sites[PROVEN_AT_ONCE];
	uint64_t at[PROVEN_AT_ONCE];

	(void)state;
	proven_init();
	for (uint64_t i = 0; i < 2 * PROVEN_MAX; i++) {
		struct site_view v = view_at(TEXT + i * 8);

		proven_add(&user, &map, &v);
	}
	assert_int_equal(list(&user, &map, at, sites), PROVEN_AT_ONCE);
	for (size_t i = 0; i < PROVEN_AT_ONCE; i++)
		assert_true(at[i] >= TEXT + PROVEN_MAX * 8); /* the oldest have gone */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places_and_owners),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
