/*
 * tests/syscalls/mmap_coherence.c - read and write with buffers in maps of the same or another
 * file: copies through the kernel see and make the right data.
 */
#include "check.h"
#include <sys/mman.h>

int main(void)
{
	int a = open("a", O_RDWR | O_CREAT, 0644), b = open("b", O_RDWR | O_CREAT, 0644);
	char *pa, *pb, buf[16];
	int sum = 0;

	if (ftruncate(a, 65536) < 0 || ftruncate(b, 65536) < 0)
		die("ftruncate");
	pa = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, a, 0);
	pb = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, b, 0);
	for (int i = 0; i < 65536; i++)
		pa[i] = i * 7 + (i >> 8);
	show("write a map to the other file", pwrite(b, pa, 65536, 0));
	show_true("maps are equal", memcmp(pa, pb, 65536) == 0);
	memset(pb, 0, 65536);
	show("read the file to the other map", pread(a, pb, 65536, 0));
	show_true("maps are equal", memcmp(pa, pb, 65536) == 0);
	show("write a map to its own file, next page", pwrite(a, pa, 4096, 4096));
	show_true("pages are equal", memcmp(pa, pa + 4096, 4096) == 0);
	show("read the file to its own map", pread(a, pa + 8192, 4096, 20000 / 4096 * 4096));
	show_true("pages are equal", memcmp(pa + 8192, pa + 16384, 4096) == 0);
	for (int i = 0; i < 200; i++) {
		pa[i * 100] = i;
		if (pread(a, buf, 1, i * 100) != 1 || buf[0] != (char)i)
			sum++;
		buf[0] = i + 1;
		if (pwrite(a, buf, 1, i * 100) != 1 || pa[i * 100] != (char)(i + 1))
			sum++;
	}
	show_val("differences", sum);
	return 0;
}
