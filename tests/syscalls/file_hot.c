/*
 * tests/syscalls/file_hot.c - a file that is read and written very often: all ways to its data agree,
 * also while it is cut, grows, has holes, and changes under a reader
 */
#include "fs_check.h"
#include <pthread.h>
#include <sys/mman.h>
#include <sys/uio.h>

#define SIZE (256 << 10)
#define WARM 300

static int fd;
static char big[SIZE], want[SIZE];
static void *volatile nowhere = (void *)8;
static volatile int done, bad_reads;

static void fill(char *p, size_t n, int seed)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (char)(i * 31 + (i >> 9) + seed);
}

/* So often that a short way is worth it. */
static int warm(void)
{
	char c;
	int bad = 0;

	for (int i = 0; i < WARM; i++)
		bad += pread(fd, &c, 1, i * 797 % SIZE) != 1 || c != want[i * 797 % SIZE];
	return bad;
}

static void check_all(const char *what)
{
	int bad = pread(fd, big, SIZE, 0) != SIZE || memcmp(big, want, SIZE);

	for (int at = 0; at < SIZE; at += 5000) {
		size_t n = at + 5000 > SIZE ? SIZE - at : 5000;

		bad += pread(fd, big, 5000, at) != (ssize_t)n || memcmp(big, want + at, n);
	}
	show_val(what, bad);
}

static void write_and_map(void)
{
	char *map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	struct iovec iov[3] = {{big, 100}, {NULL, 0}, {big + 100, 9900}};

	memcpy(big, "0123456789", 10);
	memcpy(want + 70000, big, 10);
	show("pwrite", pwrite(fd, big, 10, 70000));
	show_true("mapping shows it", memcmp(map + 70000, "0123456789", 10) == 0);
	map[70003] = want[70003] = 'm';
	check_all("differences after a store");
	fill(big, 10000, 9);
	memcpy(want + 123456, big, 10000);
	show("pwritev", pwritev(fd, iov, 3, 123456));
	show_true("mapping shows it", memcmp(map, want, SIZE) == 0);
	show("read to a bad address", pread(fd, nowhere, 10, 0));
	show("large read to a bad address", pread(fd, nowhere, 100000, 0));
	show("write from a bad address", pwrite(fd, nowhere, 10, 0));
	munmap(map, SIZE);
	map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(map + 4096, 4096);
	show("read to the end of memory", pread(fd, map, 100000, 0));
	show_true("right", memcmp(map, want, 4096) == 0);
	check_all("differences");
}

static void cut_and_grow(void)
{
	char c[16];

	show("cut", ftruncate(fd, 100001));
	show("read over the end", pread(fd, big, SIZE, 99999));
	show("read at the end", pread(fd, c, 5, 100001));
	show("small read over the end", pread(fd, c, 16, 99999));
	show("grow", ftruncate(fd, SIZE));
	memset(want + 100001, 0, SIZE - 100001);
	check_all("differences, zeros");
	show_val("small reads", warm());
	show("write into the hole", pwrite(fd, "x", 1, 200000));
	want[200000] = 'x';
	check_all("differences");
	fill(want, SIZE, 3);
	show("fill", pwrite(fd, want, SIZE, 0));
	show_val("small reads", warm());
	show("append", pwrite(fd, want, 70000, SIZE));
	show("read what was appended", pread(fd, big, 70000, SIZE));
	show_true("right", memcmp(big, want, 70000) == 0);
	show("cut", ftruncate(fd, SIZE));
	check_all("differences");
}

static void *reader(void *arg)
{
	static char mine[SIZE];
	size_t n = (size_t)(long)arg;

	while (!done) {
		ssize_t got = pread(fd, mine, n, 50000);

		if (got < 0)
			bad_reads++;
		for (ssize_t i = 0; i < got; i += 997)
			if (mine[i] != 0 && mine[i] != 'r')
				bad_reads++;
	}
	return NULL;
}

static void under_readers(void)
{
	pthread_t a, b;

	memset(big, 'r', SIZE);
	pwrite(fd, big, SIZE, 0);
	pthread_create(&a, NULL, reader, (void *)100L);
	pthread_create(&b, NULL, reader, (void *)150000L);
	for (int i = 0; i < 100; i++) {
		if (ftruncate(fd, i % 3 ? 60000 : 0) < 0 ||
		    pwrite(fd, big, i % 2 ? SIZE : 3000, i % 2 ? 0 : 130000) < 0)
			die("change");
	}
	done = 1;
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	show_val("wrong reads", bad_reads);
}

int main(void)
{
	fd = xopen("f", O_RDWR | O_CREAT, 0644);
	fill(want, SIZE, 1);
	show("write", write(fd, want, SIZE));
	show_val("small reads", warm());
	check_all("differences");
	write_and_map();
	cut_and_grow();
	under_readers();
	return 0;
}
