/* tests/unit/test_cred.c - setuid(2) and family, capabilities across them and across execve(2) */
#include "sentry/cred.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <linux/securebits.h>

#define ALL_CAPS ((UINT64_C(1) << (CAP_LAST_CAP + 1)) - 1)
#define KEEP ((uint32_t)-1)

static struct cred *user(uint32_t uid)
{
	struct cred *c = cred_new();

	c->uid = c->euid = c->suid = c->fsuid = uid;
	c->gid = c->egid = c->sgid = c->fsgid = uid;
	c->cap_bounding = ALL_CAPS;
	if (uid == 0)
		c->cap_permitted = c->cap_effective = ALL_CAPS;
	return c;
}

static void root_gives_everything_up(void **state)
{
	struct cred *c = user(0);

	assert_int_equal(cred_setuid(c, 1000), 0);
	assert_int_equal(c->suid, 1000);
	assert_int_equal(c->fsuid, 1000);
	assert_int_equal(c->cap_permitted, 0);
	assert_int_equal(cred_setuid(c, 0), -EPERM);
	assert_int_equal(cred_setuid(c, KEEP), -EINVAL);
	cred_put(c);
}

static void root_steps_down_and_up_again(void **state)
{
	struct cred *c = user(0);

	assert_int_equal(cred_setresuid(c, KEEP, 1000, KEEP), 0);
	assert_int_equal(c->cap_effective, 0);
	assert_int_equal(c->cap_permitted, ALL_CAPS);
	assert_int_equal(cred_setresuid(c, KEEP, 0, KEEP), 0);
	assert_int_equal(c->cap_effective, ALL_CAPS);
	assert_int_equal(cred_setreuid(c, 1000, KEEP), 0); /* euid 0 stays, suid follows it */
	assert_int_equal(c->suid, 0);
	assert_int_equal(cred_setreuid(c, KEEP, 1000), 0);
	assert_int_equal(c->suid, 0);
	assert_int_equal(cred_setreuid(c, 1000, 1000), 0);
	assert_int_equal(c->suid, 1000);
	assert_int_equal(c->cap_permitted, 0);
	cred_put(c);
}

static void securebits_change_the_rules(void **state)
{
	struct cred *c = user(0);

	c->securebits = SECBIT_KEEP_CAPS;
	c->cap_ambient = 1;
	assert_int_equal(cred_setuid(c, 1000), 0);
	assert_int_equal(c->cap_permitted, ALL_CAPS);
	assert_int_equal(c->cap_effective, 0);
	assert_int_equal(c->cap_ambient, 0);
	cred_put(c);
	c = user(0);
	c->securebits = SECBIT_NO_SETUID_FIXUP;
	assert_int_equal(cred_setuid(c, 1000), 0);
	assert_int_equal(c->cap_effective, ALL_CAPS);
	cred_put(c);
}

static void fsuid_takes_file_capabilities_along(void **state)
{
	struct cred *c = user(0);

	assert_int_equal(cred_setfsuid(c, 1000), 0);
	assert_int_equal(c->fsuid, 1000);
	assert_false(cred_has_cap(c, CAP_DAC_OVERRIDE));
	assert_true(cred_has_cap(c, CAP_SYS_ADMIN));
	assert_int_equal(cred_setfsuid(c, KEEP), 1000);
	assert_int_equal(cred_setfsuid(c, 0), 1000);
	assert_true(cred_has_cap(c, CAP_DAC_OVERRIDE));
	cred_put(c);
	c = user(1000);
	assert_int_equal(cred_setfsuid(c, 0), 1000);
	assert_int_equal(c->fsuid, 1000);
	cred_put(c);
}

static void groups(void **state)
{
	const uint32_t list[] = {7, 3, 9};
	const uint32_t bad[] = {1, KEEP};
	struct cred *c = user(1000), *copy;

	assert_int_equal(cred_set_groups(c, bad, 2), -EINVAL);
	assert_int_equal(cred_set_groups(c, list, 3), 0);
	copy = cred_copy(c);
	cred_put(c);
	assert_true(cred_in_group(copy, 3));
	assert_true(cred_in_group(copy, 1000));
	assert_false(cred_in_group(copy, 4));
	assert_int_equal(cred_setgid(copy, 3), -EPERM);
	assert_int_equal(cred_setresgid(copy, KEEP, 1000, KEEP), 0);
	cred_put(copy);
}

static void exec_of_a_setuid_program(void **state)
{
	struct cred *c = user(1000);
	bool secure;

	assert_int_equal(cred_exec(c, 04755, 0, 0, false, false, &secure), 0);
	assert_int_equal(c->uid, 1000);
	assert_int_equal(c->euid, 0);
	assert_int_equal(c->suid, 0);
	assert_int_equal(c->cap_effective, ALL_CAPS);
	assert_true(secure);
	cred_put(c);
	c = user(1000);
	assert_int_equal(cred_exec(c, 04755, 0, 0, true, false, &secure), 0); /* nosuid */
	assert_int_equal(c->euid, 1000);
	assert_false(secure);
	assert_int_equal(cred_exec(c, 06755, 0, 0, false, true, &secure), 0); /* no_new_privs */
	assert_int_equal(c->euid, 1000);
	assert_int_equal(c->cap_permitted, 0);
	assert_int_equal(cred_exec(c, 02745, 0, 5, false, false, &secure),
			 0); /* no group execute */
	assert_int_equal(c->egid, 1000);
	assert_int_equal(cred_exec(c, 02755, 0, 5, false, false, &secure), 0);
	assert_int_equal(c->egid, 5);
	assert_int_equal(c->sgid, 5);
	assert_true(secure);
	cred_put(c);
}

static void exec_keeps_roots_and_ambient_capabilities(void **state)
{
	struct cred *c = user(0);
	bool secure;

	c->cap_bounding &= ~(UINT64_C(1) << CAP_SYS_ADMIN);
	assert_int_equal(cred_exec(c, 0755, 5, 5, false, false, &secure), 0);
	assert_int_equal(c->cap_effective, c->cap_bounding);
	assert_false(secure);
	cred_put(c);
	c = user(1000);
	c->cap_permitted = c->cap_inheritable = c->cap_ambient = 2;
	assert_int_equal(cred_exec(c, 0755, 5, 5, false, false, &secure), 0);
	assert_int_equal(c->cap_effective, 2);
	assert_int_equal(c->cap_permitted, 2);
	assert_false(secure);
	assert_int_equal(cred_exec(c, 04755, 1001, 5, false, false, &secure), 0);
	assert_int_equal(c->cap_effective, 0);
	assert_int_equal(c->cap_ambient, 0);
	assert_true(secure);
	cred_put(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_gives_everything_up),
		cmocka_unit_test(root_steps_down_and_up_again),
		cmocka_unit_test(securebits_change_the_rules),
		cmocka_unit_test(fsuid_takes_file_capabilities_along),
		cmocka_unit_test(groups),
		cmocka_unit_test(exec_of_a_setuid_program),
		cmocka_unit_test(exec_keeps_roots_and_ambient_capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
