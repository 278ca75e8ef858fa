/*
 * tests/syscalls/eintr_write_pipe.c - write(2) to a full pipe and a handled signal: a partial
 * count when something has been written, else EINTR, or a restart.
 */
#include "check.h"

static volatile int calls;
static int p[2];
static bool drain;

static void handler(int sig)
{
	static char buf[65536];

	(void)sig;
	if (++calls == 3 && drain)
		if (read(p[0], buf, sizeof(buf)) < 0)
			_exit(1);
}

int main(void)
{
	static char buf[200000];

	xpipe(p);
	fcntl(p[1], F_SETPIPE_SZ, 65536);
	on_signal(SIGALRM, handler, 0);
	tick_ms(5);
	show("write to an empty pipe", write(p[1], buf, sizeof(buf)));
	show("write to a full pipe", write(p[1], buf, sizeof(buf)));
	show("write of a byte", write(p[1], buf, 1));
	tick_ms(0);
	show_true("handled", calls > 0);

	calls = 0;
	drain = true;
	on_signal(SIGALRM, handler, SA_RESTART);
	tick_ms(5);
	show("write with SA_RESTART", write(p[1], buf, 1000));
	tick_ms(0);
	show_true("handled before", calls >= 3);
	return 0;
}
