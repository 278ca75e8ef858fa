/*
 * tests/syscalls/io_fd_numbers.c - the lowest free descriptor is given; dup, dup2, dup3, F_DUPFD,
 * close_range and their flags.
 */
#include "check.h"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4
#endif

static void look(void)
{
	char text[64] = "";

	for (int fd = 3; fd < 16; fd++) {
		int f = fcntl(fd, F_GETFD);

		sprintf(text + strlen(text), "%s", f < 0 ? "." : f ? "c" : "o");
	}
	show_str("3 to 15", text);
}

int main(void)
{
	int p[2];

	close_range(3, ~0U, 0);
	look();
	show("open", open("/dev/null", O_RDONLY));
	show("dup", dup(0));
	show("pipe", pipe(p));
	say("%d %d", p[0], p[1]);
	look();
	show("close", close(4));
	show("open", open("/dev/null", O_RDONLY | O_CLOEXEC));
	show("dup2", dup2(4, 10));
	show("dup2 onto an open one", dup2(4, 3));
	show("dup3", dup3(4, 12, O_CLOEXEC));
	show("dup3, unknown flags", dup3(4, 13, 1));
	show("dup3, the same", dup3(4, 4, 0));
	show("dup2, the same", dup2(4, 4));
	show("F_DUPFD 8", fcntl(3, F_DUPFD, 8));
	show("F_DUPFD 10", fcntl(3, F_DUPFD, 10));
	show("F_DUPFD_CLOEXEC 10", fcntl(3, F_DUPFD_CLOEXEC, 10));
	show("F_DUPFD -1", fcntl(3, F_DUPFD, -1));
	look();
	show("close_range 5 to 8", close_range(5, 8, 0));
	look();
	show("close_range 10 to the end, cloexec", close_range(10, ~0U, CLOSE_RANGE_CLOEXEC));
	look();
	show("close_range, empty", close_range(100, 200, 0));
	show("close_range, reversed", close_range(10, 5, 0));
	show("close_range, unknown flags", close_range(10, 15, 64));
	show("close_range", close_range(3, 15, 0));
	look();
	return 0;
}
