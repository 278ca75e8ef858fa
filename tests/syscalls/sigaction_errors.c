/*
 * tests/syscalls/sigaction_errors.c - sigaction(2): signals that cannot be handled, bad numbers,
 * pointers and sizes; unknown flags are dropped.
 */
#include "check.h"

struct kernel_sigaction {
	void *handler;
	unsigned long flags;
	void *restorer;
	unsigned long mask;
};

static void handler(int sig)
{
	(void)sig;
}

static long act(int sig, void *new, void *old, size_t size)
{
	return raw(SYS_rt_sigaction, sig, new, old, size);
}

int main(void)
{
	struct kernel_sigaction k = {.handler = handler}, old;
	struct sigaction sa = {.sa_handler = handler};

	show("SIGKILL handler", sigaction(SIGKILL, &sa, NULL));
	show("SIGSTOP handler", sigaction(SIGSTOP, &sa, NULL));
	sa.sa_handler = SIG_IGN;
	show("SIGKILL ignore", sigaction(SIGKILL, &sa, NULL));
	sa.sa_handler = SIG_DFL;
	show("SIGSTOP default", sigaction(SIGSTOP, &sa, NULL));
	show("SIGKILL get", sigaction(SIGKILL, NULL, &sa));
	show_true("default", sa.sa_handler == SIG_DFL);
	show("0", act(0, NULL, &old, 8));
	show("-1", act(-1, NULL, &old, 8));
	show("64", act(64, NULL, &old, 8));
	show("65", act(65, NULL, &old, 8));
	show("size 0", act(SIGUSR1, &k, NULL, 0));
	show("size 4", act(SIGUSR1, &k, NULL, 4));
	show("size 128", act(SIGUSR1, &k, NULL, 128));
	show("bad new", act(SIGUSR1, BAD_PTR, NULL, 8));
	show("bad old", act(SIGUSR1, NULL, BAD_PTR, 8));
	show("bad old, good new", act(SIGUSR1, &k, BAD_PTR, 8));
	show("get", act(SIGUSR1, NULL, &old, 8));
	show_true("was set nevertheless", old.handler == handler);
	k.flags = 0x00000400 /* SA_UNSUPPORTED */ | 0x40 | SA_RESTART;
	show("unknown flags", act(SIGUSR1, &k, NULL, 8));
	show("get", act(SIGUSR1, NULL, &old, 8));
	say("flags: 0x%lx", old.flags);
	show("neither", act(SIGUSR1, NULL, NULL, 8));
	return 0;
}
