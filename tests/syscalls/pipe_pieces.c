/* tests/syscalls/pipe_pieces.c - a pipe with many small buffers; memory that ends amid a transfer. */
#include "fs_check.h"

#include <sys/mman.h>
#include <sys/uio.h>

#define PIECE 2500
#define PIECES 30

static char buf[PIECE * PIECES];

static void fill(int fd)
{
	for (int i = 0; i < PIECES; i++) {
		memset(buf, 'a' + i % 26, PIECE);
		if (write(fd, buf, PIECE) != PIECE)
			die("write");
	}
	memset(buf, 0, sizeof(buf));
}

/* How many bytes are not those of the stream from that position on. */
static long wrong_from(const char *p, long n, long at)
{
	long wrong = 0;

	for (long i = 0; i < n; i++)
		wrong += p[i] != 'a' + (at + i) / PIECE % 26;
	return wrong;
}

int main(void)
{
	char *mem = mmap(NULL, 20 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			 0);
	struct iovec iov[3] = {{buf, 5}, {buf + 5, 0}, {buf + 5, 60000}};
	int p[2];
	ssize_t n;

	if (mem == MAP_FAILED || pipe2(p, O_NONBLOCK) < 0)
		die("setup");
	show("a larger pipe", fcntl(p[1], F_SETPIPE_SZ, 1 << 20));
	fill(p[1]);
	show("read all of it", n = read(p[0], buf, sizeof(buf)));
	show_val("wrong bytes", wrong_from(buf, n, 0));
	fill(p[1]);
	show("readv a part", n = readv(p[0], iov, 3));
	show_val("wrong bytes", wrong_from(buf, n, 0));
	show("read the rest", n = read(p[0], buf, sizeof(buf)));
	show_val("wrong bytes", wrong_from(buf, n, 60005));

	munmap(mem + 10 * 4096, 4096);
	fill(p[1]);
	n = read(p[0], mem + 100, 20 * 4096 - 100);
	show_val("a read that faults moved some", n > 0 && n <= 10 * 4096 - 100);
	show_val("wrong bytes", wrong_from(mem + 100, n, 0));
	while (read(p[0], buf, sizeof(buf)) > 0)
		;
	memset(mem, 'x', 10 * 4096);
	show("a write that faults", write(p[1], mem + 4096, 16 * 4096));
	show("what it left", read(p[0], buf, sizeof(buf)));
	show("a write that faults in its first page", write(p[1], mem + 10 * 4096 - 10, 4096));
	show("what it left", read(p[0], buf, sizeof(buf)));
	return 0;
}
