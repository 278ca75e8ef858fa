/*
 * tests/unit/test_stub_stack.c - platform/stub/stack.c, on a stack that is built here as the host's
 *
 * The guest's code is included: it is freestanding and not part of the program.
 */
#include "platform/stub/stack.c"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#define SIZE 65536

static _Alignas(4096) unsigned char memory[SIZE];

/* Like create_elf_tables(): strings at the top, data gap bytes below, and the block. */
static uint64_t *build(unsigned int argc, const char *const *argv, unsigned int envc,
		       const char *const *envp, size_t gap)
{
	uint64_t addr[64], execfn, random, platform, *sp, *p;
	char *top = (char *)memory + SIZE - 8;
	unsigned int n = 0;

#define PUSH(s) (top -= strlen(s) + 1, strcpy(top, s), U64(top))
	memset(memory, 0xaa, SIZE);
	memset(top, 0, 8);
	execfn = PUSH(STUB_PATH);
	for (unsigned int i = envc; i-- > 0;)
		addr[argc + i] = PUSH(envp[i]);
	for (unsigned int i = argc; i-- > 0;)
		addr[i] = PUSH(argv[i]);
	top -= gap;
	platform = PUSH("x86_64");
	top -= 16;
	memset(top, 0x55, 16);
	random = U64(top);
#undef PUSH
	sp = PTR(ALIGN_DOWN(U64(top) - (argc + envc + 3 + 10) * 8, 16));
	p = sp;
	*p++ = argc;
	for (; n < argc; n++)
		*p++ = addr[n];
	*p++ = 0;
	for (; n < argc + envc; n++)
		*p++ = addr[n];
	*p++ = 0;
	memcpy(p,
	       (uint64_t[]){AT_UID, 77, AT_RANDOM, random, AT_EXECFN, execfn, AT_PLATFORM, platform,
			    AT_NULL, 0},
	       80);
	return sp;
}

struct plan_buf {
	struct stub_plan plan;
	struct stub_aux aux[1];
	char strings[8192];
};

static void make_plan(struct plan_buf *b, const char *execfn, unsigned int nr_args,
		      const char *const *args)
{
	char *s = b->strings;

	memset(b, 0, sizeof(*b));
	b->plan.aux = offsetof(struct plan_buf, aux);
	b->plan.nr_aux = 1;
	b->plan.base[STUB_BASE_EXE] = 1000;
	b->aux[0] = (struct stub_aux){AT_UID, STUB_BASE_EXE, 5};
	b->plan.args = offsetof(struct plan_buf, strings);
	b->plan.nr_args = nr_args;
	b->plan.flags = nr_args ? STUB_DROP_ARG0 : 0;
	for (unsigned int i = 0; i < nr_args; i++)
		s = stpcpy(s, args[i]) + 1;
	b->plan.args_len = (uint32_t)(s - b->strings);
	b->plan.execfn = (uint32_t)(s - (char *)b);
	b->plan.execfn_len = (uint32_t)strlen(execfn) + 1;
	strcpy(s, execfn);
}

/* The strings in the order of memory, without gaps, from the first argument to the file's name. */
static void check(const struct stack_layout *l, unsigned int argc, const char *const *argv,
		  unsigned int envc, const char *const *envp, const char *execfn)
{
	uint64_t *p = PTR(l->sp), at = l->arg_start;

	assert_int_equal(l->sp % 16, 0);
	assert_int_equal(*p++, argc);
	for (unsigned int i = 0; i < argc; at += strlen(argv[i++]) + 1) {
		assert_int_equal(*p, at);
		assert_string_equal(PTR(*p++), argv[i]);
	}
	assert_int_equal(*p++, 0);
	assert_int_equal(l->arg_end, at);
	assert_int_equal(l->env_start, at);
	for (unsigned int i = 0; i < envc; at += strlen(envp[i++]) + 1) {
		assert_int_equal(*p, at);
		assert_string_equal(PTR(*p++), envp[i]);
	}
	assert_int_equal(*p++, 0);
	assert_int_equal(l->env_end, at);
	assert_int_equal(l->auxv, U64(p));
	assert_int_equal(l->auxv_size, 80);
	assert_int_equal(p[0], AT_UID);
	assert_int_equal(p[1], 1005);
	assert_int_equal(p[5], at);
	assert_string_equal(PTR(at), execfn);
	assert_int_equal(at + strlen(execfn) + 1, U64(memory) + SIZE - 8);
	assert_int_equal(l->end, U64(memory) + SIZE);
	for (int i = 0; i < 16; i++)
		assert_int_equal(((unsigned char *)PTR(p[3]))[i], 0x55);
	assert_true(p[3] >= U64(p + 10) && p[3] + 16 <= l->arg_start);
	assert_string_equal(PTR(p[7]), "x86_64");
	assert_true(p[7] >= U64(p + 10) && p[7] + 7 <= l->arg_start);
}

static const char *const args[] = {"zero", "", "two with blanks"};
static const char *const env[] = {"A=1", "PATH=/bin"};

static void names_of_any_length_replace_the_stub(void **state)
{
	static struct plan_buf b;
	struct stack_layout l;
	char name[4096];

	for (size_t len = 1; len < sizeof(name); len += len < 64 ? 1 : 501) {
		memset(name, 'n', len);
		name[len] = '\0';
		for (size_t gap = 0; gap < 200; gap += 13) {
			make_plan(&b, name, 0, NULL);
			stack_rewrite(U64(build(3, args, 2, env, gap)), &b.plan, &l);
			check(&l, 3, args, 2, env, name);
		}
	}
}

static void script_arguments_replace_the_first(void **state)
{
	static const char *const prefix[] = {"/bin/sh", "-e", "./script"};
	static const char *const want[] = {"/bin/sh", "-e", "./script", "", "two with blanks"};
	static struct plan_buf b;
	struct stack_layout l;

	for (size_t gap = 0; gap < 200; gap++) {
		make_plan(&b, "./script", 3, prefix);
		stack_rewrite(U64(build(3, args, 2, env, gap)), &b.plan, &l);
		check(&l, 5, want, 2, env, "./script");
	}
}

static void long_script_arguments_push_the_rest_down(void **state)
{
	static char big[4000];
	const char *const prefix[] = {big, big + 1000, big + 1, "/s"};
	const char *const want[] = {big, big + 1000, big + 1, "/s"};
	static struct plan_buf b;
	struct stack_layout l;

	for (size_t len = 1500; len < 2600; len += 7) {
		memset(big, 'b', len);
		big[len] = '\0';
		make_plan(&b, "x", 4, prefix);
		stack_rewrite(U64(build(1, args, 0, NULL, len % 50)), &b.plan, &l);
		check(&l, 4, want, 0, NULL, "x");
	}
}

static void nothing_at_all_is_fine(void **state)
{
	static struct plan_buf b;
	struct stack_layout l;

	make_plan(&b, "/a/program", 0, NULL);
	stack_rewrite(U64(build(0, NULL, 0, NULL, 0)), &b.plan, &l);
	check(&l, 0, NULL, 0, NULL, "/a/program");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_any_length_replace_the_stub),
		cmocka_unit_test(script_arguments_replace_the_first),
		cmocka_unit_test(long_script_arguments_push_the_rest_down),
		cmocka_unit_test(nothing_at_all_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
