/* tests/syscalls/pselect_sigmask.c - pselect(2): the signal mask that counts while it waits. */
#include "fs_check.h"
#include <sys/select.h>

int main(void)
{
	struct timespec ten = {10, 0}, none = {0, 0};
	sigset_t block, empty, now;
	fd_set r;
	int p[2];

	xpipe(p);
	catch_signal(SIGUSR1, count_signal, 0);
	sigemptyset(&empty);
	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	sigprocmask(SIG_BLOCK, &block, NULL);
	kill(getpid(), SIGUSR1);
	FD_ZERO(&r);
	FD_SET(p[0], &r);
	show("blocked", pselect(p[0] + 1, &r, NULL, NULL, &none, NULL));
	show_val("signals", signals_seen);
	FD_SET(p[0], &r);
	show("let in", pselect(p[0] + 1, &r, NULL, NULL, &ten, &empty));
	show_val("signals", signals_seen);
	show("time is not changed", ten.tv_sec);
	sigprocmask(SIG_SETMASK, NULL, &now);
	show_true("blocked again", sigismember(&now, SIGUSR1));
	kill(getpid(), SIGUSR1);
	must(write(p[1], "x", 1));
	FD_SET(p[0], &r);
	show("ready and pending", pselect(p[0] + 1, &r, NULL, NULL, &ten, &empty));
	show_val("signals", signals_seen);
	sigprocmask(SIG_SETMASK, &empty, NULL);
	show_val("signals", signals_seen);
	return 0;
}
