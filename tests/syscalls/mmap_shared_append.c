/*
 * tests/syscalls/mmap_shared_append.c - a shared map and a file that grows: pages behind the end
 * become valid with ftruncate or write, the part of the last page behind the end is zero again.
 */
#include "check.h"
#include <sys/mman.h>

int main(void)
{
	int fd = open("f", O_RDWR | O_CREAT, 0644);
	char *p, buf[8];

	show("ftruncate", ftruncate(fd, 100));
	p = show_ptr("map", mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	p[50] = 'a';
	show("grow to two pages", ftruncate(fd, 8192));
	p[5000] = 'b';
	show("pread", pread(fd, buf, 1, 5000));
	show_data("data", buf, 1);
	show("pwrite in the fourth page", pwrite(fd, "c", 1, 3 * 4096 + 7));
	show_val("map", p[3 * 4096 + 7]);
	show_val("hole", p[2 * 4096]);
	p[2 * 4096 + 1] = 'd';
	show("pread", pread(fd, buf, 1, 2 * 4096 + 1));
	show_data("data in the hole", buf, 1);
	show("shrink", ftruncate(fd, 60));
	show("grow", ftruncate(fd, 4 * 4096));
	say("%d %d %d %d", p[50], p[5000], p[2 * 4096 + 1], p[3 * 4096 + 7]);
	show("pread", pread(fd, buf, 1, 5000));
	show_data("data", buf, 1);
	return 0;
}
