/* tests/syscalls/fcntl_pipe_size.c - fcntl(2): F_GETPIPE_SZ and F_SETPIPE_SZ. */
#include "fs_check.h"

static long fill(int fd)
{
	static char buf[4096];
	long total = 0;
	ssize_t n;

	while ((n = write(fd, buf, sizeof(buf))) > 0)
		total += n;
	show("write to the full pipe", n);
	return total;
}

int main(void)
{
	static char buf[1 << 16];
	int p[2], fifo;

	if (pipe2(p, O_NONBLOCK) < 0)
		die("pipe2");
	show("default", fcntl(p[0], F_GETPIPE_SZ));
	show("other end", fcntl(p[1], F_GETPIPE_SZ));
	show("set 4096", fcntl(p[1], F_SETPIPE_SZ, 4096));
	show("get", fcntl(p[0], F_GETPIPE_SZ));
	show_val("holds", fill(p[1]));
	show("set 8192", fcntl(p[0], F_SETPIPE_SZ, 8192));
	show_val("holds more", fill(p[1]));
	show("set 4096 with 8192 in it", fcntl(p[0], F_SETPIPE_SZ, 4096));
	show("get", fcntl(p[0], F_GETPIPE_SZ));
	show("read", read(p[0], buf, 4096));
	show("set 4096 with 4096 in it", fcntl(p[0], F_SETPIPE_SZ, 4096));
	show("read", read(p[0], buf, sizeof(buf)));
	show("set 1", fcntl(p[0], F_SETPIPE_SZ, 1));
	show("set 4097", fcntl(p[0], F_SETPIPE_SZ, 4097));
	show("set 12288", fcntl(p[0], F_SETPIPE_SZ, 12288));
	show("set 100000", fcntl(p[0], F_SETPIPE_SZ, 100000));
	show_val("holds", fill(p[1]));
	show("set -1", fcntl(p[0], F_SETPIPE_SZ, -1));
	show("get", fcntl(p[0], F_GETPIPE_SZ));
	mkfifo("fifo", 0600);
	fifo = xopen("fifo", O_RDWR, 0);
	show("fifo", fcntl(fifo, F_GETPIPE_SZ));
	show("fifo, set 8192", fcntl(fifo, F_SETPIPE_SZ, 8192));
	fifo = xopen("fifo", O_RDWR, 0);
	show("another open of it", fcntl(fifo, F_GETPIPE_SZ));
	return 0;
}
