/*
 * tests/unit/test_hosttext.c - fs/proc/hosttext.h: the host's texts in the guest's numbers
 */
#include "fs/proc/hosttext.h"
#include "sentry/kernel.h"
#include "sentry/task.h"
#include "tests/unit/unit.h"

#include <string.h>

static void stat_shows_guest_numbers(void **state)
{
	struct kernel k;
	struct process p = {.start_ns = 3500000000, .exit_signal = 17};
	struct proc_pid pp = {.kernel = &k, .process = &p, .tid = 5};
	struct stat_source s = {
		.pp = &pp,
		.may = true,
		.rsslim = UINT64_MAX,
		.ids = {.pid = 5,
			.tid = 5,
			.ppid = 1,
			.pgid = 4,
			.sid = 3,
			.nr_threads = 2,
			.tty_nr = 34816,
			.tpgid = 4,
			.comm = "a b)"},
	};
	char host[] = " S 900 901 902 0 -1 4194304 10 0 0 0 7 8 0 0 20 0 9 0 77777 3060 421 123 "
		      "4096 8192 1000 222 333 0 0 0 2 444 0 0 99 1 0 0 0 0 0 11 12 13 14 15 16 17 "
		      "0\n";
	char again[sizeof(host)];
	struct strbuf sb;

	kernel_init(&k);
	k.boot_monotonic_ns = 1000000000;
	memcpy(again, host, sizeof(host));
	strbuf_init(&sb, 4096);
	stat_translate(&sb, host, &s);
	assert_string_equal(strbuf_str(&sb),
			    "5 (a b)) S 1 4 3 34816 4 4194304 10 0 0 0 7 8 0 0 20 0 2 0 250 3060 "
			    "421 18446744073709551615 4096 8192 1000 0 0 0 0 0 2 0 0 0 17 1 0 0 0 "
			    "0 0 11 12 13 14 15 16 17 0\n");
	strbuf_reset(&sb);
	s.may = false;
	s.ids.zombie = true;
	stat_translate(&sb, again, &s);
	assert_string_equal(strbuf_str(&sb),
			    "5 (a b)) Z 1 4 3 34816 4 4194304 10 0 0 0 7 8 0 0 20 0 1 0 250 3060 "
			    "421 18446744073709551615 1 1 0 0 0 0 0 0 2 0 0 0 17 1 0 0 0 0 0 0 0 0 "
			    "0 0 0 0 0\n");
	strbuf_free(&sb);
}

static bool own(struct strbuf *sb, const char *key, void *ctx)
{
	if (strcmp(key, "Pid"))
		return false;
	strbuf_puts(sb, "Pid:\t5\n");
	return true;
}

static void status_drops_what_nobody_knows(void **state)
{
	char host[] = "Pid:\t900\nVmRSS:\t    1 kB\nx_secret:\t1\nSigQ:\t0/1\nodd\n";
	struct strbuf sb;

	strbuf_init(&sb, 4096);
	status_translate(&sb, host, own, NULL);
	assert_string_equal(strbuf_str(&sb), "Pid:\t5\nVmRSS:\t    1 kB\nSigQ:\t0/1\n");
	strbuf_free(&sb);
}

static void maps_lines_are_read_and_written(void **state)
{
	const char *line = "55d0c0a00000-55d0c0a02000 r-xp 00001000 fd:01 1234"
			   "                       /bin/true";
	struct maps_line l;
	struct strbuf sb;

	strbuf_init(&sb, 4096);
	assert_true(maps_line_parse(line, &l));
	assert_int_equal(l.start, 0x55d0c0a00000);
	assert_int_equal(l.ino, 1234);
	assert_int_equal(l.major, 0xfd);
	assert_string_equal(l.name, "/bin/true");
	maps_line_print(&sb, &l);
	strbuf_append(&sb, "", 0);
	sb.data[sb.len - 1] = '\0';
	assert_string_equal(strbuf_str(&sb), line);
	assert_false(maps_line_parse("Rss:                 4 kB", &l));
	assert_false(maps_line_parse("VmFlags: rd ex mr mw me", &l));
	assert_true(maps_line_parse("7f0000000000-7f0000001000 rw-p 00000000 00:00 0 ", &l));
	assert_string_equal(l.name, "");
	strbuf_free(&sb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stat_shows_guest_numbers),
		cmocka_unit_test(status_drops_what_nobody_knows),
		cmocka_unit_test(maps_lines_are_read_and_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
