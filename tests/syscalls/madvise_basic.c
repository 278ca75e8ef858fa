/*
 * tests/syscalls/madvise_basic.c - madvise(2): MADV_DONTNEED zeroes private memory and rereads
 * files; hints have no visible effect; MADV_REMOVE punches holes.
 */
#include "check.h"
#include <sys/mman.h>

#define PAGE 4096

int main(void)
{
	char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *s = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int hints[] = {MADV_NORMAL,   MADV_RANDOM,   MADV_SEQUENTIAL,
		       MADV_WILLNEED, MADV_DONTDUMP, MADV_DODUMP};
	char *f, *fs;
	int fd;

	for (int i = 0; i < 4; i++)
		p[i * PAGE] = s[i * PAGE] = 'a' + i;
	for (size_t i = 0; i < ARRAY_LEN(hints); i++)
		show("hint", madvise(p, 4 * PAGE, hints[i]));
	say("%c %c", p[0], p[3 * PAGE]);
	show("DONTNEED, private", madvise(p + PAGE, 2 * PAGE, MADV_DONTNEED));
	say("%c %d %d %c", p[0], p[PAGE], p[2 * PAGE], p[3 * PAGE]);
	show("DONTNEED, shared", madvise(s, 4 * PAGE, MADV_DONTNEED));
	say("%c %c", s[0], s[3 * PAGE]);
	show("MADV_FREE", madvise(p, 4 * PAGE, MADV_FREE));
	p[0] = 'f';
	show_val("written after MADV_FREE", p[0]);
	show("MADV_FREE, shared", madvise(s, PAGE, MADV_FREE));
	show("MADV_REMOVE, shared", madvise(s, PAGE, MADV_REMOVE));
	say("%d %c", s[0], s[PAGE]);
	show("MADV_REMOVE, private", madvise(p, PAGE, MADV_REMOVE));

	write_file("f", "file contents");
	fd = open("f", O_RDWR);
	f = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	fs = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memcpy(f, "XXXX", 4);
	memcpy(fs + 5, "YYYY", 4);
	show_data("private", f, 13);
	show("DONTNEED", madvise(f, PAGE, MADV_DONTNEED));
	show_data("private", f, 13);
	show("DONTNEED, shared", madvise(fs, PAGE, MADV_DONTNEED));
	show_data("shared", fs, 13);
	return 0;
}
