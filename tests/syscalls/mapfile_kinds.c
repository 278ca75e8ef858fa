/* tests/syscalls/mapfile_kinds.c - mmap(2): which kinds of file can be mapped, and how. */
#include "fs_check.h"

static void try(const char *what, int fd, int prot, int flags)
{
	void *p = mmap(NULL, 4096, prot, flags, fd, 0);

	show_ptr(what, p);
	if (p != MAP_FAILED)
		munmap(p, 4096);
}

/* The mapping outlives the descriptor and the name. */
static void outlives(int fd)
{
	char *map, buf[8];
	int again = dup(fd);

	must(ftruncate(fd, 4096));
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	show_ptr("shared", map);
	close(fd);
	must(unlink("f"));
	strcpy(map, "written through the map");
	show_read("read", pread(again, buf, 7, 0), buf);
	must(pwrite(again, "WRITTEN", 7, 0));
	show_data("map", map, 23);
	must(ftruncate(again, 0));
	must(ftruncate(again, 4096));
	show_true("cut and grown: zeros", all_zero(map, 4096));
}

int main(void)
{
	int p[2], fd;

	write_file("f", "text");
	fd = xopen("f", O_RDWR, 0);
	try("file", fd, PROT_READ | PROT_WRITE, MAP_SHARED);
	try("append only, shared write", xopen("f", O_RDWR | O_APPEND, 0), PROT_READ | PROT_WRITE,
	    MAP_SHARED);
	try("directory", xopen(".", O_RDONLY, 0), PROT_READ, MAP_PRIVATE);
	xpipe(p);
	try("pipe", p[0], PROT_READ, MAP_PRIVATE);
	try("/dev/null", xopen("/dev/null", O_RDWR, 0), PROT_READ, MAP_PRIVATE);
	try("/dev/zero", xopen("/dev/zero", O_RDWR, 0), PROT_READ, MAP_PRIVATE);
	try("/proc/self/stat", xopen("/proc/self/stat", O_RDONLY, 0), PROT_READ, MAP_PRIVATE);
	try("memfd", memfd_create("m", 0), PROT_READ, MAP_SHARED);
	try("closed", closed_fd(), PROT_READ, MAP_PRIVATE);
	try("program", xopen("/proc/self/exe", O_RDONLY, 0), PROT_READ | PROT_EXEC, MAP_PRIVATE);
	outlives(fd);
	return 0;
}
