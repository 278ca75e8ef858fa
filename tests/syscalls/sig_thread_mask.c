/*
 * tests/syscalls/sig_thread_mask.c - a new thread has the mask of its creator and no pending
 * signals of its own; masks of threads are separate, actions are shared.
 */
#include "check.h"
#include <pthread.h>

static void handler(int sig)
{
	(void)sig;
}

static void *thread(void *arg)
{
	sigset_t set;
	stack_t ss;

	(void)arg;
	pthread_sigmask(SIG_BLOCK, NULL, &set);
	show_true("thread: SIGUSR1 blocked", sigismember(&set, SIGUSR1));
	show_true("thread: SIGUSR2 blocked", sigismember(&set, SIGUSR2));
	sigpending(&set);
	show_true("thread: SIGUSR1 pending", sigismember(&set, SIGUSR1));
	sigaltstack(NULL, &ss);
	show_val("thread: alternate stack flags", ss.ss_flags);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_SETMASK, &set, NULL);
	on_signal(SIGHUP, handler, SA_NODEFER);
	return NULL;
}

int main(void)
{
	static char stack[1 << 16];
	stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction sa;
	sigset_t set;
	pthread_t t;

	sigaltstack(&ss, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	pthread_kill(pthread_self(), SIGUSR1);
	pthread_create(&t, NULL, thread, NULL);
	pthread_join(t, NULL);
	pthread_sigmask(SIG_BLOCK, NULL, &set);
	show_true("SIGUSR1 blocked", sigismember(&set, SIGUSR1));
	show_true("SIGUSR2 blocked", sigismember(&set, SIGUSR2));
	sigaction(SIGHUP, NULL, &sa);
	show_true("handler of the thread", sa.sa_handler == handler);
	return 0;
}
