/*
 * tests/syscalls/mremap_file.c - mremap(2) of file maps: growing shows more of the file, a move
 * keeps the sharing, old size 0 makes a second map; MREMAP_DONTUNMAP.
 */
#include "check.h"
#include <sys/mman.h>

#define PAGE 4096

int main(void)
{
	int fd = open("f", O_RDWR | O_CREAT, 0644);
	char *p, *q, c;

	for (int i = 0; i < 6; i++) {
		c = 'a' + i;
		if (pwrite(fd, &c, 1, i * PAGE) != 1)
			die("pwrite");
	}
	p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, PAGE);
	say("%c %c", p[0], p[PAGE]);
	p = show_ptr("grow", mremap(p, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE));
	say("%c %c %c %c", p[0], p[PAGE], p[2 * PAGE], p[3 * PAGE]);
	p[2 * PAGE] = 'X';
	show("pread", pread(fd, &c, 1, 3 * PAGE));
	show_data("file", &c, 1);

	q = show_ptr("old size 0", mremap(p, 0, 2 * PAGE, MREMAP_MAYMOVE));
	show_true("another place", q != p);
	q[0] = 'Y';
	say("first map %c, second %c %c", p[0], q[0], q[PAGE]);
	show("munmap the first", munmap(p, 4 * PAGE));
	say("second %c", q[0]);

	p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	p[0] = 'm';
	p[PAGE] = 'n';
	q = show_ptr("DONTUNMAP", mremap(p, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | 4, NULL));
	say("new %c %c, old %d %d", q[0], q[PAGE], p[0], p[PAGE]);
	p[0] = 'o';
	say("new %c, old %c", q[0], p[0]);
	return 0;
}
