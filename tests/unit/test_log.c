/*
 * tests/unit/test_log.c - sentry/base/log.h
 */
#define LOG_SUBSYS "unit"

#include "sentry/base/log.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <string.h>

static int pipe_fds[2];
static char text[65536];

static int open_pipe(void **state)
{
	if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	log_set_fd(pipe_fds[1]);
	log_set_level(LOG_LEVEL_INFO);
	return 0;
}

static int close_pipe(void **state)
{
	log_set_fd(STDERR_FILENO);
	log_set_level(LOG_LEVEL_WARN);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	return 0;
}

/* All that was logged since the last call. */
static const char *logged(void)
{
	ssize_t n = read(pipe_fds[0], text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static int lines(const char *s)
{
	int n = 0;

	while ((s = strchr(s, '\n')) != NULL) {
		n++;
		s++;
	}
	return n;
}

static void line_names_level_subsystem_and_thread(void **state)
{
	log_set_thread_name("worker1");
	log_warn("value %d", 42);
	log_set_thread_name(NULL);
	assert_memory_equal(logged(), "warn ", 5);
	assert_non_null(strstr(text, " worker1 unit: value 42\n"));
}

static void levels_filter(void **state)
{
	log_debug("unseen");
	log_trace("unseen");
	assert_string_equal(logged(), "");
	log_err("seen");
	log_info("seen");
	assert_int_equal(lines(logged()), 2);
	log_set_level(LOG_LEVEL_TRACE);
	log_trace("seen");
	assert_int_equal(lines(logged()), 1);
}

static void guest_text_cannot_forge_lines(void **state)
{
	log_info("name %s", "a\nerror\x1b[2J\xff");
	assert_int_equal(lines(logged()), 1);
	assert_non_null(strstr(text, "name a?error?[2J?\n"));
}

static void long_lines_are_cut(void **state)
{
	char big[3000];

	memset(big, 'x', sizeof(big));
	log_info("%.*s", (int)sizeof(big), big);
	assert_int_equal(strlen(logged()), LOG_LINE_MAX);
	assert_string_equal(text + LOG_LINE_MAX - 5, "x...\n");
	log_info("short");
	assert_int_equal(lines(logged()), 1);
}

static void errno_is_preserved(void **state)
{
	errno = ENOTTY;
	log_info("%m");
	assert_int_equal(errno, ENOTTY);
	assert_non_null(strstr(logged(), "Inappropriate ioctl"));
}

static void fd_minus_one_is_off(void **state)
{
	log_set_fd(-1);
	log_err("unseen");
	assert_string_equal(logged(), "");
}

static void ratelimit_drops_and_counts(void **state)
{
	struct log_ratelimit rl = {0};
	uint32_t dropped = 1, passed = 0;

	for (int i = 0; i < 100; i++)
		log_ratelimited(LOG_LEVEL_INFO, "storm %d", i);
	assert_int_equal(lines(logged()), 10);
	for (int i = 0; i < 100; i++)
		passed += log_ratelimit_pass(&rl, &dropped);
	assert_int_equal(passed, 10);
	assert_int_equal(dropped, 0);
	rl.window_start_ns = 1; /* long ago */
	assert_true(log_ratelimit_pass(&rl, &dropped));
	assert_int_equal(dropped, 90);
}

static void level_names_parse(void **state)
{
	enum log_level level;

	assert_int_equal(log_level_parse("debug", &level), 0);
	assert_int_equal(level, LOG_LEVEL_DEBUG);
	assert_int_equal(log_level_parse("loud", &level), -EINVAL);
	assert_int_equal(level, LOG_LEVEL_DEBUG);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_pipe, close_pipe)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(line_names_level_subsystem_and_thread),
		TEST(levels_filter),
		TEST(guest_text_cannot_forge_lines),
		TEST(long_lines_are_cut),
		TEST(errno_is_preserved),
		TEST(fd_minus_one_is_off),
		TEST(ratelimit_drops_and_counts),
		TEST(level_names_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
