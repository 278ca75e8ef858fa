/*
 * tests/syscalls/eintr_read_pipe.c - read(2) of an empty pipe and a handled signal: EINTR, or a
 * restart with SA_RESTART; ignored signals do not interrupt.
 */
#include "check.h"

static volatile int calls;
static int p[2];
static bool feed;

static void handler(int sig)
{
	(void)sig;
	if (++calls == 3 && feed)
		if (write(p[1], "abc", 3) != 3)
			_exit(1);
}

int main(void)
{
	char buf[16];

	xpipe(p);
	on_signal(SIGALRM, handler, 0);
	tick_ms(5);
	show("read", read(p[0], buf, sizeof(buf)));
	tick_ms(0);
	show_true("handled", calls > 0);

	feed = true;
	calls = 0;
	on_signal(SIGALRM, handler, SA_RESTART);
	tick_ms(5);
	show("read with SA_RESTART", read(p[0], buf, sizeof(buf)));
	tick_ms(0);
	show_true("handled before", calls >= 3);

	/* One handler of each kind: the one without SA_RESTART decides. */
	calls = 100;
	on_signal(SIGUSR1, handler, 0);
	pid_t pid = xfork();

	if (pid == 0) {
		for (int i = 0; i < 4000; i++) {
			nap_ms(5);
			kill(getppid(), SIGUSR1);
		}
		_exit(0);
	}
	show("read, other signal", read(p[0], buf, sizeof(buf)));
	kill(pid, SIGKILL);
	xwait(pid);

	signal(SIGURG, SIG_DFL);
	signal(SIGUSR1, SIG_IGN);
	pid = xfork();
	if (pid == 0) {
		nap_ms(5);
		kill(getppid(), SIGURG);
		kill(getppid(), SIGUSR1);
		kill(getppid(), SIGCONT);
		nap_ms(5);
		if (write(p[1], "xy", 2) != 2)
			_exit(1);
		_exit(0);
	}
	show("read, signals without effect", read(p[0], buf, sizeof(buf)));
	show_status("child", xwait(pid));
	return 0;
}
