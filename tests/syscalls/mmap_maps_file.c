/*
 * tests/syscalls/mmap_maps_file.c - /proc/self/maps: the lines of a few maps: permissions, offset,
 * name; merging and splitting.
 */
#include "check.h"
#include <sys/mman.h>

static char *area;

/* All lines within the area, with page numbers instead of addresses. */
static void look(const char *what, int pages)
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[4600];

	say("%s", what);
	if (!f)
		die("maps");
	while (fgets(line, sizeof(line), f)) {
		unsigned long from, to, off, ino;
		char perm[8], dev[16], *name;
		int n = 0;

		if (sscanf(line, "%lx-%lx %7s %lx %15s %lu%n", &from, &to, perm, &off, dev, &ino,
			   &n) < 6)
			die("line %s", line);
		if (to <= (unsigned long)area || from >= (unsigned long)area + pages * 4096)
			continue;
		if (from < (unsigned long)area)
			from = (unsigned long)area;
		if (to > (unsigned long)area + pages * 4096)
			to = (unsigned long)area + pages * 4096;
		name = strrchr(line + n, '/');
		say("\t%ld-%ld %s %lx inode %d %s", (long)(from - (unsigned long)area) / 4096,
		    (long)(to - (unsigned long)area) / 4096, perm, off, ino != 0,
		    name ? strtok(name, "\n") : "");
	}
	fclose(f);
}

int main(void)
{
	int fd = open("f", O_RDWR | O_CREAT, 0644);

	/* Guard pages around, so that nothing merges with the neighbours. */
	area = mmap(NULL, 12 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(area, 12 * 4096);
	area += 4096;
	if (ftruncate(fd, 40960) < 0)
		die("ftruncate");
	mmap(area, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
	     0);
	mmap(area + 6 * 4096, 3 * 4096, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 8192);
	look("two maps", 10);
	mprotect(area + 4096, 4096, PROT_READ);
	mprotect(area + 7 * 4096, 4096, PROT_READ | PROT_WRITE);
	look("changed pages", 10);
	mprotect(area + 4096, 4096, PROT_READ | PROT_WRITE);
	mprotect(area + 7 * 4096, 4096, PROT_READ);
	look("changed back", 10);
	munmap(area + 2 * 4096, 4096);
	mmap(area + 5 * 4096, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd, 4096);
	look("hole and a private map of the file", 10);
	unlink("f");
	look("unlinked", 10);
	return 0;
}
