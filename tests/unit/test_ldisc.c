/*
 * tests/unit/test_ldisc.c - fs/devpts/ldisc.c: crafted input, and what a reader and the screen get
 *
 * The expected echoes were recorded from Linux's N_TTY.
 */
#include "fs/devpts/tty.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>
#include <termios.h>

static struct kernel kernel;

static void no_deadlines(int64_t deadline_ns)
{
	(void)deadline_ns;
}

static int setup(void **state)
{
	*state = tty_new(&kernel, &pty_driver, 0);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	tty_put(*state);
	return 0;
}

static uint32_t type(struct tty *tty, const void *p, size_t n)
{
	uint32_t took;

	tty_lock(tty);
	took = tty_receive(tty, p, (uint32_t)n);
	tty->signals = 0;
	tty_unlock(tty);
	return took;
}

static void assert_screen(struct tty *tty, const char *want)
{
	uint8_t got[TTY_OUT_SIZE + 1];
	uint32_t n;

	tty_lock(tty);
	n = ring_read(&tty->out, got, TTY_OUT_SIZE);
	ldisc_flush_echoes(tty);
	tty_unlock(tty);
	got[n] = 0;
	assert_string_equal((char *)got, want);
}

static void assert_line(struct tty *tty, size_t want, const char *line)
{
	uint8_t buf[TTY_BUF_SIZE + 1];
	ssize_t n;

	tty_lock(tty);
	n = ldisc_read(tty, buf, want, want);
	tty_unlock(tty);
	assert_int_equal(n, strlen(line));
	buf[n] = 0;
	assert_string_equal((char *)buf, line);
}

static void assert_no_line(struct tty *tty)
{
	uint8_t buf[8];

	tty_lock(tty);
	assert_int_equal(ldisc_read(tty, buf, sizeof(buf), sizeof(buf)), -EAGAIN);
	tty_unlock(tty);
}

#define TYPE(tty, s) assert_int_equal(type(tty, s, sizeof(s) - 1), sizeof(s) - 1)

static void a_line_is_readable_when_it_ends(void **state)
{
	struct tty *tty = *state;

	TYPE(tty, "hello");
	assert_no_line(tty);
	TYPE(tty, "\r");
	assert_line(tty, 3, "hel");
	assert_line(tty, 100, "lo\n");
	assert_no_line(tty);
	assert_screen(tty, "hello\r\n");
}

static void end_of_file_ends_without_a_character(void **state)
{
	struct tty *tty = *state;

	TYPE(tty, "hello\x04");
	assert_line(tty, 5, "hello");
	assert_no_line(tty);
	TYPE(tty, "\x04");
	assert_line(tty, 5, "");
	assert_screen(tty, "hello");
}

static void words_and_lines_are_erased_on_screen(void **state)
{
	struct tty *tty = *state;

	TYPE(tty, "ab\tcd\x17");
	assert_screen(tty, "ab\tcd\b \b\b \b");
	TYPE(tty, "\x15");
	assert_screen(tty, "\b\b\b\b\b\b\b \b\b \b");
	TYPE(tty, "a\x01\x7f\x7f");
	assert_screen(tty, "a^A\b \b\b \b\b \b");
	TYPE(tty, "\t\x7f");
	assert_screen(tty, "\t\b\b\b\b\b\b\b\b");
	TYPE(tty, "ab\tc\x12");
	assert_screen(tty, "ab\tc^R\r\nab\tc");
	TYPE(tty, "\x16\x03\n");
	assert_screen(tty, "^\b^C\r\n");
	assert_line(tty, 100, "ab\tc\x03\n");
}

static void utf8_is_erased_by_characters(void **state)
{
	struct tty *tty = *state;

	tty->termios.c_iflag |= IUTF8;
	TYPE(tty, "a\xc3\xa9\x7f\n");
	assert_screen(tty, "a\xc3\xa9\b \b\r\n");
	assert_line(tty, 100, "a\n");
}

