/*
 * sentry/base/base.h - the small macros that every file of the project may use
 *
 * Interface: everything here is usable from any thread and from signal handlers. Code built
 * freestanding (the guest stub and shim) gets all but the cleanup attributes and ASSERT.
 *
 * ASSERT(cond) stays on in release builds and fails closed: it prints where and aborts, which ends
 * this sandbox. It is for errors of the programmer only; a condition that a guest can make false
 * belongs into an errno. ALWAYS(c) and NEVER(c) mark a branch believed to be impossible that is
 * handled nevertheless: debug builds assert it, release builds evaluate to the condition and go on.
 *
 * uaddr_t is an address in a guest. It is an integer so that nobody can dereference it.
 */
#ifndef SENTRY_BASE_BASE_H
#define SENTRY_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if __STDC_HOSTED__
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#endif

typedef uint64_t uaddr_t;

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define must_check __attribute__((warn_unused_result))
#define printf_like(fmt, args) __attribute__((format(printf, fmt, args)))
/* For a large local variable of which only what was written gets read: the build zeroes others. */
#if defined(__has_attribute)
#if __has_attribute(uninitialized)
#define not_zeroed __attribute__((uninitialized))
#endif
#endif
#ifndef not_zeroed
#define not_zeroed
#endif

/* The object whose member @member is at @ptr; complains when the types do not fit. */
#define container_of(ptr, type, member)                                                            \
	((type *)((uintptr_t)(1 ? (ptr) : &((type *)0)->member) - offsetof(type, member)))

/* Refuses pointers: the bit field has a width only for true arrays. */
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]) + 0 * sizeof(struct { int n : IS_ARRAY_(a); }))
#define IS_ARRAY_(a) (!__builtin_types_compatible_p(__typeof__(a), __typeof__(&(a)[0])))

/*
 * Operands are evaluated once and keep their common type; mind signed against unsigned. The counter
 * makes names that nest without shadowing.
 */
#define MIN(a, b) MIN_1_(a, b, __COUNTER__)
#define MAX(a, b) MAX_1_(a, b, __COUNTER__)
#define MIN_1_(a, b, n) PICK_(a, b, n, <)
#define MAX_1_(a, b, n) PICK_(a, b, n, >)
#define PICK_(a, b, n, op)                                                                         \
	__extension__({                                                                            \
		__auto_type pick_a_##n = (a);                                                      \
		__auto_type pick_b_##n = (b);                                                      \
		pick_a_##n op pick_b_##n ? pick_a_##n : pick_b_##n;                                \
	})

/* @align is a power of two. ALIGN_UP wraps to 0 at the top of the type: check before. */
#define ALIGN_DOWN(x, align) ((x) & -(__typeof__(x))(align))
#define ALIGN_UP(x, align) ALIGN_DOWN((x)-1 + (__typeof__(x))(align), align)
#define IS_ALIGNED(x, align) (ALIGN_DOWN(x, align) == (x))

/* For structures whose layout is an ABI: Linux structs, shared memory, wire formats. */
#define STATIC_ASSERT(cond) _Static_assert(cond, #cond)
#define STATIC_ASSERT_SIZE(type, size)                                                             \
	_Static_assert(sizeof(type) == (size), "size of " #type " is not " #size)
#define STATIC_ASSERT_OFFSET(type, member, off)                                                    \
	_Static_assert(offsetof(type, member) == (off), #type "." #member " is not at " #off)

/* All ones for i < n, else 0, without a branch that could be predicted. */
static inline size_t array_index_mask(size_t i, size_t n)
{
	size_t mask;
#if defined(__x86_64__)
	__asm__ volatile("cmp %2, %1\n\tsbb %0, %0" : "=r"(mask) : "r"(i), "r"(n) : "cc");
#else
	mask = (size_t)((ptrdiff_t) ~(i | (n - 1 - i)) >> (sizeof(size_t) * 8 - 1));
	__asm__ volatile("" : "+r"(mask));
#endif
	return mask;
}

/*
 * @i after an `i < n` check, clamped to 0 in wrongly speculated paths as well. Use on each index
 * that a guest chose (fd numbers, syscall numbers) before the table is read.
 */
static inline size_t array_index_nospec(size_t i, size_t n)
{
	return i & array_index_mask(i, n);
}

#if __STDC_HOSTED__

/* Prints one line to stderr with a single write, then abort(). */
_Noreturn void assert_failed(const char *cond, const char *file, int line, const char *func);

#define ASSERT(cond)                                                                               \
	do {                                                                                       \
		if (unlikely(!(cond)))                                                             \
			assert_failed(#cond, __FILE__, __LINE__, __func__);                        \
	} while (0)

#ifdef NDEBUG
#define ALWAYS(cond) (!!(cond))
#define NEVER(cond) (!!(cond))
#else
#define ALWAYS(cond)                                                                               \
	((cond) ? true : (assert_failed("ALWAYS " #cond, __FILE__, __LINE__, __func__), false))
#define NEVER(cond)                                                                                \
	((cond) ? (assert_failed("NEVER " #cond, __FILE__, __LINE__, __func__), true) : false)
#endif

void mem_free(void *p); /* sentry/base/mem.h */

/* Dropped on every exit of the scope: char *_cleanup_free_ s = NULL; int _cleanup_close_ fd = -1; */
#define _cleanup_(func) __attribute__((cleanup(func)))
#define _cleanup_free_ _cleanup_(cleanup_free)
#define _cleanup_close_ _cleanup_(cleanup_close)

static inline void cleanup_free(void *p)
{
	mem_free(*(void **)p);
}

static inline void cleanup_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

/* The value, with the variable emptied: hands a resource out of a cleanup scope. */
#define TAKE(var, empty)                                                                           \
	__extension__({                                                                            \
		__typeof__(var) *take_p_ = &(var);                                                 \
		__typeof__(var) take_v_ = *take_p_;                                                \
		*take_p_ = (empty);                                                                \
		take_v_;                                                                           \
	})
#define TAKE_PTR(ptr) TAKE(ptr, NULL)
#define TAKE_FD(fd) TAKE(fd, -1)

#endif /* __STDC_HOSTED__ */

/* For ThreadSanitizer: what was done before handover_give() comes before what is done after a later
 * handover_take() of the same object. The host orders it: a verdict lets a guest thread go on, and
 * another worker gets its next trap. */
#if defined(__SANITIZE_THREAD__)
#define THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define THREAD_SANITIZER 1
#endif
#endif
#ifdef THREAD_SANITIZER
void __tsan_acquire(void *addr);
void __tsan_release(void *addr);
#define handover_take(p) __tsan_acquire(p)
#define handover_give(p) __tsan_release(p)
#else
#define handover_take(p) ((void)(p))
#define handover_give(p) ((void)(p))
#endif

#endif
