/*
 * tests/syscalls/mremap_basic.c - mremap(2): shrinking, growing in place or with a move, fixed
 * targets; contents are kept, old addresses are gone.
 */
#include "check.h"
#include <sys/mman.h>

#define PAGE 4096

static char *map(int pages)
{
	char *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);

	for (int i = 0; i < pages; i++)
		p[i * PAGE] = 'a' + i;
	return p;
}

static bool mapped(char *p)
{
	unsigned char vec;

	return mincore(p, PAGE, &vec) == 0;
}

int main(void)
{
	char *p = map(8), *q, *target;

	show_true("shrink", mremap(p, 8 * PAGE, 4 * PAGE, 0) == p);
	say("mapped: %d %d", mapped(p + 3 * PAGE), mapped(p + 4 * PAGE));
	show_true("grow in place", mremap(p, 4 * PAGE, 6 * PAGE, 0) == p);
	say("old %c new %d", p[3 * PAGE], p[5 * PAGE]);

	/* Something in the way. */
	mmap(p + 6 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	show_ptr("grow, no room", mremap(p, 6 * PAGE, 20 * PAGE, 0));
	q = show_ptr("grow, MAYMOVE", mremap(p, 6 * PAGE, 20 * PAGE, MREMAP_MAYMOVE));
	show_true("moved", q != p);
	say("%c %c %d", q[0], q[3 * PAGE], q[19 * PAGE]);
	say("old mapped: %d, the page behind: %d", mapped(p), mapped(p + 6 * PAGE));

	target = map(4);
	p = mremap(q, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target + PAGE);
	show_true("fixed", p == target + PAGE);
	say("%c %c %c %c", target[0], target[PAGE], target[2 * PAGE], target[3 * PAGE]);
	say("source mapped: %d %d", mapped(q), mapped(q + 2 * PAGE));
	p = mremap(q + 2 * PAGE, 3 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q);
	show_true("fixed and smaller", p == q);
	say("%c, %d %d %d", q[0], mapped(q + PAGE), mapped(q + 2 * PAGE), mapped(q + 4 * PAGE));
	show_true("same size", mremap(q, PAGE, PAGE, 0) == q);
	show_true("odd sizes are rounded", mremap(q, 100, 4000, 0) == q);
	return 0;
}
