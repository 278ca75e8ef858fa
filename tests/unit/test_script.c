/*
 * tests/unit/test_script.c - sentry/loader/script.h
 */
#include "sentry/loader/script.h"
#include "sentry/base/mem.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int parse(const char *text, size_t len, struct script_line *line)
{
	char head[SCRIPT_HEAD] = {0};

	memcpy(head, text, len < sizeof(head) ? len : sizeof(head));
	return script_parse(head, line);
}

/* arg NULL: none. */
static void check_line(const char *text, const char *interp, const char *arg)
{
	struct script_line line;

	assert_int_equal(parse(text, strlen(text), &line), 0);
	assert_string_equal(line.interp, interp);
	assert_int_equal(line.has_arg, arg != NULL);
	if (arg)
		assert_string_equal(line.arg, arg);
}

static void lines_are_split_as_linux_does(void **state)
{
	check_line("#!/bin/sh\n", "/bin/sh", NULL);
	check_line("#! \t/bin/sh \t\n", "/bin/sh", NULL);
	check_line("#!/bin/sh -e -x  \nrest", "/bin/sh", "-e -x");
	check_line("#!/bin/sh\t-e\r\n", "/bin/sh", "-e\r");
	check_line("#!/bin/sh", "/bin/sh", NULL);
	check_line("#!/bin/sh -e", "/bin/sh", "-e");
	/* Blanks at the end of a file without a newline make an empty argument. */
	check_line("#!/bin/sh ", "/bin/sh", "");
	check_line("#!", "", NULL);
}

static void a_nul_ends_name_and_argument(void **state)
{
	struct script_line line;

	assert_int_equal(parse("#!a\0b c\n", 8, &line), 0);
	assert_string_equal(line.interp, "a");
	assert_false(line.has_arg);
	assert_int_equal(parse("#!a b\0c\n", 8, &line), 0);
	assert_string_equal(line.arg, "b");
}

static void what_is_no_script_is_refused(void **state)
{
	struct script_line line;

	assert_int_equal(parse("", 0, &line), -ENOEXEC);
	assert_int_equal(parse("#", 1, &line), -ENOEXEC);
	assert_int_equal(parse(" #!/bin/sh\n", 11, &line), -ENOEXEC);
	assert_int_equal(parse("#!\n", 3, &line), -ENOEXEC);
	assert_int_equal(parse("#! \t \n/bin/sh\n", 14, &line), -ENOEXEC);
}

static void a_name_must_end_within_the_head(void **state)
{
	char text[300];
	struct script_line line;

	memset(text, 'a', sizeof(text));
	memcpy(text, "#!", 2);
	assert_int_equal(parse(text, sizeof(text), &line), -ENOEXEC);
	text[SCRIPT_HEAD - 1] = ' ';
	assert_int_equal(parse(text, sizeof(text), &line), 0);
	assert_int_equal(strlen(line.interp), SCRIPT_HEAD - 3);
	assert_false(line.has_arg);
	text[10] = ' '; /* an argument may be cut */
	text[SCRIPT_HEAD - 1] = 'a';
	assert_int_equal(parse(text, sizeof(text), &line), 0);
	assert_int_equal(strlen(line.arg), SCRIPT_HEAD - 1 - 11);
	memset(text + 2, ' ', sizeof(text) - 2);
	assert_int_equal(parse(text, sizeof(text), &line), -ENOEXEC);
}

static void any_head_is_parsed_within_bounds(void **state)
{
	static const char alphabet[] = {'#', '!', ' ', '\t', '\n', '\0', 'a', '/'};
	char head[SCRIPT_HEAD];
	struct script_line line;

	srand(1);
	for (int i = 0; i < 200000; i++) {
		size_t same = (size_t)rand() % SCRIPT_HEAD;

		memset(head, alphabet[(size_t)rand() % sizeof(alphabet)], sizeof(head));
		for (size_t j = 0; j < same; j++)
			head[(size_t)rand() % sizeof(head)] =
				alphabet[(size_t)rand() % sizeof(alphabet)];
		memcpy(head, "#!", 2);
		if (script_parse(head, &line) == 0) {
			assert_true(strlen(line.interp) < SCRIPT_HEAD - 2);
			assert_null(strpbrk(line.interp, " \t\n"));
		}
	}
}

static const char *string_of(const struct script_args *a, unsigned int n)
{
	const char *s = a->strings;

	while (n--)
		s += strlen(s) + 1;
	return s;
}

static void nested_scripts_stack_their_arguments(void **state)
{
	struct script_args a = {0};
	struct script_line outer = {.interp = "./s1", .has_arg = true, .arg = "x y"};
	struct script_line inner = {.interp = "/bin/sh"};
	static const char *const want[] = {"/bin/sh", "./s1", "x y", "./s2"};
	size_t len = 0;

	assert_int_equal(script_args_push(&a, "./s2", &outer), 0);
	assert_int_equal(a.nr, 3);
	assert_int_equal(script_args_push(&a, "./s1", &inner), 0);
	assert_int_equal(a.nr, ARRAY_SIZE(want));
	for (unsigned int i = 0; i < ARRAY_SIZE(want); i++) {
		assert_string_equal(string_of(&a, i), want[i]);
		len += strlen(want[i]) + 1;
	}
	assert_int_equal(a.len, len);
	mem_fail_after(0);
	assert_int_equal(script_args_push(&a, "./s1", &inner), -ENOMEM);
	assert_true(mem_fail_stop());
	assert_int_equal(a.nr, ARRAY_SIZE(want));
	script_args_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_split_as_linux_does),
		cmocka_unit_test(a_nul_ends_name_and_argument),
		cmocka_unit_test(what_is_no_script_is_refused),
		cmocka_unit_test(a_name_must_end_within_the_head),
		cmocka_unit_test(any_head_is_parsed_within_bounds),
		cmocka_unit_test(nested_scripts_stack_their_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
