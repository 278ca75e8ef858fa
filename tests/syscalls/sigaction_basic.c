/*
 * tests/syscalls/sigaction_basic.c - sigaction(2): set and get, what comes back of flags and mask,
 * for every signal.
 */
#include "check.h"

static void handler(int sig)
{
	(void)sig;
}

int main(void)
{
	struct sigaction sa, old, *volatile same = &sa;
	int fine = 0, dfl = 0;

	for (int sig = 1; sig <= SIGRTMAX; sig++) {
		if (sigaction(sig, NULL, &old) < 0)
			continue;
		dfl += old.sa_handler == SIG_DFL || old.sa_handler == SIG_IGN;
		memset(&sa, 0, sizeof(sa));
		sa.sa_handler = handler;
		sa.sa_flags = SA_RESTART;
		fine += sigaction(sig, &sa, NULL) == 0 && sigaction(sig, NULL, &old) == 0 &&
			old.sa_handler == handler && (old.sa_flags & SA_RESTART);
	}
	show_val("signals with default or ignore", dfl);
	show_val("signals that can be handled", fine);

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = handler;
	sa.sa_flags = SA_NODEFER | SA_RESETHAND | SA_ONSTACK | SA_NOCLDSTOP | SA_NOCLDWAIT;
	sigfillset(&sa.sa_mask);
	show("set", sigaction(SIGUSR1, &sa, NULL));
	show("get", sigaction(SIGUSR1, NULL, &old));
	show_true("flags", (old.sa_flags & ~0x04000000) == sa.sa_flags);
	show_true("mask has SIGTERM", sigismember(&old.sa_mask, SIGTERM));
	show_true("mask has SIGKILL", sigismember(&old.sa_mask, SIGKILL));
	show_true("mask has SIGSTOP", sigismember(&old.sa_mask, SIGSTOP));
	sa.sa_handler = SIG_IGN;
	sa.sa_flags = 0;
	show("swap", sigaction(SIGUSR1, &sa, &old));
	show_true("old handler", old.sa_handler == handler);
	show("swap in place", sigaction(SIGUSR1, &sa, same));
	show_true("ignored", sa.sa_handler == SIG_IGN);
	show_true("signal(2) returns it", signal(SIGUSR1, SIG_DFL) == SIG_IGN);
	return 0;
}
