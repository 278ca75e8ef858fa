/*
 * tests/unit/test_control_block.c - blocks that describe a process: what is packed comes out again,
 * what is damaged is refused
 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "runsc-c/oci/config.h"
#include "runsc-c/oci/control_internal.h"
#include "runsc-c/oci/error.h"
#include "sentry/spawn.h"

static char *args[] = {(char *)"sh", (char *)"-c", (char *)"", NULL};
static char *env[] = {(char *)"PATH=/bin", (char *)"X=1", NULL};
static uint32_t groups[] = {5, 6, 7};

static struct oci_process process(void)
{
	struct oci_process p = {
		.uid = 1,
		.gid = 2,
		.groups = groups,
		.nr_groups = 3,
		.has_umask = true,
		.umask = 027,
		.args = args,
		.env = env,
		.cwd = "/tmp",
		.no_new_privs = true,
		.nr_rlimits = 1,
	};

	p.rlimits[0] = (struct oci_rlimit){.resource = 7, .soft = 10, .hard = 20};
	p.caps.bounding = p.caps.permitted = 0xff;
	p.caps.effective = 0x1ff; /* more than is permitted */
	return p;
}

static void *pack(size_t *size)
{
	struct oci_process p = process();
	struct oci_error err;
	void *block;

	assert_int_equal(control_pack(&p, 0, &block, size, &err), 0);
	return block;
}

static void what_is_packed_comes_out_again(void **state)
{
	struct control_process h;
	struct spawn *s;
	size_t size;
	void *block = pack(&size);

	assert_int_equal(control_unpack(block, size, &h, &s), 0);
	assert_string_equal(s->cwd, "/tmp");
	assert_string_equal(s->argv[0], "sh");
	assert_string_equal(s->argv[2], "");
	assert_null(s->argv[3]);
	assert_string_equal(s->envp[1], "X=1");
	assert_null(s->envp[2]);
	assert_int_equal(s->uid, 1);
	assert_int_equal(s->groups[2], 7);
	assert_int_equal(s->limits[7].rlim_max, 20);
	assert_true(s->no_new_privs && s->has_umask && !s->has_oom_score_adj);
	assert_int_equal(s->cap_effective, 0xff);
	spawn_put(s);
}

static int unpack_part(const void *block, size_t size)
{
	struct control_process h;
	struct spawn *s;
	void *copy = malloc(size + 1);
	int err;

	memcpy(copy, block, size);
	err = control_unpack(copy, size, &h, &s);
	if (err == 0)
		spawn_put(s);
	return err;
}

static void every_shorter_block_is_refused(void **state)
{
	size_t size;
	void *block = pack(&size);

	for (size_t n = 0; n < size; n++)
		assert_int_equal(unpack_part(block, n), -EINVAL);
	free(block);
}

static void counts_that_lie_are_refused(void **state)
{
	size_t size;
	void *block = pack(&size);
	struct control_process h;

#define LIE(field, value)                                                                          \
	h = *(const struct control_process *)block;                                                \
	h.field = (value);                                                                         \
	{                                                                                          \
		void *lie = malloc(size);                                                          \
		memcpy(lie, block, size);                                                          \
		memcpy(lie, &h, sizeof(h));                                                        \
		assert_int_equal(unpack_part(lie, size), -EINVAL);                                 \
		free(lie);                                                                         \
	}
	LIE(magic, 1)
	LIE(flags, 0x100)
	LIE(nr_groups, 0xffffffff)
	LIE(nr_groups, 2)
	LIE(nr_limits, 0xffffffff)
	LIE(nr_limits, 0)
	LIE(nr_args, 0)
	LIE(nr_args, 0xffffffff)
	LIE(nr_args, 6)
	LIE(nr_env, 0x7fffffff)
	LIE(strings, 0)
	LIE(uid, 0xffffffff)
	LIE(umask, 01000)
	LIE(rows, 70000)
	LIE(cap_bounding, ~0ULL)
	LIE(oom_score_adj, 1001)
	LIE(nr_extra_fds, 1000)
	free(block);
}

/* Any byte: no crash, and nothing but success or -EINVAL. */
static void flipped_bytes_do_no_harm(void **state)
{
	size_t size;
	unsigned char *block = pack(&size);

	for (size_t i = 0; i < size; i++) {
		unsigned char was = block[i];
		int err;

		block[i] ^= 0xff;
		err = unpack_part(block, size);
		assert_true(err == 0 || err == -EINVAL);
		block[i] = was;
	}
	free(block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_packed_comes_out_again),
		cmocka_unit_test(every_shorter_block_is_refused),
		cmocka_unit_test(counts_that_lie_are_refused),
		cmocka_unit_test(flipped_bytes_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
