/*
 * tests/fuzz/rawcall.h - system calls without libc's help, for the fuzzer and the probe
 *
 * Interface: raw_call() returns the kernel's value as it is (-errno). A child that a call makes
 * (fork, vfork, clone with any flags, on any stack) exits at once, before it touches memory.
 */
#ifndef TESTS_FUZZ_RAWCALL_H
#define TESTS_FUZZ_RAWCALL_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

static inline long raw_call(long nr, const uint64_t a[6])
{
	register uint64_t r10 __asm__("r10") = a[3];
	register uint64_t r8 __asm__("r8") = a[4];
	register uint64_t r9 __asm__("r9") = a[5];
	/* Clone's number in a register that survives: zero means that a child has nothing to do. */
	register uint64_t makes_child __asm__("r12") = nr == SYS_clone || nr == SYS_fork ||
						       nr == SYS_vfork || nr == SYS_clone3;
	long ret;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "test %%r12, %%r12\n\t"
			 "jz 1f\n\t"
			 "mov $60, %%eax\n\t" /* exit(0): one thread, so it ends a process, too */
			 "xor %%edi, %%edi\n\t"
			 "syscall\n\t"
			 "1:\n\t"
			 : "=a"(ret)
			 : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9),
			   "r"(makes_child)
			 : "rcx", "r11", "memory", "cc");
	return ret;
}

/* The old gate of 32-bit programs. */
static inline long raw_int80(long nr, const uint64_t a[3])
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a[0]), "c"(a[1]), "d"(a[2])
			 : "r8", "r9", "r10", "r11", "memory", "cc");
	return ret;
}

/* These programs call everything: outside a sandbox they would do harm. */
static inline bool inside_sandbox(void)
{
	struct utsname u;

	return uname(&u) == 0 && strstr(u.release, "runsc-c");
}

#endif
