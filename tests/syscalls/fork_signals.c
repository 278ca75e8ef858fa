/*
 * tests/syscalls/fork_signals.c - fork(2): the child inherits handlers, the mask and the alternate
 * stack, but no pending signal, no alarm and no interval timer.
 */
#include "check.h"

static volatile int got;

static void handler(int sig)
{
	got = sig;
}

int main(void)
{
	static char stack[1 << 16];
	stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)}, old;
	struct itimerval it = {{0, 0}, {50, 0}};
	sigset_t set, cur;

	on_signal(SIGUSR1, handler, 0);
	signal(SIGUSR2, SIG_IGN);
	sigaltstack(&ss, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	alarm(50);
	setitimer(ITIMER_VIRTUAL, &it, NULL);
	raise(SIGUSR1);
	raw(SYS_kill, getpid(), SIGUSR1);

	pid_t pid = xfork();

	if (pid == 0) {
		struct sigaction sa;

		sigpending(&cur);
		show_true("child: SIGUSR1 pending", sigismember(&cur, SIGUSR1));
		sigprocmask(SIG_SETMASK, NULL, &cur);
		show_true("child: SIGUSR1 blocked", sigismember(&cur, SIGUSR1));
		sigaction(SIGUSR1, NULL, &sa);
		show_true("child: handler inherited", sa.sa_handler == handler);
		sigaction(SIGUSR2, NULL, &sa);
		show_true("child: SIG_IGN inherited", sa.sa_handler == SIG_IGN);
		sigaltstack(NULL, &old);
		show_true("child: alternate stack inherited", old.ss_sp == stack);
		show("child: alarm", alarm(0));
		getitimer(ITIMER_VIRTUAL, &it);
		show("child: virtual timer", it.it_value.tv_sec);
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		show("child: got", got);
		raise(SIGUSR1);
		show_str("child: after raise", sig_name(got));
		_exit(0);
	}
	show_status("child", xwait(pid));
	sigpending(&cur);
	show_true("parent: SIGUSR1 pending", sigismember(&cur, SIGUSR1));
	show_true("parent: alarm is armed", alarm(0) > 0);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	show_str("parent: got", sig_name(got));
	return 0;
}
