/*
 * tests/syscalls/signalfd_poll.c - signalfd(2) with poll and epoll, changes of its mask, the effect
 * of another process's signals, fork: the reader's own signals count.
 */
#include "check.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

static int fd;

static int ready(int timeout)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	int r = poll(&pfd, 1, timeout);

	return r > 0 ? pfd.revents : r;
}

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN};
	struct signalfd_siginfo si;
	sigset_t set, other;
	int ep = epoll_create1(0);
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigemptyset(&other);
	sigaddset(&other, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &other, NULL);
	fd = signalfd(-1, &set, SFD_NONBLOCK);
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);

	show("poll, nothing", ready(0));
	raise(SIGUSR2);
	show("poll, other signal", ready(0));
	raise(SIGUSR1);
	show_true("poll, the signal", ready(0) == POLLIN);
	show("epoll", epoll_wait(ep, &ev, 1, 0));
	show_true("update", signalfd(fd, &other, 0) == fd);
	show_true("poll, other signal now", ready(0) == POLLIN);
	show("read", read(fd, &si, sizeof(si)));
	show_str("signal", sig_name(si.ssi_signo));
	show("poll", ready(0));
	signalfd(fd, &set, 0);
	show_true("poll, first signal", ready(0) == POLLIN);

	/* In a child the same descriptor shows the child's signals. */
	pid = xfork();
	if (pid == 0) {
		show("child: poll", ready(0));
		show("child: read", read(fd, &si, sizeof(si)));
		raise(SIGUSR1);
		show("child: read", read(fd, &si, sizeof(si)));
		show_true("child: own signal", si.ssi_pid == (uint32_t)getpid());
		_exit(0);
	}
	show_status("child", xwait(pid));
	show("read", read(fd, &si, sizeof(si)));

	/* Wait for one of a child. */
	pid = xfork();
	if (pid == 0) {
		nap_ms(10);
		kill(getppid(), SIGUSR1);
		_exit(3);
	}
	show_true("poll", ready(20000) == POLLIN);
	show("read", read(fd, &si, sizeof(si)));
	show_true("of the child", si.ssi_pid == (uint32_t)pid);
	show_status("child", xwait(pid));
	return 0;
}
