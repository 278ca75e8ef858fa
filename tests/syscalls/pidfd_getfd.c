/*
 * tests/syscalls/pidfd_getfd.c - pidfd_getfd(2): a duplicate of another process's descriptor;
 * errors.
 */
#include "check.h"

int main(void)
{
	int p[2], gate[2], fd, copy;
	char c, buf[8];
	pid_t pid;

	xpipe(p);
	xpipe(gate);
	pid = xfork();
	if (pid == 0) {
		int q[2];

		/* Its 100 and 101 are a pipe that the parent does not have. */
		xpipe(q);
		dup2(q[0], 100);
		dup2(q[1], 101);
		if (write(p[1], "x", 1) != 1)
			_exit(1);
		_exit(read(100, buf, 5) == 5 && !memcmp(buf, "hello", 5) ? 8 : 9);
	}
	show("child is ready", read(p[0], &c, 1));
	fd = raw(SYS_pidfd_open, pid, 0);
	copy = raw(SYS_pidfd_getfd, fd, 101, 0);
	show_fd("pidfd_getfd", copy < 0 ? copy : 0);
	show("F_GETFD", fcntl(copy, F_GETFD));
	show("not open there", raw(SYS_pidfd_getfd, fd, 102, 0));
	show("flags", raw(SYS_pidfd_getfd, fd, 101, 1));
	show("no pidfd", raw(SYS_pidfd_getfd, p[0], 101, 0));
	show("bad descriptor", raw(SYS_pidfd_getfd, 999, 101, 0));
	show("write", write(copy, "hello", 5));
	show_status("child", xwait(pid));
	show("dead process", raw(SYS_pidfd_getfd, fd, 101, 0));
	return 0;
}
