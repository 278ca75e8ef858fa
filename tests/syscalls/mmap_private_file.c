/*
 * tests/syscalls/mmap_private_file.c - mmap(2) MAP_PRIVATE of a file: contents, zeros after the
 * end, copies on write that the file does not see, later writes to the file.
 */
#include "check.h"
#include <sys/mman.h>

int main(void)
{
	char buf[8192], *p, *q;
	int fd;

	memset(buf, 'a', 4096);
	memset(buf + 4096, 'b', 1000);
	write_data("f", buf, 5096);
	fd = open("f", O_RDONLY);
	p = show_ptr("map", mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
	q = show_ptr("second map", mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 4096));
	close(fd);
	say("%c %c %d %c", p[0], p[4096 + 999], p[4096 + 1000], q[999]);
	p[1] = 'x';
	p[4096 + 1] = 'y';
	p[4096 + 1000] = 'z';
	say("%c %c %c, other map %c %d", p[1], p[4097], p[5096], q[1], q[1000]);
	show("read", read_file("f", buf, sizeof(buf)));
	say("file: %c %c", buf[1], buf[4097]);

	/* A page that is not written yet shows the file, a copied one does not. */
	fd = open("f", O_RDWR);
	show("pwrite", pwrite(fd, "W", 1, 4096 + 5));
	say("other map: %c, copied page: %c", q[5], p[4096 + 5]);

	pid_t pid = xfork();

	if (pid == 0) {
		say("child: %c", p[1]);
		p[1] = 'c';
		p[100] = 'd';
		_exit(0);
	}
	xwait(pid);
	say("parent: %c %c", p[1], p[100]);
	show("msync", msync(p, 8192, MS_SYNC));
	show("munmap", munmap(p, 8192));
	p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	say("fresh map: %c %c", p[1], p[100]);
	return 0;
}
