/*
 * tests/syscalls/mmap_fixed.c - mmap(2) with MAP_FIXED and MAP_FIXED_NOREPLACE: over nothing, over
 * other maps, in the middle of one; hints.
 */
#include "check.h"
#include <sys/mman.h>

#define PAGE 4096

static char *area;

static void *at(int page, int n, int flags)
{
	return mmap(area + page * PAGE, n * PAGE, PROT_READ | PROT_WRITE,
		    flags | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void look(const char *what)
{
	char text[16];
	unsigned char vec;

	for (int i = 0; i < 8; i++)
		text[i] = mincore(area + i * PAGE, PAGE, &vec) < 0 ? '-'
			  : area[i * PAGE]			   ? area[i * PAGE]
								   : '0';
	text[8] = '\0';
	show_str(what, text);
}

int main(void)
{
	area = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < 8; i++)
		area[i * PAGE] = 'a' + i;
	look("start");
	show_true("fixed in the middle", at(3, 2, MAP_FIXED) == area + 3 * PAGE);
	look("now");
	munmap(area, PAGE);
	munmap(area + 6 * PAGE, 2 * PAGE);
	look("unmapped some");
	show_true("fixed over nothing", at(0, 1, MAP_FIXED) == area);
	show_true("fixed over half", at(5, 2, MAP_FIXED) == area + 5 * PAGE);
	look("now");
	show_ptr("noreplace over a map", at(0, 1, MAP_FIXED_NOREPLACE));
	show_ptr("noreplace over half", at(6, 2, MAP_FIXED_NOREPLACE));
	look("now");
	show_true("noreplace over nothing", at(7, 1, MAP_FIXED_NOREPLACE) == area + 7 * PAGE);
	look("now");
	munmap(area + 2 * PAGE, PAGE);
	show_true("hint that is free", at(2, 1, 0) == area + 2 * PAGE);
	show_true("hint that is taken", at(2, 1, 0) != area + 2 * PAGE);

	/* A file over anonymous memory. */
	write_file("f", "file");
	int fd = open("f", O_RDONLY);

	show_true("file", mmap(area + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) ==
				  area + PAGE);
	look("now");
	return 0;
}
