/*
 * tests/syscalls/sig_thread_sigwait.c - a thread in sigwait(3) takes the signals of the process,
 * while the others block them.
 */
#include "check.h"
#include <pthread.h>

static void *waiter(void *arg)
{
	sigset_t *set = arg;
	int sig;

	for (;;) {
		if (sigwait(set, &sig) != 0)
			return NULL;
		say("sigwait: %s", sig_name(sig));
		if (sig == SIGTERM)
			return NULL;
	}
}

int main(void)
{
	sigset_t set, pending;
	pthread_t t;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGRTMIN);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	pthread_create(&t, NULL, waiter, &set);
	for (int i = 0; i < 3; i++)
		kill(getpid(), SIGRTMIN);
	/* Let it take those, of which the numbers are higher. */
	do {
		nap_ms(2);
		sigpending(&pending);
	} while (sigismember(&pending, SIGRTMIN));
	kill(getpid(), SIGUSR1);
	do {
		nap_ms(2);
		sigpending(&pending);
	} while (sigismember(&pending, SIGUSR1));
	kill(getpid(), SIGTERM);
	pthread_join(t, NULL);
	return 0;
}
