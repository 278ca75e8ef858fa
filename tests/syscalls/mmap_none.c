/*
 * tests/syscalls/mmap_none.c - PROT_NONE: reserving address space, guard pages, access by system
 * calls fails with EFAULT.
 */
#include "check.h"
#include <sys/mman.h>

static int touch(void *p)
{
	return *(volatile char *)p;
}

int main(void)
{
	char *p = show_ptr(
		"reserve 1 GiB",
		mmap(NULL, 1 << 30, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
	int fd = open("f", O_RDWR | O_CREAT, 0644);

	show_status("touch", run_child(touch, p));
	show("commit a page", mprotect(p + 8192, 4096, PROT_READ | PROT_WRITE));
	p[8192] = 7;
	show_status("touch it", run_child(touch, p + 8192));
	show_status("touch the one before", run_child(touch, p + 8191));
	show_status("touch the one after", run_child(touch, p + 12288));
	show("write from it", write(fd, p + 8192, 4096));
	show("write from none", write(fd, p, 1));
	show("read to none", pread(fd, p, 1, 0));
	show("read that runs into none", pread(fd, p + 8192 + 4000, 200, 0));
	show("write that runs into none", write(fd, p + 8192 + 4000, 200));
	show("protect again", mprotect(p + 8192, 4096, PROT_NONE));
	show_status("touch", run_child(touch, p + 8192));
	show("and back", mprotect(p + 8192, 4096, PROT_READ));
	show_val("contents are kept", p[8192]);
	return 0;
}
