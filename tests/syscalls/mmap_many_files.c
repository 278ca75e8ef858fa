/* tests/syscalls/mmap_many_files.c - thousands of files that are there and have been mapped. */
#include "fs_check.h"

#include <sys/mman.h>

#define FILES 3000

static bool use(int n)
{
	char name[32], text[32];
	bool ok = false;
	int fd;
	char *p;

	snprintf(name, sizeof(name), "f%d", n);
	snprintf(text, sizeof(text), "text of %d", n);
	fd = open(name, O_CREAT | O_RDWR, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return false;
	close(fd);
	fd = open(name, O_RDONLY);
	p = mmap(NULL, 100, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (p != MAP_FAILED) {
		ok = strcmp(p, text) == 0;
		munmap(p, 100);
	}
	return ok;
}

int main(void)
{
	int bad = 0;

	for (int i = 0; i < FILES; i++)
		bad += !use(i);
	show_val("bad", bad);
	return 0;
}
