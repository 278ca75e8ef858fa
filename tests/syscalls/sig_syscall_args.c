/*
 * tests/syscalls/sig_syscall_args.c - all argument registers of a system call have their values
 * again after a restart: calls with three and with six arguments, interrupted many times.
 */
#include "check.h"
#include <sys/uio.h>

static volatile int calls;
static int p[2];

static void handler(int sig)
{
	(void)sig;
	/* Calls of the handler's own, which change the registers. */
	getppid();
	lseek(p[0], 0, SEEK_CUR);
	if (++calls == 4)
		if (write(p[1], "0123456789", 10) != 10)
			_exit(1);
}

int main(void)
{
	char a[4], b[16];
	struct iovec iov[2] = {{a, 4}, {b, 16}};

	xpipe(p);
	on_signal(SIGALRM, handler, SA_RESTART);
	tick_ms(4);
	show("readv", readv(p[0], iov, 2));
	show_data("first", a, 4);
	show_data("second", b, 6);
	calls = 0;
	show("read", read(p[0], b, 3));
	show_data("data", b, 3);
	show("read the rest", read(p[0], b, 16));
	show_data("data", b, 7);
	calls = 0;
	show("preadv2", raw(SYS_preadv2, p[0], iov, 2, -1L, 0, 0));
	tick_ms(0);
	return 0;
}
