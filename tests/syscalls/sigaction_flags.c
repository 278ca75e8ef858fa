/*
 * tests/syscalls/sigaction_flags.c - SA_NODEFER, SA_RESETHAND and sa_mask: what is blocked while
 * the handler runs, and what is afterwards.
 */
#include "fs_check.h"

static volatile int depth, deepest, calls;
static volatile bool self_blocked, usr2_blocked, is_default;

static void handler(int sig)
{
	struct sigaction sa;
	sigset_t set;

	calls++;
	if (++depth > deepest)
		deepest = depth;
	sigprocmask(SIG_BLOCK, NULL, &set);
	self_blocked = sigismember(&set, sig);
	usr2_blocked = sigismember(&set, SIGUSR2);
	sigaction(sig, NULL, &sa);
	is_default = sa.sa_handler == SIG_DFL;
	if (calls == 1)
		raise(sig);
	depth--;
}

static void run(const char *what, int flags, bool mask)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = flags};
	sigset_t set;

	if (mask)
		sigaddset(&sa.sa_mask, SIGUSR2);
	sigaction(SIGUSR1, &sa, NULL);
	calls = deepest = 0;
	raise(SIGUSR1);
	say("%s: calls %d depth %d", what, calls, deepest);
	say("\tself blocked %d SIGUSR2 blocked %d default %d", self_blocked, usr2_blocked,
	    is_default);
	sigprocmask(SIG_BLOCK, NULL, &set);
	say("\tafterwards: self %d SIGUSR2 %d", sigismember(&set, SIGUSR1),
	    sigismember(&set, SIGUSR2));
}

static int resethand(void *arg)
{
	/* The second signal, sent by the first handler, comes when that returns: default. */
	run("SA_RESETHAND", SA_RESETHAND | (arg ? SA_NODEFER : 0), false);
	return 0;
}

/* What of a handler's flags and mask is given back; unknown bits are not. */
static void read_back(const char *what, unsigned long flags)
{
	struct {
		void (*handler)(int);
		unsigned long flags;
		void (*restorer)(void);
		unsigned long mask;
	} set, got = {0};
	struct sigaction sa = {.sa_handler = handler};

	must(sigaction(SIGUSR2, &sa, NULL));
	must(raw(SYS_rt_sigaction, SIGUSR2, NULL, &set, 8));
	set.flags |= flags | 0x400 | 0x20 | SA_NODEFER;
	set.mask = ~0UL;
	must(raw(SYS_rt_sigaction, SIGUSR2, &set, NULL, 8));
	must(raw(SYS_rt_sigaction, SIGUSR2, NULL, &got, 8));
	say("%s: flags %lx, mask %lx", what, got.flags, got.mask);
}

int main(void)
{
	struct sigaction sa;

	run("no flags", 0, false);
	run("mask", 0, true);
	run("SA_NODEFER", SA_NODEFER, false);
	run("SA_NODEFER and mask", SA_NODEFER, true);
	show_status("SA_RESETHAND", run_child(resethand, NULL));
	show_status("SA_RESETHAND|SA_NODEFER", run_child(resethand, &sa));

	/* Only when it is caught: not for a signal that stays pending. */
	on_signal(SIGHUP, handler, SA_RESETHAND);
	calls = 1;
	raise(SIGHUP);
	show_true("default in the handler", is_default);
	sigaction(SIGHUP, NULL, &sa);
	show_true("default afterwards", sa.sa_handler == SIG_DFL);
	show_true("flag is kept", sa.sa_flags & SA_RESETHAND);
	read_back("with SA_RESTART", SA_RESTART);
	read_back("without", 0);
	return 0;
}
