/*
 * tests/syscalls/eintr_poll.c - poll(2), ppoll(2) and a handled signal: EINTR, with and without
 * SA_RESTART; the mask of ppoll.
 */
#include "check.h"
#include <poll.h>

static volatile int calls, usr1;

static void handler(int sig)
{
	if (sig == SIGUSR1)
		usr1++;
	else
		calls++;
}

int main(void)
{
	struct timespec ts = {20, 0};
	struct pollfd pfd;
	sigset_t set, cur;
	int p[2];

	xpipe(p);
	for (int i = 0; i < 2; i++) {
		say(i ? "with SA_RESTART" : "without SA_RESTART");
		on_signal(SIGALRM, handler, i ? SA_RESTART : 0);
		pfd = (struct pollfd){.fd = p[0], .events = POLLIN, .revents = 0x55};
		tick_ms(5);
		show("poll", poll(&pfd, 1, -1));
		show("poll with timeout", poll(&pfd, 1, 20000));
		show("poll of nothing", poll(NULL, 0, -1));
		show("ppoll", ppoll(&pfd, 1, NULL, NULL));
		show("ppoll with timeout", ppoll(&pfd, 1, &ts, NULL));
		tick_ms(0);
		show_val("timeout is untouched", ts.tv_sec);
	}
	show_true("handled", calls >= 10);

	/* A pending signal, that the mask of ppoll lets through. */
	on_signal(SIGUSR1, handler, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
	show("poll, signal blocked", poll(&pfd, 1, 0));
	show_val("handled", usr1);
	sigemptyset(&set);
	show("ppoll, signal let through", ppoll(&pfd, 1, NULL, &set));
	show_val("handled", usr1);
	sigprocmask(SIG_BLOCK, NULL, &cur);
	show_true("mask is restored", sigismember(&cur, SIGUSR1));

	/* What is ready comes first; the signal stays pending. */
	raise(SIGUSR1);
	if (write(p[1], "x", 1) != 1)
		die("write");
	show("ppoll, data and signal", ppoll(&pfd, 1, NULL, &set));
	show_val("handled", usr1);
	return 0;
}
