/*
 * tests/syscalls/signalfd_errors.c - signalfd4(2): bad flags, sizes, descriptors, pointers; SIGKILL
 * and SIGSTOP in the set are dropped.
 */
#include "check.h"
#include <sys/signalfd.h>

int main(void)
{
	unsigned long mask = 1UL << (SIGUSR1 - 1);
	struct signalfd_siginfo si;
	int fd, file;

	show("bad flags", raw(SYS_signalfd4, -1, &mask, 8, 1));
	show("size 4", raw(SYS_signalfd4, -1, &mask, 4, 0));
	show("size 16", raw(SYS_signalfd4, -1, &mask, 16, 0));
	show("bad mask", raw(SYS_signalfd4, -1, BAD_PTR, 8, 0));
	show("bad descriptor", raw(SYS_signalfd4, 999, &mask, 8, 0));
	file = open(".", O_RDONLY);
	show("not a signalfd", raw(SYS_signalfd4, file, &mask, 8, 0));
	fd = raw(SYS_signalfd, -1, &mask, 8);
	show_fd("signalfd", fd < 0 ? fd : 0);
	mask = ~0UL;
	show_true("update returns the descriptor", raw(SYS_signalfd4, fd, &mask, 8, 0) == fd);
	raw(SYS_rt_sigprocmask, SIG_BLOCK, &mask, NULL, 8);
	raise(SIGUSR1);
	show("read bad pointer", read(fd, BAD_PTR, sizeof(si)));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	show("the signal is lost", read(fd, &si, sizeof(si)));
	show("size 0", read(fd, &si, 0));
	return 0;
}
