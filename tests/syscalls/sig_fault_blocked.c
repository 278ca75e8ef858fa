/*
 * tests/syscalls/sig_fault_blocked.c - a fault whose signal is blocked or ignored kills; one that
 * another process sends is kept or dropped; a fault in the handler kills.
 */
#include "check.h"
#include <sys/resource.h>

static void fault(void)
{
	*(volatile char *)BAD_PTR = 1;
}

static void handler(int sig)
{
	(void)sig;
	fault();
}

static void leave(int sig)
{
	_exit(sig);
}

static int child(void *arg)
{
	struct rlimit none = {0, 0};
	int how = (long)arg;
	sigset_t set;

	setrlimit(RLIMIT_CORE, &none);
	sigemptyset(&set);
	sigaddset(&set, SIGSEGV);
	if (how & 1)
		sigprocmask(SIG_BLOCK, &set, NULL);
	if (how & 2)
		signal(SIGSEGV, SIG_IGN);
	if (how & 4)
		on_signal(SIGSEGV, handler, 0);
	if (how & 16)
		on_signal(SIGSEGV, leave, 0);
	if (how & 8)
		kill(getpid(), SIGSEGV);
	else
		fault();
	return 3;
}

int main(void)
{
	show_status("default", run_child(child, (void *)0));
	show_status("blocked", run_child(child, (void *)1));
	show_status("ignored", run_child(child, (void *)2));
	show_status("handled, but blocked", run_child(child, (void *)(16 | 1)));
	show_status("handler faults", run_child(child, (void *)4));
	show_status("sent, blocked", run_child(child, (void *)(8 | 1)));
	show_status("sent, ignored", run_child(child, (void *)(8 | 2)));
	show_status("sent, handled", run_child(child, (void *)(8 | 16)));
	show_status("handled", run_child(child, (void *)16));
	return 0;
}
