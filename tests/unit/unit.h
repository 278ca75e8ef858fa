/*
 * tests/unit/unit.h - what unit tests share: cmocka with its includes, and a check for aborts
 *
 * Interface: include after the header under test. Tests are named after the behaviour they check.
 */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* cmocka hands a state to every test; most have no use for it. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* Runs @fn in a child, silently, and checks that it died of abort(). */
static inline void unit_assert_aborts(void (*fn)(void))
{
	struct rlimit no_core = {0, 0};
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		setrlimit(RLIMIT_CORE, &no_core);
		close(STDERR_FILENO);
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

#endif
