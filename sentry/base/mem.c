/*
 * sentry/base/mem.c - the heap, with failure injection for tests
 */
#include "sentry/base/mem.h"

#include <limits.h>
#include <malloc.h>
#include <stdatomic.h>
#include <string.h>

#define FAIL_OFF (-1L)
#define FAIL_STRUCK (-2L)

#define MAX_HEAPS 32

/* Allocations that still succeed, or one of the above. */
static _Atomic long fail_countdown = FAIL_OFF;

/*
 * glibc asks /proc/sys/vm/overcommit_memory before it gives the end of a thread's heap back for the
 * first time, which the sentry's seccomp filter forbids. Large blocks are mapped on their own and
 * still go back. And it grows such a heap page by page, with a call of the host each: so the first
 * megabyte is there from the start, as address space. With many threads it counts the processors in
 * /sys to limit the number of heaps, which the filter forbids as well: the limit is given here.
 */
__attribute__((constructor)) static void set_heap_policy(void)
{
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	mallopt(M_TOP_PAD, 1 << 20);
	mallopt(M_ARENA_MAX, MAX_HEAPS);
}

void mem_fail_after(long n)
{
	ASSERT(n >= 0);
	atomic_store_explicit(&fail_countdown, n, memory_order_relaxed);
}

bool mem_fail_stop(void)
{
	return atomic_exchange_explicit(&fail_countdown, FAIL_OFF, memory_order_relaxed) ==
	       FAIL_STRUCK;
}

static bool fail_now(void)
{
	long left = atomic_load_explicit(&fail_countdown, memory_order_relaxed);

	while (unlikely(left >= 0)) {
		long next = left == 0 ? FAIL_STRUCK : left - 1;

		if (atomic_compare_exchange_weak_explicit(&fail_countdown, &left, next,
							  memory_order_relaxed,
							  memory_order_relaxed))
			return left == 0;
	}
	return false;
}

void *mem_alloc(size_t size)
{
	if (fail_now())
		return NULL;
	return malloc(size ? size : 1);
}

void *mem_calloc(size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total) || fail_now())
		return NULL;
	return calloc(1, total ? total : 1);
}

void *mem_zalloc(size_t size)
{
	return mem_calloc(1, size);
}

void *mem_realloc(void *p, size_t size)
{
	if (fail_now())
		return NULL;
	return realloc(p, size ? size : 1);
}

char *mem_strndup(const char *s, size_t max)
{
	size_t len = strnlen(s, max);
	char *copy;

	if (len == SIZE_MAX)
		return NULL;
	copy = mem_alloc(len + 1);
	if (!copy)
		return NULL;
	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *mem_strdup(const char *s)
{
	return mem_memdup(s, strlen(s) + 1);
}

void *mem_memdup(const void *p, size_t size)
{
	void *copy = mem_alloc(size);

	if (copy && size)
		memcpy(copy, p, size);
	return copy;
}

void mem_free(void *p)
{
	free(p);
}
