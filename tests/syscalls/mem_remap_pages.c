/*
 * tests/syscalls/mem_remap_pages.c - remap_file_pages(2): another order of the pages of a shared
 * map; errors.
 */
#include "check.h"
#include <sys/mman.h>

#define PAGE 4096

int main(void)
{
	int fd = open("f", O_RDWR | O_CREAT, 0644);
	char *p, c;

	for (int i = 0; i < 4; i++) {
		c = 'a' + i;
		if (pwrite(fd, &c, 1, i * PAGE) != 1)
			die("pwrite");
	}
	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	show("remap", remap_file_pages(p, PAGE, 0, 3, 0));
	say("%c%c%c%c", p[0], p[PAGE], p[2 * PAGE], p[3 * PAGE]);
	show("remap two", remap_file_pages(p + 2 * PAGE, 2 * PAGE, 0, 0, 0));
	say("%c%c%c%c", p[0], p[PAGE], p[2 * PAGE], p[3 * PAGE]);
	show("protection", remap_file_pages(p, PAGE, PROT_READ, 0, 0));
	show("length 0", remap_file_pages(p, 0, 0, 0, 0));
	p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	show("private", remap_file_pages(p, PAGE, 0, 0, 0));
	return 0;
}
