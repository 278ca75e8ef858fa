/*
 * tests/syscalls/mincore_basic.c - mincore(2): resident pages, errors.
 */
#include "check.h"
#include <sys/mman.h>

#define PAGE 4096

int main(void)
{
	char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char vec[8];

	p[0] = p[2 * PAGE] = 1;
	memset(vec, 0xff, sizeof(vec));
	show("mincore", mincore(p, 4 * PAGE, vec));
	say("touched pages: %d %d", vec[0] & 1, vec[2] & 1);
	show_val("behind the vector", vec[4]);
	show("odd address", mincore(p + 1, PAGE, vec));
	show("length 0", mincore(p, 0, vec));
	vec[1] = 0xff;
	show("length 1", mincore(p, 1, vec));
	show_val("second byte", vec[1]);
	show("bad vector", mincore(p, PAGE, BAD_PTR));
	munmap(p + PAGE, PAGE);
	show("hole", mincore(p, 4 * PAGE, vec));
	show("unmapped", mincore(p + PAGE, PAGE, vec));
	show("kernel address", mincore((void *)(1UL << 63), PAGE, vec));
	return 0;
}
