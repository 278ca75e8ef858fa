/*
 * tests/syscalls/eintr_fifo_open.c - open(2) of a FIFO that waits for the other end, and a handled
 * signal: EINTR or a restart.
 */
#include "check.h"

static volatile int calls;

static void handler(int sig)
{
	(void)sig;
	if (++calls == 3)
		open("fifo", O_RDWR | O_NONBLOCK);
}

int main(void)
{
	if (mkfifo("fifo", 0600) < 0)
		die("mkfifo");
	calls = 100;
	on_signal(SIGALRM, handler, 0);
	tick_ms(5);
	show_fd("open for reading", open("fifo", O_RDONLY));
	show_fd("open for writing", open("fifo", O_WRONLY));
	on_signal(SIGALRM, handler, SA_RESTART);
	calls = 0;
	show_fd("open with SA_RESTART", open("fifo", O_RDONLY));
	tick_ms(0);
	show_true("handled", calls >= 3);
	return 0;
}
