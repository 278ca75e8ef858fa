/*
 * tests/syscalls/exec_signals.c - execve(2): handlers become SIG_DFL, SIG_IGN stays, the mask and
 * pending signals stay, the alternate stack goes.
 */
#include "check.h"

static void handler(int sig)
{
	(void)sig;
}

int main(int argc, char **argv)
{
	static char stack[1 << 16];
	stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction sa;
	sigset_t set;

	(void)argv;
	if (argc > 1) {
		sigaction(SIGUSR1, NULL, &sa);
		show_true("handler is gone", sa.sa_handler == SIG_DFL);
		show_val("its flags", sa.sa_flags & (SA_RESTART | SA_ONSTACK | SA_NODEFER));
		show_true("its mask is empty", !sigismember(&sa.sa_mask, SIGHUP));
		sigaction(SIGUSR2, NULL, &sa);
		show_true("SIG_IGN stays", sa.sa_handler == SIG_IGN);
		sigaction(SIGCHLD, NULL, &sa);
		show_true("SIGCHLD ignored stays", sa.sa_handler == SIG_IGN);
		sigprocmask(SIG_BLOCK, NULL, &set);
		show_true("SIGTERM blocked", sigismember(&set, SIGTERM));
		show_true("SIGHUP not blocked", !sigismember(&set, SIGHUP));
		sigpending(&set);
		show_true("SIGTERM pending", sigismember(&set, SIGTERM));
		show_true("SIGRTMIN pending", sigismember(&set, SIGRTMIN));
		sigaltstack(NULL, &ss);
		show_val("SS_DISABLE", ss.ss_flags);
		return 0;
	}
	sa = (struct sigaction){
		.sa_handler = handler,
		.sa_flags = SA_RESTART | SA_ONSTACK | SA_NODEFER,
	};
	sigaddset(&sa.sa_mask, SIGHUP);
	sigaction(SIGUSR1, &sa, NULL);
	signal(SIGUSR2, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGTERM);
	kill(getpid(), SIGRTMIN);
	sigaltstack(&ss, NULL);
	execl("/proc/self/exe", "self", "child", NULL);
	return 1;
}