static void endless_lines_lose_their_end(void **state)
{
	struct tty *tty = *state;
	uint8_t x[5001], buf[TTY_BUF_SIZE];
	ssize_t n;

	memset(x, 'x', sizeof(x));
	x[5000] = '\n';
	tty->termios.c_lflag &= ~(uint32_t)ECHO;
	assert_int_equal(type(tty, x, sizeof(x)), sizeof(x));
	tty_lock(tty);
	assert_int_equal(ldisc_chars_available(tty), 4096);
	n = ldisc_read(tty, buf, sizeof(buf), 20000);
	tty_unlock(tty);
	assert_int_equal(n, 4096);
	assert_int_equal(buf[4094], 'x');
	assert_int_equal(buf[4095], '\n');
}

static void raw_mode_keeps_what_does_not_fit(void **state)
{
	struct tty *tty = *state;
	uint8_t x[20000], buf[TTY_BUF_SIZE];

	memset(x, 'x', sizeof(x));
	tty->termios.c_lflag = 0;
	assert_int_equal(type(tty, x, sizeof(x)), TTY_BUF_SIZE - 1 + TTY_IN_SIZE);
	tty_lock(tty);
	assert_int_equal(ldisc_read(tty, buf, 4096, 20000), 4095);
	tty_push_input(tty);
	assert_int_equal(ldisc_read(tty, buf, 4096, 20000), 4095);
	tty_unlock(tty);
}

static void signals_flush_and_are_noted(void **state)
{
	struct tty *tty = *state;

	TYPE(tty, "gone");
	assert_screen(tty, "gone");
	tty_lock(tty);
	assert_int_equal(tty_receive(tty, (const uint8_t *)"x\x03y\n", 4), 4);
	assert_int_equal(tty->signals, 1u << SIGINT);
	tty->signals = 0;
	tty_unlock(tty);
	assert_screen(tty, "^Cy\r\n");
	assert_line(tty, 10, "y\n");
}

static void stopped_output_resumes(void **state)
{
	struct tty *tty = *state;

	TYPE(tty, "\x13");
	tty_lock(tty);
	assert_int_equal(ldisc_write(tty, (const uint8_t *)"zz", 2), 0);
	tty_unlock(tty);
	TYPE(tty, "d");
	assert_screen(tty, "");
	TYPE(tty, "\x11");
	assert_screen(tty, "d");
}

static void output_is_processed(void **state)
{
	struct tty *tty = *state;

	tty->termios.c_oflag |= TAB3 | ONLCR;
	tty_lock(tty);
	assert_int_equal(ldisc_write(tty, (const uint8_t *)"a\tb\n\tc", 6), 6);
	tty_unlock(tty);
	assert_screen(tty, "a       b\r\n        c");
}

static void leaving_raw_mode_makes_a_line(void **state)
{
	struct tty *tty = *state;
	struct ktermios kt = tty->termios;

	kt.c_lflag &= ~(uint32_t)(ICANON | ECHO);
	tty_lock(tty);
	tty_set_termios(tty, &kt);
	tty_unlock(tty);
	TYPE(tty, "partial");
	assert_line(tty, 3, "par");
	kt.c_lflag |= ICANON;
	tty_lock(tty);
	tty_set_termios(tty, &kt);
	tty_unlock(tty);
	assert_line(tty, 30, "tial");
}

static void vmin_holds_a_reader_back(void **state)
{
	struct tty *tty = *state;

	tty->termios.c_lflag = 0;
	tty->termios.c_cc[VMIN] = 4;
	TYPE(tty, "abc");
	assert_no_line(tty);
	assert_line(tty, 2, "ab"); /* no more was asked for */
	TYPE(tty, "def");
	assert_line(tty, 100, "cdef");
}

static int group_setup(void **state)
{
	kernel_init(&kernel);
	timers_init(no_deadlines);
	return 0;
}

static int group_teardown(void **state)
{
	mem_free(atomic_load(&kernel.ttys));
	return 0;
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_line_is_readable_when_it_ends),
		T(end_of_file_ends_without_a_character),
		T(words_and_lines_are_erased_on_screen),
		T(utf8_is_erased_by_characters),
		T(endless_lines_lose_their_end),
		T(raw_mode_keeps_what_does_not_fit),
		T(signals_flush_and_are_noted),
		T(stopped_output_resumes),
		T(output_is_processed),
		T(leaving_raw_mode_makes_a_line),
		T(vmin_holds_a_reader_back),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
