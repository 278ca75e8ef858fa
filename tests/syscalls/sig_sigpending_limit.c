/*
 * tests/syscalls/sig_sigpending_limit.c - RLIMIT_SIGPENDING: sigqueue of real-time signals fails
 * with EAGAIN beyond it; kill and standard signals work nevertheless.
 */
#include "check.h"
#include <sys/resource.h>

static volatile int count;

static void handler(int sig)
{
	(void)sig;
	count++;
}

int main(void)
{
	union sigval v = {.sival_int = 1};
	struct rlimit rl;
	sigset_t set;
	int n = 0;

	/* A user whose other processes have nothing queued. */
	if (geteuid() == 0 && setuid(54321) < 0)
		die("setuid");
	getrlimit(RLIMIT_SIGPENDING, &rl);
	rl.rlim_cur = 3;
	show("setrlimit", setrlimit(RLIMIT_SIGPENDING, &rl));
	on_signal(SIGRTMIN, handler, 0);
	on_signal(SIGUSR1, handler, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	while (n < 10 && sigqueue(getpid(), SIGRTMIN, v) == 0)
		n++;
	show_val("queued", n);
	show("one more", sigqueue(getpid(), SIGRTMIN, v));
	show("standard signal", sigqueue(getpid(), SIGUSR1, v));
	show("kill, real-time", kill(getpid(), SIGRTMIN));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	show_val("handled", count);
	show("room again", sigqueue(getpid(), SIGRTMIN, v));
	show_val("handled", count);
	return 0;
}
