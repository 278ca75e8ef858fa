/*
 * platform/stub/lib.h - what freestanding guest code uses in place of a C library
 *
 * Interface: raw calls return >= 0 or a negative errno. die() ends the process by SIGSEGV with its
 * default action, whatever the guest's dispositions are and even if it is pid 1: a fault in user
 * mode does so by the kernel's force.
 */
#ifndef PLATFORM_STUB_LIB_H
#define PLATFORM_STUB_LIB_H

#include "sentry/base/base.h"

static inline long sys6(long nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
			uint64_t f)
{
	register uint64_t r10 __asm__("r10") = d;
	register uint64_t r8 __asm__("r8") = e;
	register uint64_t r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

static inline long sys5(long nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
	return sys6(nr, a, b, c, d, e, 0);
}

static inline long sys4(long nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	return sys6(nr, a, b, c, d, 0, 0);
}

static inline long sys3(long nr, uint64_t a, uint64_t b, uint64_t c)
{
	return sys6(nr, a, b, c, 0, 0, 0);
}

static inline bool is_error(long r)
{
	return r < 0 && r >= -4095;
}

static inline _Noreturn void die(void)
{
	for (;;)
		__asm__ volatile("hlt"); /* privileged: #GP, SIGSEGV */
}

/* Pointers into guest memory are integers here: the stub rewrites its own stack. */
#define U64(p) ((uint64_t)(uintptr_t)(p))
#define PTR(a) ((void *)(uintptr_t)(a))

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
size_t strlen(const char *s);

#endif
