/*
 * tests/unit/test_mem.c - sentry/base/mem.h
 */
#include "sentry/base/mem.h"
#include "tests/unit/unit.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void products_that_overflow_are_refused(void **state)
{
	volatile size_t half = SIZE_MAX / 2;

	assert_null(mem_calloc(half, 3));
	assert_null(mem_calloc(3, half));
}

static void zeroed_memory_is_zero_and_empty_is_not_null(void **state)
{
	unsigned char *p = mem_zalloc(100);
	void *a = mem_alloc(0), *b = mem_calloc(0, 8), *c = mem_memdup("", 0);

	for (int i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	assert_non_null(a);
	assert_non_null(b);
	assert_non_null(c);
	mem_free(p);
	mem_free(a);
	mem_free(b);
	mem_free(c);
	mem_free(NULL);
}

static void strings_are_copied(void **state)
{
	const char unterminated[3] = {'a', 'b', 'c'};
	char *a = mem_strdup("text"), *b = mem_strndup("text", 2), *c = mem_strndup("text", 9);
	char *d = mem_strndup(unterminated, 3);

	assert_string_equal(a, "text");
	assert_string_equal(b, "te");
	assert_string_equal(c, "text");
	assert_string_equal(d, "abc");
	mem_free(a);
	mem_free(b);
	mem_free(c);
	mem_free(d);
}

static void realloc_keeps_content(void **state)
{
	char *p = mem_strdup("text"), *q = mem_realloc(p, 1000);

	assert_string_equal(q, "text");
	mem_fail_after(0);
	assert_null(mem_realloc(q, 2000));
	assert_true(mem_fail_stop());
	assert_string_equal(q, "text");
	mem_free(q);
}

static void injection_strikes_once_at_the_stated_call(void **state)
{
	void *a, *b, *c;

	mem_fail_after(1);
	a = mem_alloc(1);
	b = mem_zalloc(1);
	c = mem_alloc(1);
	assert_non_null(a);
	assert_null(b);
	assert_non_null(c);
	assert_true(mem_fail_stop());
	assert_false(mem_fail_stop());
	mem_free(a);
	mem_free(c);
}

#define NR_THREADS 48 /* more than there may be heaps, and more than make glibc count processors */

static pthread_barrier_t all_have_heaps;

static void *use_heap(void *arg)
{
	(void)arg;
	mem_free(mem_alloc(100));
	pthread_barrier_wait(&all_have_heaps);
	mem_free(mem_alloc(100000));
	return NULL;
}

/* Exits with 0, or is killed when anything is opened. */
static void use_heaps_without_open(void)
{
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {.len = ARRAY_SIZE(f), .filter = f};
	pthread_t threads[NR_THREADS];

	pthread_barrier_init(&all_have_heaps, NULL, NR_THREADS);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0)
		_exit(1);
	for (int i = 0; i < NR_THREADS; i++)
		if (pthread_create(&threads[i], NULL, use_heap, NULL))
			_exit(2);
	for (int i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	_exit(0);
}

static void many_threads_open_nothing(void **state)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		use_heaps_without_open();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(products_that_overflow_are_refused),
		cmocka_unit_test(zeroed_memory_is_zero_and_empty_is_not_null),
		cmocka_unit_test(strings_are_copied),
		cmocka_unit_test(realloc_keeps_content),
		cmocka_unit_test(many_threads_open_nothing),
		cmocka_unit_test(injection_strikes_once_at_the_stated_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
