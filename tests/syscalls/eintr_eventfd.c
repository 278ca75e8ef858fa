/*
 * tests/syscalls/eintr_eventfd.c - read(2) of an empty eventfd, timerfd and signalfd, and a handled
 * signal: EINTR or a restart.
 */
#include "check.h"
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

static volatile int calls;
static int fds[3];
static int which;

static void handler(int sig)
{
	struct itimerspec its = {{0, 0}, {0, 1}};
	uint64_t one = 1;

	(void)sig;
	if (++calls != 3)
		return;
	if (which == 0 && write(fds[0], &one, 8) != 8)
		_exit(1);
	if (which == 1)
		timerfd_settime(fds[1], 0, &its, NULL);
	if (which == 2)
		kill(getpid(), SIGUSR1);
}

int main(void)
{
	static const char *names[] = {"eventfd", "timerfd", "signalfd"};
	char buf[256];
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fds[0] = eventfd(0, 0);
	fds[1] = timerfd_create(CLOCK_MONOTONIC, 0);
	fds[2] = signalfd(-1, &set, 0);
	for (which = 0; which < 3; which++) {
		say("%s", names[which]);
		calls = 100;
		on_signal(SIGALRM, handler, 0);
		tick_ms(5);
		show("read", read(fds[which], buf, sizeof(buf)));
		on_signal(SIGALRM, handler, SA_RESTART);
		calls = 0;
		show("read with SA_RESTART", read(fds[which], buf, sizeof(buf)));
		tick_ms(0);
		show_true("handled", calls >= 3);
	}
	return 0;
}
