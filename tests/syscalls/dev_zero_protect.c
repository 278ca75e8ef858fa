/* tests/syscalls/dev_zero_protect.c - a shared mapping of /dev/zero opened for reading stays so. */
#include "check.h"
#include <sys/mman.h>

int main(void)
{
	int fd = open("/dev/zero", O_RDONLY);
	char *p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

	show_true("shared", p != MAP_FAILED);
	show("byte", p[1]);
	show("mprotect", mprotect(p, 4096, PROT_READ | PROT_WRITE));
	p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	show_true("private", p != MAP_FAILED);
	show("mprotect", mprotect(p, 4096, PROT_READ | PROT_WRITE));
	p[1] = 7;
	show("byte", p[1]);
	close(fd);
	fd = open("/dev/zero", O_RDWR);
	p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	show("mprotect", mprotect(p, 4096, PROT_READ | PROT_WRITE));
	p[1] = 7;
	show("byte", p[1]);
	return 0;
}
