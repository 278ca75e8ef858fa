/* tests/unit/test_table.c - the syscall table and the names that --strace prints */
#include "syscalls/syscall.h"

#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>

#include "sentry/base/strbuf.h"
#include "syscalls/strace.h"
#include "tests/unit/unit.h"

static void rows_have_the_hosts_numbers(void **state)
{
	static const struct {
		int nr;
		const char *name;
	} known[] = {{SYS_read, "read"},	  {SYS_futex, "futex"},
		     {SYS_openat, "openat"},	  {SYS_rseq, "rseq"},
		     {SYS_clone3, "clone3"},	  {SYS_pidfd_send_signal, "pidfd_send_signal"},
		     {SYS_prlimit64, "prlimit64"}};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		assert_non_null(syscall_row(known[i].nr));
		assert_string_equal(syscall_row(known[i].nr)->name, known[i].name);
	}
}

static void numbers_outside_have_no_row(void **state)
{
	assert_null(syscall_row(-1));
	assert_null(syscall_row(335));
	assert_null(syscall_row(423));
	assert_null(syscall_row(SYSCALL_MAX));
	assert_null(syscall_row(INT32_MAX));
}

static void less_than_full_is_explained(void **state)
{
	for (int nr = 0; nr < SYSCALL_MAX; nr++) {
		const struct syscall_row *row = syscall_row(nr);

		if (!row)
			continue;
		assert_int_equal(row->nr, nr);
		if ((row->level == LEVEL_FULL) != (row->note[0] == '\0'))
			fail_msg("%s: level and note do not go together", row->name);
		if (row->refusal && row->fn)
			fail_msg("%s has a handler, and is refused in the table", row->name);
	}
}

static bool is_length(unsigned char type)
{
	return type == ARG_SIZE || type == ARG_INT || type == ARG_UINT || type == ARG_LONG ||
	       type == ARG_INTP_IO;
}

static bool has_length(unsigned char type)
{
	return type == ARG_BUF_IN || type == ARG_BUF_OUT || type == ARG_IOV_IN ||
	       type == ARG_IOV_OUT || type == ARG_SOCKADDR_IN || type == ARG_SOCKADDR_OUT ||
	       type == ARG_POLLFDS;
}

static void lengths_refer_to_numbers(void **state)
{
	for (int nr = 0; nr < SYSCALL_MAX; nr++) {
		const struct syscall_row *row = syscall_row(nr);

		for (int i = 0; row && i < SYSCALL_MAX_ARGS && row->args[i].type; i++) {
			const struct syscall_arg *arg = &row->args[i];

			if (has_length(arg->type) &&
			    (arg->ref >= SYSCALL_MAX_ARGS || !is_length(row->args[arg->ref].type)))
				fail_msg("%s: %s has no length", row->name, arg->name);
		}
	}
}

static void assert_flags(enum arg_set set, uint64_t value, const char *text)
{
	struct strbuf b;

	strbuf_init(&b, 256);
	strace_put_flags(&b, set, value);
	assert_string_equal(strbuf_str(&b), text);
	strbuf_free(&b);
}

static void flags_are_shown_by_name(void **state)
{
	assert_flags(SET_OPEN, O_RDONLY, "O_RDONLY");
	assert_flags(SET_OPEN, O_RDWR | O_CREAT | O_CLOEXEC, "O_RDWR|O_CREAT|O_CLOEXEC");
	assert_flags(SET_OPEN, O_TMPFILE | O_WRONLY, "O_WRONLY|O_TMPFILE");
	assert_flags(SET_PROT, 0, "PROT_NONE");
	assert_flags(SET_ACCESS, 0, "F_OK");
	assert_flags(SET_MSG, 0, "0");
	assert_flags(SET_MSYNC, 0x1000, "0x1000");
	assert_flags(SET_SOCK, 1 | 02000000, "SOCK_STREAM|SOCK_CLOEXEC");
	assert_flags(SET_FUTEX, 129, "FUTEX_WAKE|FUTEX_PRIVATE_FLAG");
	assert_flags(SET_CLONE, 17, "SIGCHLD");
	assert_flags(SET_CLONE, 0x4111, "SIGCHLD|CLONE_VM|CLONE_VFORK");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_have_the_hosts_numbers),
		cmocka_unit_test(numbers_outside_have_no_row),
		cmocka_unit_test(less_than_full_is_explained),
		cmocka_unit_test(lengths_refer_to_numbers),
		cmocka_unit_test(flags_are_shown_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
