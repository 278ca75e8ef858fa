/* tests/syscalls/ppoll_sigmask.c - ppoll(2): the signal mask that counts while it waits. */
#include "fs_check.h"

int main(void)
{
	struct timespec none = {0, 0}, ten = {10, 0};
	sigset_t block, empty, now;
	struct pollfd f;
	int p[2];

	xpipe(p);
	catch_signal(SIGUSR1, count_signal, 0);
	sigemptyset(&empty);
	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	sigprocmask(SIG_BLOCK, &block, NULL);
	kill(getpid(), SIGUSR1);
	show_val("blocked", signals_seen);
	f = (struct pollfd){p[0], POLLIN, 0};
	show("pending, blocked", ppoll(&f, 1, &none, NULL));
	show_val("signals", signals_seen);
	show("pending, let in", ppoll(&f, 1, &ten, &empty));
	show_val("signals", signals_seen);
	sigprocmask(SIG_SETMASK, NULL, &now);
	show_true("blocked again afterwards", sigismember(&now, SIGUSR1));
	kill(getpid(), SIGUSR1);
	show("without a time limit", ppoll(&f, 1, NULL, &empty));
	show_val("signals", signals_seen);
	/* When something is ready the signal stays pending. */
	kill(getpid(), SIGUSR1);
	must(write(p[1], "x", 1));
	show("ready and pending", ppoll(&f, 1, &ten, &empty));
	show_val("signals", signals_seen);
	sigpending(&now);
	show_true("still pending", sigismember(&now, SIGUSR1));
	sigprocmask(SIG_SETMASK, &empty, NULL);
	show_val("signals", signals_seen);
	/* The other way round: blocked only while it waits. */
	must(read(p[0], &(char){0}, 1));
	if (xfork() == 0) {
		kill(getppid(), SIGUSR1);
		nap_ms(20);
		must(write(p[1], "x", 1));
		_exit(0);
	}
	show("blocked while waiting", ppoll(&f, 1, NULL, &block) >= 0 || errno == EINTR ? 0 : -1);
	xwait(-1);
	show_val("signals", signals_seen);
	show("ppoll keeps the timespec", ten.tv_sec);
	return 0;
}
