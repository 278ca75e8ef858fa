/*
 * Reads and writes of up to twice what a channel carries, many of each, so that the channel learns that they are
 * large: what arrives, and what does when a part of the buffer is not there.
 */
#include "check.h"

#include <dirent.h>
#include <sys/mman.h>

#define FILE_SIZE 262144
#define ROUNDS 40
#define PAGE 4096

static const size_t sizes[] = {1,     4095,  4096,  16383, 16384, 16385, 20000,	 32766,
			       32767, 32768, 65535, 65536, 65537, 70000, 131072, 131073};
static unsigned char pattern[FILE_SIZE], buf[FILE_SIZE];

static void write_and_read(int fd)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		size_t size = sizes[i], wrong = 0;

		for (size_t round = 0; round < ROUNDS; round++) {
			off_t at = (off_t)(round * 37);

			wrong += pwrite(fd, pattern + round, size, at) != (ssize_t)size;
			memset(buf, 0, size + 1);
			wrong += pread(fd, buf, size, at) != (ssize_t)size;
			wrong += memcmp(buf, pattern + round, size) != 0 || buf[size] != 0;
			lseek(fd, at, SEEK_SET);
			wrong += read(fd, buf, size) != (ssize_t)size ||
				 memcmp(buf, pattern + round, size) != 0;
			wrong += lseek(fd, 0, SEEK_CUR) != at + (off_t)size;
		}
		say("%zu: wrong: %zu", size, wrong);
	}
}

/* A buffer of which so many bytes are there. */
static unsigned char *cut_off(size_t there)
{
	unsigned char *p = mmap(NULL, FILE_SIZE, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(p + there, FILE_SIZE - there);
	return p;
}

static void bad_parts(int fd)
{
	for (size_t there = PAGE; there <= 20 * PAGE; there += 5 * PAGE) {
		unsigned char *p = cut_off(there);

		memcpy(p, pattern, there);
		say("%zu pages of a buffer", there / PAGE);
		show("pwrite", pwrite(fd, p, 65536, 0));
		memset(p, 0, there);
		show("pread", pread(fd, p, 65536, 0));
		show_true("what has come", memcmp(p, pattern, there < 65536 ? there : 65536) == 0);
		show("pread at the end", pread(fd, p, 65536, FILE_SIZE - 100));
		mprotect(p, there, PROT_READ);
		show("pread to where nothing may be written", pread(fd, p, PAGE, 0));
		munmap(p, there);
	}
}

static void pipes(void)
{
	size_t wrong = 0;
	int fds[2];

	pipe(fds);
	for (int i = 0; i < ROUNDS; i++) {
		wrong += write(fds[1], pattern, 65536) != 65536;
		wrong += read(fds[0], buf, 70000) != 65536 || memcmp(buf, pattern, 65536) != 0;
		wrong += write(fds[1], pattern + i, 5) != 5;
		wrong += read(fds[0], buf, 65536) != 5 || memcmp(buf, pattern + i, 5) != 0;
	}
	say("pipe, wrong: %zu", wrong);
	close(fds[0]);
	close(fds[1]);
}

/* The C library reads directories by 32 KiB. */
static void directory(void)
{
	static const char name[] =
		"a-name-that-is-long-enough-to-make-a-directory-of-many-bytes-%04d";
	size_t wrong = 0;
	char path[128];

	mkdir("many", 0700);
	chdir("many");
	for (int i = 0; i < 900; i++) {
		snprintf(path, sizeof(path), name, i);
		close(open(path, O_CREAT | O_WRONLY, 0600));
	}
	for (int round = 0; round < 5; round++) {
		DIR *d = opendir(".");
		struct dirent *e;
		int count = 0;

		while ((e = readdir(d)))
			count += strlen(e->d_name) > 60;
		closedir(d);
		wrong += count != 900;
	}
	say("directory, wrong: %zu", wrong);
	for (int i = 0; i < 900; i++) {
		snprintf(path, sizeof(path), name, i);
		unlink(path);
	}
	chdir("..");
	rmdir("many");
}

int main(void)
{
	int fd;

	for (size_t i = 0; i < FILE_SIZE; i++)
		pattern[i] = (unsigned char)(i * 2654435761u >> 13);
	fd = open("large", O_RDWR | O_CREAT | O_TRUNC, 0600);
	show_true("a file", pwrite(fd, pattern, FILE_SIZE, 0) == FILE_SIZE);
	write_and_read(fd);
	bad_parts(fd);
	pipes();
	directory();
	unlink("large");
	return 0;
}
