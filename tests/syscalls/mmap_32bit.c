/*
 * tests/syscalls/mmap_32bit.c - mmap(2) with MAP_32BIT: below 2 GiB; low hints; a map at an address
 * that the program chooses.
 */
#include "check.h"
#include <sys/mman.h>

#ifndef MAP_32BIT
#define MAP_32BIT 0
#endif

int main(void)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	char *p = show_ptr("MAP_32BIT",
			   mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, flags | MAP_32BIT, -1, 0));

	if (MAP_32BIT)
		show_true("below 2 GiB", (uintptr_t)p + (1 << 20) <= 1UL << 31);
	p[0] = p[(1 << 20) - 1] = 5;
	show_val("data", p[0]);
	p = mmap((void *)0x200000000, 4096, PROT_READ, flags, -1, 0);
	show_true("hint at 8 GiB", p == (char *)0x200000000);
	p = mmap((void *)0x600000000000, 4096, PROT_READ, flags, -1, 0);
	show_true("hint at 96 TiB", p == (char *)0x600000000000);
	p = mmap((void *)0x600000001800, 4096, PROT_READ, flags, -1, 0);
	show_true("odd hint is rounded up or down",
		  p == (char *)0x600000001000 || p == (char *)0x600000002000);
	return 0;
}
