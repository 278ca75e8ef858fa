/* tests/syscalls/write_big.c - write(2) and read(2): a megabyte, in pieces of many sizes. */
#include "fs_check.h"

#define SIZE (1 << 20)

int main(void)
{
	static const size_t sizes[] = {1,    511,   512,   513,	  4095,	 4096,
				       4097, 65535, 65536, 65537, 100000};
	char *data = shared_alloc(SIZE), *back = shared_alloc(SIZE);
	size_t done = 0;
	int fd, short_count = 0;

	pattern_fill(data, SIZE, 0);
	fd = xopen("f", O_RDWR | O_CREAT, 0644);
	show("one write", write(fd, data, SIZE));
	show("rewind", lseek(fd, 0, SEEK_SET));
	show("one read", read(fd, back, SIZE));
	show_true("equal", pattern_ok(back, SIZE, 0));

	show("ftruncate", ftruncate(fd, 0));
	lseek(fd, 0, SEEK_SET);
	for (int i = 0; done < SIZE; i++) {
		size_t n = sizes[i % ARRAY_LEN(sizes)];

		if (n > SIZE - done)
			n = SIZE - done;
		if (write(fd, data + done, n) != (ssize_t)n)
			short_count++;
		done += n;
	}
	show_val("short writes", short_count);
	show_val("size", file_size("f"));
	memset(back, 0, SIZE);
	lseek(fd, 0, SEEK_SET);
	short_count = 0;
	done = 0;
	for (int i = 3; done < SIZE; i++) {
		size_t n = sizes[i % ARRAY_LEN(sizes)];

		if (n > SIZE - done)
			n = SIZE - done;
		if (read(fd, back + done, n) != (ssize_t)n)
			short_count++;
		done += n;
	}
	show_val("short reads", short_count);
	show_true("equal", pattern_ok(back, SIZE, 0));
	/* A read across the end. */
	lseek(fd, SIZE - 1000, SEEK_SET);
	show("across the end", read(fd, back, SIZE));
	show_true("equal", pattern_ok(back, 1000, SIZE - 1000));
	return 0;
}
