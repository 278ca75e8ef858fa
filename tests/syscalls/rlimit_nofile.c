/*
 * tests/syscalls/rlimit_nofile.c - RLIMIT_NOFILE: EMFILE of the calls that make descriptors, EBADF
 * of dup2 and EINVAL of F_DUPFD; higher ones that are open stay.
 */
#include "check.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>

int main(void)
{
	struct rlimit rl = {20, 100}, zero = {0, 100};
	int p[2], n = 0, last = -1, fd;

	close_range(3, ~0U, 0);
	show("dup2 to 50", dup2(0, 50));
	show("setrlimit", setrlimit(RLIMIT_NOFILE, &rl));
	while ((fd = dup(0)) >= 0) {
		last = fd;
		n++;
	}
	show("dup", fd);
	say("%d descriptors, the last is %d", n, last);
	show("open", open("/dev/null", O_RDONLY));
	show("pipe", pipe(p));
	show("socket", socket(AF_UNIX, SOCK_STREAM, 0));
	show("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	show("epoll_create1", epoll_create1(0));
	show("eventfd", eventfd(0, 0));
	show("memfd_create", memfd_create("x", 0));
	show("dup2 to 19", dup2(0, 19));
	show("dup2 to 20", dup2(0, 20));
	show("dup2 of the high one to itself", dup2(50, 50));
	show("F_DUPFD from 20", fcntl(0, F_DUPFD, 20));
	show("F_DUPFD from 0", fcntl(0, F_DUPFD, 0));
	show("high one", fcntl(50, F_GETFD));
	show("close one", close(10));
	show("pipe needs two", pipe(p));
	show("open", open("/dev/null", O_RDONLY));
	close(10);
	close(12);
	show("pipe", pipe(p));
	say("%d %d", p[0], p[1]);
	setrlimit(RLIMIT_NOFILE, &zero);
	close(10);
	show("open, limit 0", open("/dev/null", O_RDONLY));
	show("open ones stay", fcntl(p[1], F_GETFD));
	show("fork", xfork() == 0 ? (_exit(0), 0) : 0);
	wait(NULL);
	return 0;
}
