/*
 * tests/syscalls/msync_basic.c - msync(2): flags, holes, addresses; data is in the file afterwards.
 */
#include "check.h"
#include <sys/mman.h>

#define PAGE 4096

int main(void)
{
	int fd = open("f", O_RDWR | O_CREAT, 0644);
	char *p, buf[8];

	if (ftruncate(fd, 4 * PAGE) < 0)
		die("ftruncate");
	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	strcpy(p + 10, "data");
	show("MS_SYNC", msync(p, 4 * PAGE, MS_SYNC));
	show("MS_ASYNC", msync(p, 4 * PAGE, MS_ASYNC));
	show("MS_INVALIDATE", msync(p, 4 * PAGE, MS_INVALIDATE));
	show("MS_SYNC|MS_INVALIDATE", msync(p, 4 * PAGE, MS_SYNC | MS_INVALIDATE));
	show("no flags", msync(p, 4 * PAGE, 0));
	show("MS_SYNC|MS_ASYNC", msync(p, 4 * PAGE, MS_SYNC | MS_ASYNC));
	show("unknown flag", msync(p, 4 * PAGE, 8));
	show("odd address", msync(p + 1, PAGE, MS_SYNC));
	show("length 0", msync(p, 0, MS_SYNC));
	show("odd length", msync(p, 10, MS_SYNC));
	show("pread", pread(fd, buf, 4, 10));
	show_data("file", buf, 4);
	munmap(p + PAGE, PAGE);
	show("over a hole", msync(p, 4 * PAGE, MS_SYNC));
	show("unmapped", msync(p + PAGE, PAGE, MS_SYNC));
	show("anonymous",
	     msync(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), PAGE, MS_SYNC));
	return 0;
}
