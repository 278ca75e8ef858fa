/*
 * tests/syscalls/mmap_errors.c - mmap(2), munmap(2): bad lengths, offsets, flags, descriptors,
 * addresses.
 */
#include "check.h"
#include <sys/mman.h>

static void try(const char *what, unsigned long addr, size_t len, int prot, int flags, int fd,
		off_t off)
{
	long r = raw(SYS_mmap, addr, len, prot, flags, fd, off);

	show_ok(what, r == -1 ? -1 : 0);
	if (r != -1)
		raw(SYS_munmap, r, len);
}

int main(void)
{
	const int anon = MAP_PRIVATE | MAP_ANONYMOUS;
	int p[2], fd, dir;

	write_file("f", "hello");
	fd = open("f", O_RDWR);
	dir = open(".", O_RDONLY);
	xpipe(p);
	try("fine", 0, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	try("length 0", 0, 0, PROT_READ, anon, -1, 0);
	try("length too large", 0, 1UL << 47, PROT_READ, anon, -1, 0);
	try("length -1", 0, ~0UL, PROT_READ, anon, -1, 0);
	try("length -4096", 0, ~0UL - 4095, PROT_READ, anon, -1, 0);
	try("neither shared nor private", 0, 4096, PROT_READ, MAP_ANONYMOUS, -1, 0);
	try("odd offset", 0, 4096, PROT_READ, MAP_PRIVATE, fd, 100);
	try("odd offset, anonymous", 0, 4096, PROT_READ, anon, -1, 100);
	try("negative offset", 0, 4096, PROT_READ, MAP_PRIVATE, fd, -4096);
	try("offset that wraps", 0, 8192, PROT_READ, MAP_PRIVATE, fd, 0x7ffffffffffff000);
	try("bad descriptor", 0, 4096, PROT_READ, MAP_PRIVATE, 999, 0);
	try("descriptor -1", 0, 4096, PROT_READ, MAP_PRIVATE, -1, 0);
	try("bad descriptor, anonymous", 0, 4096, PROT_READ, anon, 999, 0);
	try("directory", 0, 4096, PROT_READ, MAP_PRIVATE, dir, 0);
	try("pipe", 0, 4096, PROT_READ, MAP_PRIVATE, p[0], 0);
	try("fixed, odd address", 0x12345001, 4096, PROT_READ, anon | MAP_FIXED, -1, 0);
	try("fixed, kernel address", 1UL << 63, 4096, PROT_READ, anon | MAP_FIXED, -1, 0);
	try("odd hint", 0x12345001, 4096, PROT_READ, anon, -1, 0);
	try("kernel address as hint", 1UL << 63, 4096, PROT_READ, anon, -1, 0);
	try("unknown flag, MAP_SHARED", 0, 4096, PROT_READ, MAP_SHARED | 0x800000, fd, 0);
	try("unknown flag, MAP_SHARED_VALIDATE", 0, 4096, PROT_READ, MAP_SHARED_VALIDATE | 0x800000,
	    fd, 0);
	try("MAP_GROWSDOWN of a file", 0, 4096, PROT_READ, MAP_SHARED | MAP_GROWSDOWN, fd, 0);
	try("unknown protection", 0, 4096, PROT_READ | 0x100, anon, -1, 0);

	show("munmap odd address", munmap((void *)0x12345001, 4096));
	show("munmap length 0", munmap((void *)0x12345000, 0));
	show("munmap of nothing", munmap((void *)0x12345000, 4096));
	show("munmap kernel address", munmap((void *)(1UL << 63), 4096));
	show("munmap too large", munmap((void *)0x12345000, ~0UL));
	return 0;
}
