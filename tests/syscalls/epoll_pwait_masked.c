/* tests/syscalls/epoll_pwait_masked.c - a signal that only the call's mask blocks does not end
 * epoll_pwait(2), ppoll(2) and pselect(2); its handler runs afterwards. */
#include "check.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

static volatile sig_atomic_t handled;

static void handler(int sig)
{
	(void)sig;
	handled++;
}

static pid_t later(int signals, int fd)
{
	pid_t parent = getpid(), pid = xfork();

	if (pid)
		return pid;
	for (int i = 0; i < signals; i++) {
		nap_ms(20);
		kill(parent, SIGUSR1);
	}
	nap_ms(30);
	if (write(fd, "x", 1) != 1)
		_exit(1);
	_exit(0);
}

int main(void)
{
	struct timespec ts = {.tv_sec = 20};
	struct epoll_event ev = {.events = EPOLLIN};
	struct pollfd p = {.events = POLLIN};
	int fds[2], ep = epoll_create1(0);
	sigset_t mask;
	pid_t pid;
	fd_set set;
	char c;

	signal(SIGUSR1, handler);
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	xpipe(fds);
	epoll_ctl(ep, EPOLL_CTL_ADD, fds[0], &ev);
	p.fd = fds[0];

	pid = later(2, fds[1]);
	show("epoll_pwait", epoll_pwait(ep, &ev, 1, 20000, &mask));
	show_true("handled", handled > 0);
	show("read", read(fds[0], &c, 1));
	xwait(pid);

	handled = 0;
	pid = later(2, fds[1]);
	show("ppoll", ppoll(&p, 1, &ts, &mask));
	show_true("handled", handled > 0);
	show("read", read(fds[0], &c, 1));
	xwait(pid);

	handled = 0;
	pid = later(1, fds[1]);
	FD_ZERO(&set);
	FD_SET(fds[0], &set);
	show("pselect", pselect(fds[0] + 1, &set, NULL, NULL, &ts, &mask));
	show_true("handled", handled > 0);
	xwait(pid);

	handled = 0;
	pid = later(1, fds[1]);
	sigemptyset(&mask);
	read(fds[0], &c, 1);
	show("epoll_pwait without it", epoll_pwait(ep, &ev, 1, 20000, &mask));
	show_true("handled", handled > 0);
	xwait(pid);
	return 0;
}
