/*
 * tests/syscalls/sig_nested.c - several pending signals at once: handlers nest, so that the one of
 * the lowest number runs last to start and first to end, unless sa_mask blocks.
 */
#include "check.h"

static volatile int depth;

static void handler(int sig)
{
	depth++;
	say("%s starts, depth %d", sig_name(sig), depth);
	say("%s ends, depth %d", sig_name(sig), depth);
	depth--;
}

static void run(const char *what, bool mask)
{
	int sigs[] = {SIGTERM, SIGHUP, SIGUSR1, SIGRTMIN, SIGINT};
	struct sigaction sa = {.sa_handler = handler};
	sigset_t set;

	say("%s", what);
	if (mask)
		sigfillset(&sa.sa_mask);
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(sigs); i++) {
		sigaction(sigs[i], &sa, NULL);
		sigaddset(&set, sigs[i]);
	}
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (size_t i = 0; i < ARRAY_LEN(sigs); i++)
		kill(getpid(), sigs[i]);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int main(void)
{
	run("masked", true);
	run("not masked", false);
	return 0;
}
