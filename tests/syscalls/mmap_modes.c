/*
 * tests/syscalls/mmap_modes.c - mmap(2) and mprotect(2): EACCES when the open mode of the file does
 * not allow the map.
 */
#include "check.h"
#include <sys/mman.h>

static void try(const char *what, int fd, int prot, int flags)
{
	void *p = mmap(NULL, 4096, prot, flags, fd, 0);

	show_ptr(what, p);
	if (p == MAP_FAILED)
		return;
	show("\tmprotect read", mprotect(p, 4096, PROT_READ));
	show("\tmprotect write", mprotect(p, 4096, PROT_WRITE));
	show("\tmprotect all", mprotect(p, 4096, PROT_READ | PROT_WRITE | PROT_EXEC));
	show("\tmprotect none", mprotect(p, 4096, PROT_NONE));
	munmap(p, 4096);
}

int main(void)
{
	int modes[] = {O_RDONLY, O_WRONLY, O_RDWR, O_PATH, O_RDWR | O_APPEND};
	static const char *names[] = {"O_RDONLY", "O_WRONLY", "O_RDWR", "O_PATH", "O_APPEND"};

	write_file("f", "text");
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		int fd = open("f", modes[i]);

		say("%s", names[i]);
		try("private, none", fd, PROT_NONE, MAP_PRIVATE);
		try("private, read", fd, PROT_READ, MAP_PRIVATE);
		try("private, write", fd, PROT_READ | PROT_WRITE, MAP_PRIVATE);
		try("shared, none", fd, PROT_NONE, MAP_SHARED);
		try("shared, read", fd, PROT_READ, MAP_SHARED);
		try("shared, write", fd, PROT_WRITE, MAP_SHARED);
		try("shared, read and write", fd, PROT_READ | PROT_WRITE, MAP_SHARED);
		close(fd);
	}
	return 0;
}
