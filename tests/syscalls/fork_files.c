/*
 * tests/syscalls/fork_files.c - fork(2): descriptors are copied, the open files behind them are
 * shared: one offset, one set of status flags, separate close-on-exec flags.
 */
#include "check.h"

int main(void)
{
	char buf[16] = "";
	int fd, extra;

	write_file("f", "0123456789");
	fd = open("f", O_RDWR);
	extra = open("f", O_RDONLY);
	if (fd < 0 || extra < 0)
		die("open");
	show("read", read(fd, buf, 2));

	pid_t pid = xfork();

	if (pid == 0) {
		show("child: offset", lseek(fd, 0, SEEK_CUR));
		show("child: read", read(fd, buf, 3));
		show_data("child: data", buf, 3);
		show("child: set O_APPEND", fcntl(fd, F_SETFL, O_APPEND));
		show("child: set FD_CLOEXEC", fcntl(fd, F_SETFD, FD_CLOEXEC));
		show("child: close other", close(extra));
		_exit(0);
	}
	show_status("child", xwait(pid));
	show("offset moved by the child", lseek(fd, 0, SEEK_CUR));
	show_true("O_APPEND set by the child", fcntl(fd, F_GETFL) & O_APPEND);
	show("FD_CLOEXEC of the parent", fcntl(fd, F_GETFD));
	show("other is still open", read(extra, buf, 4));
	show("write appends", write(fd, "ab", 2));
	show("offset", lseek(fd, 0, SEEK_CUR));
	return 0;
}
