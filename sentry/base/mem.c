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
#define HEAP_FIRST (1 << 20)
#define ENOUGH_TO_TRIM                                                                             \
	100000 /* glibc's FASTBIN_CONSOLIDATION_THRESHOLD is 64 KiB, blocks of 128 are mapped */

/* Allocations that still succeed, or one of the above. */
static _Atomic long fail_countdown = FAIL_OFF;

/*
 * glibc asks /proc/sys/vm/overcommit_memory before it gives the end of a thread's heap back for the
 * first time, which the sentry's seccomp filter forbids: mem_allow_trim() makes it ask before. Large blocks are
 * mapped on their own and always go back. And it grows such a heap page by page, with a call of the host
 * each: so the first megabyte is there from the start, as address space. With many threads it counts the
 * processors in /sys to limit the number of heaps, which the filter forbids as well: the limit is given here.
 */
__attribute__((constructor)) static void set_heap_policy(void)
{
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	mallopt(M_TOP_PAD, HEAP_FIRST);
	mallopt(M_ARENA_MAX, MAX_HEAPS);
}

void mem_allow_trim(void)
{
	void *volatile block;

	mallopt(M_TRIM_THRESHOLD, 0);
	mallopt(M_TOP_PAD, 0);
	block = malloc(ENOUGH_TO_TRIM);
	free((void *)block); /* of the end of this thread's heap */
	mallopt(M_TRIM_THRESHOLD, MEM_TRIM_BYTES);
	mallopt(M_TOP_PAD, HEAP_FIRST);
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

/* ---- how much is in use ---- */

#define COUNTED_AT_ONCE 16384

static _Thread_local long in_use_here; /* not told yet */
static _Atomic long in_use, in_use_most;

static void tell_in_use(void)
{
	long now = atomic_fetch_add_explicit(&in_use, in_use_here, memory_order_relaxed);
	long most = atomic_load_explicit(&in_use_most, memory_order_relaxed);

	now += in_use_here;
	in_use_here = 0;
	while (now > most &&
	       !atomic_compare_exchange_weak_explicit(&in_use_most, &most, now,
						      memory_order_relaxed, memory_order_relaxed))
		;
}

static void *counted(void *p)
{
	in_use_here += (long)malloc_usable_size(p);
	if (unlikely(in_use_here > COUNTED_AT_ONCE))
		tell_in_use();
	return p;
}

void mem_free(void *p)
{
	in_use_here -= (long)malloc_usable_size(p);
	free(p);
	if (unlikely(in_use_here < -COUNTED_AT_ONCE))
		tell_in_use();
}

size_t mem_in_use(void)
{
	return (size_t)MAX(atomic_load_explicit(&in_use, memory_order_relaxed), 0L);
}

bool mem_has_shrunk(void)
{
	return atomic_load_explicit(&in_use_most, memory_order_relaxed) -
		       atomic_load_explicit(&in_use, memory_order_relaxed) >
	       MEM_TRIM_BYTES;
}

/* madvise(2) for whole pages in the middle of a heap, brk(2) at the end of the first. */
void mem_trim(void)
{
	atomic_store_explicit(&in_use_most, atomic_load_explicit(&in_use, memory_order_relaxed),
			      memory_order_relaxed);
	malloc_trim(0);
}

/* ---- allocating ---- */

void *mem_alloc(size_t size)
{
	if (fail_now())
		return NULL;
	return counted(malloc(size ? size : 1));
}

void *mem_calloc(size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total) || fail_now())
		return NULL;
	return counted(calloc(1, total ? total : 1));
}

void *mem_zalloc(size_t size)
{
	return mem_calloc(1, size);
}

void *mem_realloc(void *p, size_t size)
{
	size_t before = malloc_usable_size(p);
	void *new;

	if (fail_now())
		return NULL;
	new = realloc(p, size ? size : 1);
	if (!new)
		return NULL;
	in_use_here -= (long)before;
	return counted(new);
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
