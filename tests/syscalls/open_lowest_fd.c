/* tests/syscalls/open_lowest_fd.c - open(2) and others: a new descriptor is the lowest free one. */
#include "fs_check.h"
#include <sys/socket.h>

int main(void)
{
	int fds[8], base, p[2], s[2];

	write_file("f", "x");
	/* From base on nothing is open; below it everything is made to be. */
	base = fcntl(1, F_DUPFD, 100);
	for (int fd = 0; fd <= base + 7; fd++)
		if (fd > base || fcntl(fd, F_GETFD) < 0)
			if (dup2(1, fd) < 0)
				die("dup2");
	for (int i = 0; i < 8; i++)
		fds[i] = base + i;
	close(fds[2]);
	close(fds[5]);
	close(fds[3]);
	show_val("open", open("f", O_RDONLY) - base);
	show_val("open", open("f", O_RDONLY) - base);
	show_val("open", open("f", O_RDONLY) - base);
	show_val("open", open("f", O_RDONLY) - base);
	close(fds[1]);
	close(fds[6]);
	if (pipe(p) < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
		die("pipe");
	show_val("pipe, read end", p[0] - base);
	show_val("pipe, write end", p[1] - base);
	show_val("socketpair, first", s[0] - base);
	show_val("socketpair, second", s[1] - base);
	close(fds[0]);
	show_val("dup", dup(1) - base);
	close(fds[4]);
	show_val("F_DUPFD from 0", fcntl(1, F_DUPFD, 0) - base);
	close(fds[4]);
	show_val("F_DUPFD from 5", fcntl(1, F_DUPFD, fds[5]) - base);
	/* A failed call takes none. */
	show_fd("open of nothing", open("missing", O_RDONLY));
	show_val("open", open("f", O_RDONLY) - base);
	return 0;
}
