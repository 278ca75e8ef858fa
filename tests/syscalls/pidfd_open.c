/*
 * tests/syscalls/pidfd_open.c - pidfd_open(2): own and child processes, threads, flags, errors;
 * poll; the entry in fdinfo.
 */
#include "check.h"
#include <poll.h>

static long pidfd_open_(pid_t pid, unsigned int flags)
{
	return raw(SYS_pidfd_open, pid, flags);
}

int main(void)
{
	char path[64], buf[1024], *p;
	struct pollfd pfd;
	pid_t pid;
	int fd;

	fd = pidfd_open_(getpid(), 0);
	show_fd("self", fd < 0 ? fd : 0);
	show("F_GETFD", fcntl(fd, F_GETFD));
	pfd = (struct pollfd){.fd = fd, .events = POLLIN};
	show("poll", poll(&pfd, 1, 0));
	show("read", read(fd, buf, 8));
	show("write", write(fd, buf, 8));
	show("pid 0", pidfd_open_(0, 0));
	show("pid -1", pidfd_open_(-1, 0));
	show("no process", pidfd_open_(0x7ffffff, 0));
	show("flags", pidfd_open_(getpid(), 1));
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	read_file(path, buf, sizeof(buf));
	p = strstr(buf, "\nPid:");
	show_true("fdinfo", p && atoi(p + 5) == getpid());
	close(fd);

	pid = xfork();
	if (pid == 0)
		for (;;)
			pause();
	fd = pidfd_open_(pid, O_NONBLOCK);
	show_true("O_NONBLOCK", fcntl(fd, F_GETFL) & O_NONBLOCK);
	pfd.fd = fd;
	show("poll", poll(&pfd, 1, 0));
	kill(pid, SIGKILL);
	show("poll", poll(&pfd, 1, -1));
	show_true("readable", pfd.revents & POLLIN);
	fd = pidfd_open_(pid, 0);
	show_fd("zombie", fd < 0 ? fd : 0);
	xwait(pid);
	show_true("poll after the wait", poll(&pfd, 1, 0) == 1 && (pfd.revents & POLLIN));
	show("reaped", pidfd_open_(pid, 0));
	/* The number of the descriptor is the same as before. */
	read_file(path, buf, sizeof(buf));
	p = strstr(buf, "\nPid:");
	show_val("fdinfo after the wait", p ? atoi(p + 5) : 0);
	return 0;
}
