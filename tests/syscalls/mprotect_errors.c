/*
 * tests/syscalls/mprotect_errors.c - mprotect(2): odd addresses, holes (what lies before them is
 * changed), bad flags, overflow.
 */
#include "check.h"
#include <sys/mman.h>

static int touch(void *p)
{
	*(volatile char *)p = 1;
	return 0;
}

int main(void)
{
	char *p = mmap(NULL, 6 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(p + 2 * 4096, 2 * 4096);
	show("odd address", mprotect(p + 1, 4096, PROT_READ));
	show("unmapped", mprotect(p + 2 * 4096, 4096, PROT_READ));
	show("over the hole", mprotect(p, 6 * 4096, PROT_READ));
	show_status("page before the hole", run_child(touch, p));
	show_status("page after the hole", run_child(touch, p + 5 * 4096));
	show("starts in the hole", mprotect(p + 3 * 4096, 2 * 4096, PROT_READ));
	show_status("page after the hole", run_child(touch, p + 5 * 4096));
	show("bad protection", mprotect(p, 4096, 0x100));
	show("length that wraps", mprotect(p, ~0UL - 4096, PROT_READ));
	show("length to the last byte", mprotect(p, ~0UL, PROT_READ));
	show("GROWSDOWN and GROWSUP", mprotect(p, 4096, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP));
	show("GROWSDOWN of no stack", mprotect(p, 4096, PROT_READ | PROT_GROWSDOWN));
	show("kernel address", mprotect((void *)(1UL << 63), 4096, PROT_READ));
	return 0;
}
