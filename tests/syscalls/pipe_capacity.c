/* tests/syscalls/pipe_capacity.c - pipe(7): how much fits, EAGAIN, PIPE_BUF, short writes. */
#include "fs_check.h"

int main(void)
{
	static char buf[200000];
	long total = 0;
	ssize_t n;
	int p[2];

	if (pipe2(p, O_NONBLOCK) < 0)
		die("pipe2");
	show("read from an empty one", read(p[0], buf, 1));
	show("write 200000", write(p[1], buf, sizeof(buf)));
	show("write 1 more", write(p[1], buf, 1));
	show("read 1", read(p[0], buf, 1));
	/* A whole page has to be free before anything fits again. */
	show("write 4096", write(p[1], buf, 4096));
	show("read the rest of the page", read(p[0], buf, 4095));
	show("write 4096", write(p[1], buf, 4096));
	show("write 4096", write(p[1], buf, 4096));
	show("read 8192", read(p[0], buf, 8192));
	/* Up to PIPE_BUF all or nothing, above it as much as fits. */
	show("write 4095", write(p[1], buf, 4095));
	show("write 4096", write(p[1], buf, 4096));
	show("write 4096", write(p[1], buf, 4096));
	show("read 4096", read(p[0], buf, 4096));
	show("write 10000", write(p[1], buf, 10000));
	show("write 10000", write(p[1], buf, 10000));
	while ((n = read(p[0], buf, 7000)) > 0)
		total += n;
	show("empty again", n);
	show_val("read in all", total);
	show_val("single bytes that fit", fill_up(p[1]));
	return 0;
}
