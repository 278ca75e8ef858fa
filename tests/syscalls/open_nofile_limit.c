/* tests/syscalls/open_nofile_limit.c - RLIMIT_NOFILE: EMFILE and the highest descriptor. */
#include "fs_check.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

int main(void)
{
	struct rlimit rl;
	int high, fd, p[2];

	write_file("f", "x");
	if (getrlimit(RLIMIT_NOFILE, &rl) < 0)
		die("getrlimit");
	high = fcntl(1, F_DUPFD, 70);
	if (high != 70)
		die("descriptor 70 is open");
	for (fd = 0; fd < 64; fd++)
		if (fcntl(fd, F_GETFD) < 0 && dup2(1, fd) < 0)
			die("dup2");
	rl.rlim_cur = 64;
	show("setrlimit", setrlimit(RLIMIT_NOFILE, &rl));
	show_fd("open", open("f", O_RDONLY));
	show_fd("open of nothing", open("missing", O_RDONLY));
	show_fd("O_CREAT", open("new", O_RDWR | O_CREAT, 0644));
	show_mode("new", "new");
	show_fd("dup", dup(1));
	show_fd("pipe", pipe(p));
	show_fd("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	show_fd("eventfd", eventfd(0, 0));
	show_fd("epoll_create1", epoll_create1(0));
	show_fd("memfd_create", memfd_create("m", 0));
	show_fd("F_DUPFD 0", fcntl(1, F_DUPFD, 0));
	show_fd("F_DUPFD 64", fcntl(1, F_DUPFD, 64));
	show_fd("dup2 to 63", dup2(1, 63));
	show_fd("dup2 to 64", dup2(1, 64));
	show_fd("dup3 to 64", dup3(1, 64, O_CLOEXEC));
	/* What is open above the limit stays usable. */
	show("F_GETFD of 70", fcntl(70, F_GETFD));
	show("dup2 70 to 63", dup2(70, 63));
	close(62);
	show("open", open("f", O_RDONLY));
	show_fd("open", open("f", O_RDONLY));
	/* A pipe needs two. */
	close(62);
	show("pipe with one left", pipe(p));
	show("open", open("f", O_RDONLY));
	rl.rlim_cur = 63;
	show("setrlimit", setrlimit(RLIMIT_NOFILE, &rl));
	close(60);
	show("open", open("f", O_RDONLY));
	rl.rlim_cur = rl.rlim_max + 1;
	show("setrlimit above the hard limit", setrlimit(RLIMIT_NOFILE, &rl));
	return 0;
}
