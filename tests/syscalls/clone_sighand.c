/*
 * tests/syscalls/clone_sighand.c - clone(2) with CLONE_SIGHAND: one table of signal actions for two
 * processes, while masks and pending signals are separate.
 */
#include "check.h"
#include <sched.h>

static char stack[1 << 16] __attribute__((aligned(16)));

static void handler(int sig)
{
	(void)sig;
}

static int child(void *arg)
{
	sigset_t set;

	(void)arg;
	on_signal(SIGUSR1, handler, SA_NODEFER);
	signal(SIGUSR2, SIG_IGN);
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGHUP);
	return 0;
}

static void look(const char *what)
{
	struct sigaction sa;
	sigset_t set;

	say("%s", what);
	sigaction(SIGUSR1, NULL, &sa);
	show_true("SIGUSR1 is handled", sa.sa_handler == handler);
	show_true("SA_NODEFER", sa.sa_flags & SA_NODEFER);
	sigaction(SIGUSR2, NULL, &sa);
	show_true("SIGUSR2 is ignored", sa.sa_handler == SIG_IGN);
	sigprocmask(SIG_BLOCK, NULL, &set);
	show_true("SIGTERM is blocked", sigismember(&set, SIGTERM));
	sigpending(&set);
	show_true("SIGHUP is pending", sigismember(&set, SIGHUP));
}

int main(void)
{
	pid_t pid;

	pid = clone(child, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
	show_status("child with its own table", xwait(pid));
	look("after it");
	pid = clone(child, stack + sizeof(stack), CLONE_VM | CLONE_SIGHAND | SIGCHLD, NULL);
	show_status("child with our table", xwait(pid));
	look("after it");
	return 0;
}
