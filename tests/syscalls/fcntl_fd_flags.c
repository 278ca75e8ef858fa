/* tests/syscalls/fcntl_fd_flags.c - fcntl(2): F_GETFD and F_SETFD. */
#include "fs_check.h"

int main(void)
{
	int fd, copy, p[2];

	fd = xopen("f", O_RDWR | O_CREAT, 0644);
	show("at first", fcntl(fd, F_GETFD));
	show("set", fcntl(fd, F_SETFD, FD_CLOEXEC));
	show("get", fcntl(fd, F_GETFD));
	copy = dup(fd);
	show("copy", fcntl(copy, F_GETFD));
	show("clear", fcntl(fd, F_SETFD, 0));
	show("get", fcntl(fd, F_GETFD));
	/* Only the lowest bit counts. */
	show("set 2", fcntl(fd, F_SETFD, 2));
	show("get", fcntl(fd, F_GETFD));
	show("set 3", fcntl(fd, F_SETFD, 3));
	show("get", fcntl(fd, F_GETFD));
	show("set -1", fcntl(fd, F_SETFD, -1));
	show("get", fcntl(fd, F_GETFD));
	show("copy", fcntl(copy, F_GETFD));
	xpipe(p);
	show("pipe", fcntl(p[0], F_GETFD));
	show("set", fcntl(p[0], F_SETFD, FD_CLOEXEC));
	show("other end", fcntl(p[1], F_GETFD));
	close(fd);
	show("closed", fcntl(fd, F_GETFD));
	show("closed", fcntl(fd, F_SETFD, 0));
	show("-1", fcntl(-1, F_GETFD));
	return 0;
}
