/*
 * tests/syscalls/eintr_select.c - select(2), pselect(2) and a handled signal: EINTR, with and
 * without SA_RESTART; sets are untouched then, the time left is written.
 */
#include "check.h"
#include <sys/select.h>

static volatile int usr1;

static void handler(int sig)
{
	usr1 += sig == SIGUSR1;
}

int main(void)
{
	struct timespec ts = {20, 0};
	struct timeval tv;
	sigset_t set, cur;
	fd_set r;
	int p[2];

	xpipe(p);
	for (int i = 0; i < 2; i++) {
		say(i ? "with SA_RESTART" : "without SA_RESTART");
		on_signal(SIGALRM, handler, i ? SA_RESTART : 0);
		FD_ZERO(&r);
		FD_SET(p[0], &r);
		tick_ms(5);
		show("select", select(p[0] + 1, &r, NULL, NULL, NULL));
		show_true("set is untouched", FD_ISSET(p[0], &r));
		tv = (struct timeval){20, 0};
		show("select with timeout", select(p[0] + 1, &r, NULL, NULL, &tv));
		show_true("time left is less", tv.tv_sec < 20);
		show("select of nothing", select(0, NULL, NULL, NULL, NULL));
		show("pselect", pselect(p[0] + 1, &r, NULL, NULL, &ts, NULL));
		tick_ms(0);
	}

	on_signal(SIGUSR1, handler, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
	sigemptyset(&set);
	show("pselect, signal let through", pselect(p[0] + 1, &r, NULL, NULL, NULL, &set));
	show_val("handled", usr1);
	sigprocmask(SIG_BLOCK, NULL, &cur);
	show_true("mask is restored", sigismember(&cur, SIGUSR1));
	return 0;
}
