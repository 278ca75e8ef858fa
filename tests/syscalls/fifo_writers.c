/* tests/syscalls/fifo_writers.c - fifo(7): the end of file comes when the last writer is gone. */
#include "fs_check.h"

int main(void)
{
	char buf[16];
	int r, w1, w2, w3, sum = 0;
	ssize_t n;

	must(mkfifo("fifo", 0600));
	r = xopen("fifo", O_RDONLY | O_NONBLOCK, 0);
	w1 = xopen("fifo", O_WRONLY, 0);
	w2 = xopen("fifo", O_WRONLY, 0);
	w3 = dup(w1);
	must(write(w1, "1", 1));
	must(write(w2, "2", 1));
	must(write(w3, "3", 1));
	show_read("read", read(r, buf, 16), buf);
	close(w1);
	show("one of three closed", read(r, buf, 16));
	close(w2);
	show("two of three closed", read(r, buf, 16));
	close(w3);
	show("all closed", read(r, buf, 16));
	/* Processes as writers. */
	xfcntl(r, F_SETFL, 0);
	w1 = xopen("fifo", O_WRONLY, 0);
	for (int i = 0; i < 4; i++)
		if (xfork() == 0) {
			int w = xopen("fifo", O_WRONLY, 0);

			for (int k = 0; k < 10; k++)
				must(write(w, "x", 1));
			_exit(0);
		}
	for (int i = 0; i < 4; i++)
		xwait(-1);
	close(w1);
	while ((n = read(r, buf, 7)) > 0)
		sum += n;
	show("end", n);
	show_val("bytes", sum);
	/* Data that nobody has read is lost with the last descriptor. */
	w1 = xopen("fifo", O_WRONLY, 0);
	must(write(w1, "lost", 4));
	close(w1);
	close(r);
	r = xopen("fifo", O_RDONLY | O_NONBLOCK, 0);
	show("after all were closed", read(r, buf, 16));
	return 0;
}
