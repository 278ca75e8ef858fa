/*
 * tests/syscalls/memfd_seals.c - file seals: F_ADD_SEALS and F_GET_SEALS, what each seal forbids,
 * and what cannot be sealed.
 */
#include "check.h"
#include <sys/mman.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

static int make(unsigned int seals)
{
	int fd = memfd_create("sealed", MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, 4096) < 0)
		die("memfd_create");
	if (seals)
		show("F_ADD_SEALS", fcntl(fd, F_ADD_SEALS, seals));
	return fd;
}

static void ops(int fd)
{
	void *p;

	show("\tget", fcntl(fd, F_GET_SEALS));
	show("\tpwrite", pwrite(fd, "x", 1, 0));
	show("\tpwrite behind the end", pwrite(fd, "x", 1, 5000));
	show("\tgrow", ftruncate(fd, 8192));
	show("\tshrink", ftruncate(fd, 100));
	show("\tpunch", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 10));
	p = show_ptr("\tmap shared, write",
		     mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	if (p != MAP_FAILED)
		munmap(p, 4096);
	p = show_ptr("\tmap shared, read", mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0));
	if (p != MAP_FAILED) {
		show("\tmprotect to write", mprotect(p, 4096, PROT_READ | PROT_WRITE));
		munmap(p, 4096);
	}
	p = show_ptr("\tmap private, write",
		     mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
	if (p != MAP_FAILED)
		munmap(p, 4096);
	show("\tadd another seal", fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
}

int main(void)
{
	int fd, p[2];
	void *map;

	say("no seals");
	ops(make(0));
	say("F_SEAL_WRITE");
	ops(make(F_SEAL_WRITE));
	say("F_SEAL_FUTURE_WRITE");
	ops(make(F_SEAL_FUTURE_WRITE));
	say("F_SEAL_SHRINK");
	ops(make(F_SEAL_SHRINK));
	say("F_SEAL_GROW");
	ops(make(F_SEAL_GROW));
	say("F_SEAL_SEAL");
	ops(make(F_SEAL_SEAL));
	say("all");
	ops(make(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE));

	fd = make(0);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	show("F_SEAL_WRITE with a writable map", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	show("F_SEAL_FUTURE_WRITE with it", fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
	*(char *)map = 1;
	munmap(map, 4096);
	show("F_SEAL_WRITE then", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	show("unknown seal", fcntl(make(0), F_ADD_SEALS, 0x1000));

	fd = memfd_create("unsealable", 0);
	show("without MFD_ALLOW_SEALING: get", fcntl(fd, F_GET_SEALS));
	show("add", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	fd = open("f", O_RDWR | O_CREAT, 0644);
	xpipe(p);
	show("pipe: get", fcntl(p[0], F_GET_SEALS));
	show("pipe: add", fcntl(p[0], F_ADD_SEALS, F_SEAL_WRITE));
	return 0;
}
