/* tests/syscalls/fstat_types.c - fstat(2): what kind of file each sort of descriptor is. */
#include "fs_check.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

static void describe(const char *what, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		show(what, -1);
	else
		say("%s: %s %04o, size %ld, mine %d", what, type_name(st.st_mode),
		    st.st_mode & 07777, (long)st.st_size, st.st_uid == geteuid());
}

int main(void)
{
	sigset_t set;
	int p[2], s[2];

	xpipe(p);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
		die("socketpair");
	must(write(p[1], "abc", 3));
	describe("pipe, read end", p[0]);
	describe("pipe, write end", p[1]);
	describe("socket", s[0]);
	describe("memfd", memfd_create("m", 0));
	describe("eventfd", eventfd(0, 0));
	describe("epoll", epoll_create1(0));
	describe("timerfd", timerfd_create(CLOCK_MONOTONIC, 0));
	sigemptyset(&set);
	describe("signalfd", signalfd(-1, &set, 0));
	describe("inotify", inotify_init1(0));
	describe("closed", closed_fd());
	return 0;
}
