/*
 * tests/syscalls/mremap_errors.c - mremap(2): bad addresses, sizes, flags, overlap, holes.
 */
#include "check.h"
#include <sys/mman.h>

#define PAGE 4096

static void try(const char *what, void *old, size_t len, size_t newlen, int flags, void *new)
{
	long r = raw(SYS_mremap, old, len, newlen, flags, new);

	show_ok(what, r == -1 ? -1 : 0);
}

int main(void)
{
	char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *ro = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(p + 8 * PAGE, 8 * PAGE);
	mprotect(ro + PAGE, PAGE, PROT_READ);
	try("odd address", p + 1, PAGE, 2 * PAGE, MREMAP_MAYMOVE, NULL);
	try("new size 0", p, PAGE, 0, MREMAP_MAYMOVE, NULL);
	try("unknown flags", p, PAGE, PAGE, 0x100, NULL);
	try("fixed without maymove", p, PAGE, PAGE, MREMAP_FIXED, p + 8 * PAGE);
	try("odd target", p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 8 * PAGE + 1);
	try("target overlaps", p, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + PAGE);
	try("target before, overlaps", p + PAGE, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
	    p);
	try("target of the kernel", p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
	    (void *)(1UL << 63));
	try("unmapped", p + 9 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE, NULL);
	try("runs into a hole", p + 7 * PAGE, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE, NULL);
	try("two maps", ro, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE, NULL);
	try("size too large", p, PAGE, 1UL << 47, MREMAP_MAYMOVE, NULL);
	try("old size 0, private", p, 0, PAGE, MREMAP_MAYMOVE, NULL);
	try("DONTUNMAP without maymove", p, PAGE, PAGE, 4, NULL);
	try("DONTUNMAP with other size", p, PAGE, 2 * PAGE, 4 | MREMAP_MAYMOVE, NULL);
	return 0;
}
