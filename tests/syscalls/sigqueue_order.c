/*
 * tests/syscalls/sigqueue_order.c - sigqueue(3): real-time signals queue in order with their
 * values, lower numbers first; standard signals are pending once, with the first value.
 */
#include "check.h"

static void handler(int sig, siginfo_t *si, void *ctx)
{
	(void)ctx;
	say("%s code %d value %d", sig_name(sig), si->si_code, si->si_value.sival_int);
}

int main(void)
{
	int sigs[] = {SIGRTMIN, SIGRTMIN + 1, SIGRTMAX, SIGUSR1, SIGUSR2};
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	sigset_t set;

	/* Each handler blocks all, so that they run one after the other. */
	sigfillset(&sa.sa_mask);
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(sigs); i++) {
		sigaction(sigs[i], &sa, NULL);
		sigaddset(&set, sigs[i]);
	}
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (int v = 1; v <= 3; v++)
		for (int i = ARRAY_LEN(sigs) - 1; i >= 0; i--)
			show(sig_name(sigs[i]),
			     sigqueue(getpid(), sigs[i], (union sigval){.sival_int = v}));
	kill(getpid(), SIGRTMIN);
	say("unblock");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	return 0;
}
