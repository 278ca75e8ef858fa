/* tests/syscalls/open_cloexec.c - open(2) and others: O_CLOEXEC, and what execve leaves open. */
#include "fs_check.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

/* After execve: shows for each descriptor on the command line whether it is open. */
static int after_exec(int argc, char **argv)
{
	for (int i = 2; i < argc; i++) {
		int fd, flags;
		char name[32];

		sscanf(argv[i], "%31[^=]=%d", name, &fd);
		flags = fcntl(fd, F_GETFD);
		show(name, flags);
	}
	return 0;
}

int main(int argc, char **argv)
{
	char args[12][64], *av[16] = {"self", "after"};
	int n = 0, p[2], s[2];
	struct {
		const char *name;
		int fd;
	} fds[12];

	if (argc > 1)
		return after_exec(argc, argv);
	write_file("f", "x");
#define ADD(text, f) (fds[n].name = text, fds[n++].fd = (f))
	ADD("open", open("f", O_RDONLY));
	ADD("open-cloexec", open("f", O_RDONLY | O_CLOEXEC));
	ADD("dup-of-cloexec", dup(fds[1].fd));
	ADD("dup3-cloexec", dup3(fds[0].fd, 100, O_CLOEXEC));
	ADD("dupfd-cloexec", fcntl(fds[0].fd, F_DUPFD_CLOEXEC, 0));
	if (pipe2(p, O_CLOEXEC) < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s) < 0)
		die("pipe2, socketpair");
	ADD("pipe2-cloexec", p[0]);
	ADD("socket-cloexec", s[1]);
	ADD("eventfd", eventfd(0, 0));
	ADD("eventfd-cloexec", eventfd(0, EFD_CLOEXEC));
	ADD("epoll-cloexec", epoll_create1(EPOLL_CLOEXEC));
	ADD("dir-cloexec", open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	ADD("path-cloexec", open("f", O_PATH | O_CLOEXEC));
	say("before:");
	for (int i = 0; i < n; i++) {
		show(fds[i].name, fcntl(fds[i].fd, F_GETFD));
		snprintf(args[i], sizeof(args[i]), "%s=%d", fds[i].name, fds[i].fd);
		av[2 + i] = args[i];
	}
	say("after:");
	fflush(stdout);
	execv("/proc/self/exe", av);
	die("execv");
}
