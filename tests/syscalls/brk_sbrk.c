/*
 * tests/syscalls/brk_sbrk.c - sbrk(3) and malloc(3) on top of brk(2) and mmap(2): big and small
 * blocks, many times.
 */
#include "check.h"

int main(void)
{
	char *start = sbrk(0), *p;
	long sum = 0;
	void *blocks[500];

	p = sbrk(10000);
	show_true("sbrk returns the old break", p == start);
	show_true("moved", (char *)sbrk(0) == start + 10000);
	memset(p, 1, 10000);
	show_true("back", sbrk(-10000) == start + 10000);
	show_ptr("too much", sbrk(1L << 46));

	for (int i = 0; i < 500; i++) {
		size_t n = (i % 10 + 1) * (i % 50 == 0 ? 50000 : 100);

		blocks[i] = malloc(n);
		memset(blocks[i], i, n);
	}
	for (int i = 0; i < 500; i += 2)
		free(blocks[i]);
	for (int i = 1; i < 500; i += 2) {
		sum += *(unsigned char *)blocks[i];
		free(blocks[i]);
	}
	show_val("sum", sum);
	p = malloc(64 << 20);
	p[0] = p[(64 << 20) - 1] = 1;
	p = realloc(p, 128 << 20);
	show_val("after realloc", p[0] + p[(64 << 20) - 1]);
	free(p);
	return 0;
}
