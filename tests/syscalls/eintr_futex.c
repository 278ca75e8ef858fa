/*
 * tests/syscalls/eintr_futex.c - futex(2) FUTEX_WAIT and a handled signal: EINTR; with SA_RESTART
 * a restart, unless there is a timeout.
 */
#include "check.h"
#include <linux/futex.h>

static volatile int word, calls;
static bool change;

static void handler(int sig)
{
	(void)sig;
	if (++calls == 3 && change)
		word = 1;
}

static long wait_on(struct timespec *ts)
{
	return raw(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, ts, NULL, 0);
}

int main(void)
{
	struct timespec ts = {20, 0};

	on_signal(SIGALRM, handler, 0);
	tick_ms(5);
	show("wait", wait_on(NULL));
	show("wait with timeout", wait_on(&ts));
	tick_ms(0);

	on_signal(SIGALRM, handler, SA_RESTART);
	tick_ms(5);
	show("wait with timeout and SA_RESTART", wait_on(&ts));
	tick_ms(0);
	change = true;
	calls = 0;
	tick_ms(5);
	/* The handler changes the word: the restarted call sees that. */
	show("wait with SA_RESTART", wait_on(NULL));
	tick_ms(0);
	show_true("handled", calls >= 3);
	return 0;
}
