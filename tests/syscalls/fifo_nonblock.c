/* tests/syscalls/fifo_nonblock.c - fifo(7): O_NONBLOCK and O_RDWR at open; ENXIO. */
#include "fs_check.h"

int main(void)
{
	char buf[16];
	int r, w, rw;

	must(mkfifo("fifo", 0600));
	show_fd("writer without a reader", open("fifo", O_WRONLY | O_NONBLOCK));
	r = open("fifo", O_RDONLY | O_NONBLOCK);
	show_fd("reader", r);
	show("read, no writer yet", read(r, buf, 16));
	show_ready("poll, no writer yet", r, POLLIN);
	w = open("fifo", O_WRONLY | O_NONBLOCK);
	show_fd("writer", w);
	show("read, writer", read(r, buf, 16));
	show_ready("poll, writer", r, POLLIN);
	show("write", write(w, "abc", 3));
	show_ready("poll, data", r, POLLIN);
	show_read("read", read(r, buf, 16), buf);
	close(w);
	show("read, writer gone", read(r, buf, 16));
	show_ready("poll, writer gone", r, POLLIN);
	/* A writer that comes makes it a live fifo again. */
	w = xopen("fifo", O_WRONLY, 0);
	show("read, new writer", read(r, buf, 16));
	show_ready("poll, new writer", r, POLLIN);
	close(r);
	signal(SIGPIPE, SIG_IGN);
	show("write, no reader", write(w, "x", 1));
	show_ready("poll, no reader", w, POLLOUT);
	close(w);
	rw = open("fifo", O_RDWR);
	show_fd("both", rw);
	show("write", write(rw, "self", 4));
	show_read("read", read(rw, buf, 16), buf);
	xfcntl(rw, F_SETFL, O_NONBLOCK);
	show("empty", read(rw, buf, 16));
	show_ready("poll", rw, POLLIN | POLLOUT);
	show("lseek", lseek(rw, 0, SEEK_SET));
	show("pread", pread(rw, buf, 1, 0));
	show("ftruncate", ftruncate(rw, 0));
	return 0;
}
