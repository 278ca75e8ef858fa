/*
 * tests/syscalls/madvise_errors.c - madvise(2): odd addresses, unknown advice, holes, lengths.
 */
#include "check.h"
#include <sys/mman.h>

#define PAGE 4096

int main(void)
{
	char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(p + PAGE, PAGE);
	p[0] = p[2 * PAGE] = 'x';
	show("odd address", madvise(p + 1, PAGE, MADV_NORMAL));
	show("unknown advice", madvise(p, PAGE, 12345));
	show("unknown advice, unmapped", madvise(p + PAGE, PAGE, 12345));
	show("length 0", madvise(p, 0, MADV_DONTNEED));
	show("length 0, unmapped", madvise(p + PAGE, 0, MADV_DONTNEED));
	show("length 0, unknown advice", madvise(p, 0, 12345));
	show("length that wraps", madvise(p, ~0UL - 100, MADV_DONTNEED));
	show("unmapped", madvise(p + PAGE, PAGE, MADV_DONTNEED));
	show("over a hole", madvise(p, 4 * PAGE, MADV_DONTNEED));
	say("applied around the hole: %d %d", p[0], p[2 * PAGE]);
	p[0] = 'y';
	show("length is rounded up", madvise(p, 1, MADV_DONTNEED));
	show_val("data", p[0]);
	show("WIPEONFORK of a hole", madvise(p, 4 * PAGE, MADV_WIPEONFORK));
	return 0;
}
