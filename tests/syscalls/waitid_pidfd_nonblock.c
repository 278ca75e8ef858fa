/* tests/syscalls/waitid_pidfd_nonblock.c - waitid(2) on a PIDFD_NONBLOCK pidfd is EAGAIN;
 * pidfd_send_signal(2) takes a directory of /proc. */
#include "check.h"
#include <poll.h>

int main(void)
{
	siginfo_t si = {0};
	char path[64];
	pid_t pid = xfork();
	struct pollfd p = {.events = POLLIN};
	int dir;

	if (pid == 0) {
		pause();
		_exit(0);
	}
	p.fd = (int)raw(SYS_pidfd_open, pid, O_NONBLOCK);
	show_fd("pidfd_open", p.fd);
	show("waitid", raw(SYS_waitid, P_PIDFD, p.fd, &si, WEXITED, NULL));
	show("waitid WNOHANG", raw(SYS_waitid, P_PIDFD, p.fd, &si, WEXITED | WNOHANG, NULL));
	snprintf(path, sizeof(path), "/proc/%d", pid);
	dir = open(path, O_RDONLY | O_DIRECTORY);
	show("signal 0 to /proc/PID", raw(SYS_pidfd_send_signal, dir, 0, NULL, 0));
	show("SIGKILL to /proc/PID", raw(SYS_pidfd_send_signal, dir, SIGKILL, NULL, 0));
	show("poll", poll(&p, 1, 10000));
	show("waitid", raw(SYS_waitid, P_PIDFD, p.fd, &si, WEXITED, NULL));
	show("status", si.si_status);
	dir = open("/tmp", O_RDONLY | O_DIRECTORY);
	show("signal to /tmp", raw(SYS_pidfd_send_signal, dir, 0, NULL, 0));
	return 0;
}
