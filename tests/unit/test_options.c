/* tests/unit/test_options.c - options of the command line and their values */
#include "runsc-c/options.h"

#include <errno.h>
#include <string.h>

#include "runsc-c/run_options.h"
#include "tests/unit/unit.h"

#define MAX_WORDS 16

/* Options change their strings: each test gets copies. */
struct line {
	char words[MAX_WORDS][64];
	char *argv[MAX_WORDS + 1];
	int argc;
	struct run_options o;
	struct option_error err;
	int result;
};

static void parse(struct line *l, const char *const *words)
{
	l->argc = 0;
	for (; words[l->argc]; l->argc++) {
		strcpy(l->words[l->argc], words[l->argc]);
		l->argv[l->argc] = l->words[l->argc];
	}
	l->argv[l->argc] = NULL;
	l->err.text[0] = '\0';
	l->result = run_options_parse(l->argc, l->argv, &l->o, &l->err);
}

#define PARSE(l, ...) parse(l, (const char *const[]){"run", __VA_ARGS__, NULL})

static void assert_fails(struct line *l, const char *text)
{
	assert_int_equal(l->result, -EINVAL);
	if (!strstr(l->err.text, text))
		fail_msg("\"%s\" is not in \"%s\"", text, l->err.text);
	run_options_free(&l->o);
}

static void options_end_at_the_first_other_word(void **state)
{
	struct line l;

	PARSE(&l, "--no-init", "sh", "--no-such-option");
	assert_int_equal(l.result, 0);
	assert_true(l.o.no_init);
	assert_string_equal(l.o.argv[0], "sh");
	assert_string_equal(l.o.argv[1], "--no-such-option");

	PARSE(&l, "--", "--help");
	assert_int_equal(l.result, 0);
	assert_string_equal(l.o.argv[0], "--help");

	PARSE(&l, "-");
	assert_int_equal(l.result, 0);
	assert_string_equal(l.o.argv[0], "-");
}

static void values_come_in_both_forms(void **state)
{
	struct line l;

	PARSE(&l, "--hostname", "a", "--cwd=/x=y", "-w/z", "-m", "1g", "true");
	assert_int_equal(l.result, 0);
	assert_string_equal(l.o.hostname, "a");
	assert_string_equal(l.o.cwd, "/z");
	assert_int_equal(l.o.memory, 1 << 30);
}

static void an_optional_value_needs_the_equals_sign(void **state)
{
	struct line l;

	PARSE(&l, "--strace", "true");
	assert_int_equal(l.result, 0);
	assert_true(l.o.strace);
	assert_null(l.o.strace_file);
	assert_string_equal(l.o.argv[0], "true");

	PARSE(&l, "--strace=out", "true");
	assert_string_equal(l.o.strace_file, "out");
}

static void repeated_options_add_up(void **state)
{
	struct line l;

	PARSE(&l, "-e", "A=1", "--env=B", "--bind", "/a", "-b", "/b:/c:ro", "--tmpfs", "/t:size=1m",
	      "x");
	assert_int_equal(l.result, 0);
	assert_int_equal(l.o.nr_env, 2);
	assert_string_equal(l.o.env[1], "B");
	assert_int_equal(l.o.rootfs.nr_binds, 2);
	assert_false(l.o.rootfs.binds[0].readonly);
	assert_true(l.o.rootfs.binds[1].readonly);
	assert_string_equal(l.o.rootfs.binds[1].dst, "/c");
	assert_string_equal(l.o.rootfs.tmpfs[0].options, "size=1m");
	run_options_free(&l.o);
}

static void mistakes_name_option_value_and_remedy(void **state)
{
	struct line l;

	PARSE(&l, "--memory", "12q", "true");
	assert_fails(&l, "--memory 12q: not a size");
	PARSE(&l, "--timeout=0", "true");
	assert_fails(&l, "--timeout 0: not a duration");
	PARSE(&l, "--tmfps", "/x", "true");
	assert_fails(&l, "did you mean --tmpfs?");
	PARSE(&l, "--foo", "true");
	assert_fails(&l, "see --help");
	PARSE(&l, "--cwd");
	assert_fails(&l, "--cwd needs a value: --cwd DIR");
	PARSE(&l, "--no-init=1", "true");
	assert_fails(&l, "takes no value");
	PARSE(&l, "--bind", "/a:b:ro", "true");
	assert_fails(&l, "--bind");
	PARSE(&l, "--env", "=1", "true");
	assert_fails(&l, "--env =1");
	PARSE(&l, "--no-init");
	assert_fails(&l, "no command");
}

static void help_is_asked_for_before_the_command_only(void **state)
{
	struct line l;

	PARSE(&l, "--help");
	assert_int_equal(l.result, OPTIONS_HELP);
	PARSE(&l, "true", "--help");
	assert_int_equal(l.result, 0);
}

static void sizes(void **state)
{
	struct option_error e;
	uint64_t v;

	assert_int_equal(parse_size("4096", &v, &e), 0);
	assert_int_equal(v, 4096);
	assert_int_equal(parse_size("3K", &v, &e), 0);
	assert_int_equal(v, 3072);
	assert_int_equal(parse_size("2MiB", &v, &e), 0);
	assert_int_equal(v, 2 << 20);
	assert_int_equal(parse_size("16777215t", &v, &e), 0);
	assert_int_equal(parse_size("16777216t", &v, &e), -EINVAL); /* 2^64 */
	assert_int_equal(parse_size("0", &v, &e), -EINVAL);
	assert_int_equal(parse_size("-1", &v, &e), -EINVAL);
	assert_int_equal(parse_size(" 1", &v, &e), -EINVAL);
	assert_int_equal(parse_size("1 k", &v, &e), -EINVAL);
	assert_int_equal(parse_size("99999999999999999999", &v, &e), -EINVAL);
	assert_int_equal(parse_size("", &v, &e), -EINVAL);
}

static void durations(void **state)
{
	struct option_error e;
	int64_t v;

	assert_int_equal(parse_duration_ns("5", &v, &e), 0);
	assert_int_equal(v, 5000000000);
	assert_int_equal(parse_duration_ns("250ms", &v, &e), 0);
	assert_int_equal(v, 250000000);
	assert_int_equal(parse_duration_ns("2h", &v, &e), 0);
	assert_int_equal(v, 7200000000000);
	assert_int_equal(parse_duration_ns("1d", &v, &e), -EINVAL);
	assert_int_equal(parse_duration_ns("99999999999h", &v, &e), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_end_at_the_first_other_word),
		cmocka_unit_test(values_come_in_both_forms),
		cmocka_unit_test(an_optional_value_needs_the_equals_sign),
		cmocka_unit_test(repeated_options_add_up),
		cmocka_unit_test(mistakes_name_option_value_and_remedy),
		cmocka_unit_test(help_is_asked_for_before_the_command_only),
		cmocka_unit_test(sizes),
		cmocka_unit_test(durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
