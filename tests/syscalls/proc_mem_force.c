/* tests/syscalls/proc_mem_force.c - /proc/PID/mem: page protections do not count. */
#include "fs_check.h"

int main(void)
{
	long page = sysconf(_SC_PAGESIZE);
	int fd = xopen("/proc/self/mem", O_RDWR, 0);
	char buf[64], *p;

	p = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memcpy(p, "text", 4);
	must(mprotect(p, page, PROT_READ));
	show("write to a read-only page", pwrite(fd, "TEXT", 4, (off_t)p));
	show_data("there", p, 4);
	must(mprotect(p, page, PROT_NONE));
	show_read("read of an inaccessible one", pread(fd, buf, 4, (off_t)p), buf);
	return 0;
}
