/* tests/syscalls/signalfd_wait.c - signalfd(2): SIGCHLD, waiting, who gets which signal. */
#include "fs_check.h"
#include <sys/epoll.h>
#include <sys/signalfd.h>

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN};
	struct signalfd_siginfo si;
	sigset_t set;
	pid_t pid;
	int fd, ep, p[2];

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, 0);
	pid = xfork();
	if (pid == 0) {
		nap_ms(20);
		_exit(7);
	}
	show("read waits", read(fd, &si, sizeof(si)));
	say("%s, pid %d, status %d, code is CLD_EXITED %d", sig_name(si.ssi_signo),
	    (pid_t)si.ssi_pid == pid, si.ssi_status, si.ssi_code == CLD_EXITED);
	show_status("child", xwait(pid));
	pid = xfork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	kill(pid, SIGKILL);
	show("read", read(fd, &si, sizeof(si)));
	say("%s, pid %d, status %d, code is CLD_KILLED %d", sig_name(si.ssi_signo),
	    (pid_t)si.ssi_pid == pid, si.ssi_status, si.ssi_code == CLD_KILLED);
	xwait(pid);

	ep = epoll_create1(0);
	must(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev));
	show("epoll, nothing", epoll_wait(ep, &ev, 1, 0));
	pid = xfork();
	if (pid == 0) {
		nap_ms(20);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	show("epoll", epoll_wait(ep, &ev, 1, -1));
	show("read", read(fd, &si, sizeof(si)));
	say("%s, pid %d", sig_name(si.ssi_signo), (pid_t)si.ssi_pid == pid);
	xwait(pid);
	must(read(fd, &si, sizeof(si)));

	/* A child that reads the descriptor gets its own signals. */
	xpipe(p);
	kill(getpid(), SIGUSR1);
	pid = xfork();
	if (pid == 0) {
		xfcntl(fd, F_SETFL, O_NONBLOCK);
		show("child, nothing", read(fd, &si, sizeof(si)));
		raise(SIGUSR1);
		show("child, its own", read(fd, &si, sizeof(si)));
		_exit(0);
	}
	xwait(pid);
	xfcntl(fd, F_SETFL, O_NONBLOCK);
	show("parent", read(fd, &si, sizeof(si)));
	return 0;
}
