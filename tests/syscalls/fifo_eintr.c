/* tests/syscalls/fifo_eintr.c - fifo(7): an open that waits is interrupted by a signal. */
#include "fs_check.h"

int main(void)
{
	char buf[4];
	int ret, w;

	must(mkfifo("fifo", 0600));
	pest_start();
	ret = open("fifo", O_RDONLY);
	pest_stop();
	show("open for reading", ret);
	pest_start();
	ret = open("fifo", O_WRONLY);
	pest_stop();
	show("open for writing", ret);
	/* It has left nothing behind. */
	show_fd("writer without a reader", open("fifo", O_WRONLY | O_NONBLOCK));
	ret = xopen("fifo", O_RDONLY | O_NONBLOCK, 0);
	show("no writer", read(ret, buf, 4));
	w = xopen("fifo", O_WRONLY, 0);
	xfcntl(ret, F_SETFL, 0);
	pest_start();
	ret = read(ret, buf, 4);
	pest_stop();
	show("read", ret);
	close(w);
	return 0;
}
