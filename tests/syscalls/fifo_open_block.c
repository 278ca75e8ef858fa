/* tests/syscalls/fifo_open_block.c - fifo(7): open waits for the other side. */
#include "fs_check.h"

int main(void)
{
	volatile int *flag = shared_alloc(sizeof(*flag) * 2);
	char buf[16];
	pid_t pid;
	int fd;

	must(mkfifo("fifo", 0600));
	pid = xfork();
	if (pid == 0) {
		fd = open("fifo", O_RDONLY);
		show_true("reader has waited", flag[0]);
		show_fd("reader", fd);
		show_read("read", read(fd, buf, 16), buf);
		show("end", read(fd, buf, 16));
		_exit(0);
	}
	nap_ms(20);
	flag[0] = 1;
	fd = xopen("fifo", O_WRONLY, 0);
	must(write(fd, "message", 7));
	close(fd);
	show_status("child", xwait(pid));

	pid = xfork();
	if (pid == 0) {
		fd = open("fifo", O_WRONLY);
		show_true("writer has waited", flag[1]);
		show_fd("writer", fd);
		show("write", write(fd, "other", 5));
		_exit(0);
	}
	nap_ms(20);
	flag[1] = 1;
	fd = xopen("fifo", O_RDONLY, 0);
	show_status("child", xwait(pid));
	show_read("read", read(fd, buf, 16), buf);
	show("end", read(fd, buf, 16));
	return 0;
}
