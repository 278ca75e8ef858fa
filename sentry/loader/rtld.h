/*
 * sentry/loader/rtld.h - glibc's dynamic linker opens libraries with fewer calls
 *
 * Model: the linker opens, looks at, reads, maps and closes each library by some ten calls, which are most
 * of what a short-lived program asks of the sentry. Its instructions that make them are replaced, before it
 * runs, by jumps to the stub (platform/stub/library.c): there the open of a file brings what fstat(2) and
 * the first reads will ask for, and a host descriptor, from which the mappings are made without a trap.
 *
 * This file finds the instructions and makes the bytes. A jump leads to a trampoline in what is left of
 * the last page of the text, where the file has zeros; that leads to the stub by an address in memory,
 * which the stub fills in:
 *
 *	mov $nr, %eax; syscall	 ->  jmp 1f	  1: mov $nr, %eax; lea back(%rip), %rcx; jmp *stub(%rip)
 *	mov $AT_FDCWD, %edi; syscall  the same (open(2), with %eax set before)
 *	xor %eax, %eax; syscall; cmp $-4096, %rax	read(2), the comparison is made in the trampoline
 *
 * Nothing jumps into the middle of these: the number is always there. %rcx is the call's to change.
 *
 * Only where the interpreter is glibc's own: its calls are made under one lock, or before there are
 * threads, and by nobody else (musl's linker is its C library). Opens and closes must both be found. What is patched is private memory of the process, made by
 * the stub; a hostile file gets what it would have got by having such instructions itself.
 *
 * Interface: what was made for a file is kept for the next exec, by its numbers and times.
 * Locking: mu (LOCK_PLATFORM), over no call.
 */
#ifndef SENTRY_LOADER_RTLD_H
#define SENTRY_LOADER_RTLD_H

#include "fs/vfs/vfs.h"
#include "sentry/loader/elf.h"

#define RTLD_PATCH_MAX 512

/* The parts of a STUB_OP_PATCH. */
struct rtld_patch {
	uint32_t size; /* 0: nothing to be patched */
	uint8_t bytes[RTLD_PATCH_MAX];
};

/* path: as the program names its interpreter; st: of that file. */
void rtld_patch_get(const char *path, const struct kstat *st, const struct elf_image *img,
		    const struct elf_source *src, struct rtld_patch *ret);
/* text is what lies at img's address vaddr; with room bytes of zeros behind it. For the tests, too. */
void rtld_patch_make(const uint8_t *text, size_t len, size_t room, uint64_t vaddr,
		     struct rtld_patch *ret);

#endif
