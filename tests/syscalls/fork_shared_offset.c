/* tests/syscalls/fork_shared_offset.c - parent and child share the position of an open file. */
#include "fs_check.h"

int main(void)
{
	char buf[8];
	int fd, own, status;
	pid_t pid;

	write_file("f", "0123456789");
	fd = xopen("f", O_RDWR, 0);
	show_read("parent", read(fd, buf, 2), buf);
	pid = xfork();
	if (pid == 0) {
		show_read("child", read(fd, buf, 3), buf);
		own = xopen("f", O_RDWR, 0);
		show_read("child, own open", read(own, buf, 3), buf);
		show("child sets O_APPEND", fcntl(fd, F_SETFL, O_APPEND));
		show("child sets FD_CLOEXEC", fcntl(fd, F_SETFD, FD_CLOEXEC));
		show("child seeks", lseek(fd, 1, SEEK_CUR));
		show("child closes", close(fd));
		_exit(0);
	}
	status = xwait(pid);
	show_status("child", status);
	show("position", lseek(fd, 0, SEEK_CUR));
	show_read("parent", read(fd, buf, 2), buf);
	show_true("O_APPEND", fcntl(fd, F_GETFL) & O_APPEND);
	show("FD_CLOEXEC", fcntl(fd, F_GETFD));
	/* Writes one after the other do not overwrite each other. */
	fd = xopen("g", O_RDWR | O_CREAT, 0644);
	for (int i = 0; i < 3; i++) {
		char c = 'a' + i;

		if (xfork() == 0) {
			show("write", write(fd, &c, 1));
			_exit(0);
		}
		xwait(-1);
		show("write", write(fd, "-", 1));
	}
	show_file("content", "g");
	return 0;
}
