/*
 * tests/syscalls/sigsuspend_basic.c - sigsuspend(2): waits with another mask, returns EINTR when a
 * handler has run, and restores the mask.
 */
#include "check.h"

static volatile int usr1, usr2;
static volatile bool usr2_blocked;

static void handler(int sig)
{
	sigset_t set;

	sigprocmask(SIG_BLOCK, NULL, &set);
	if (sig == SIGUSR1) {
		usr1++;
		usr2_blocked = sigismember(&set, SIGUSR2);
	} else {
		usr2++;
	}
}

int main(void)
{
	sigset_t block, wait, cur;
	pid_t pid;

	on_signal(SIGUSR1, handler, 0);
	on_signal(SIGUSR2, handler, SA_RESTART);
	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	sigaddset(&block, SIGUSR2);
	sigprocmask(SIG_SETMASK, &block, NULL);

	/* One that is pending already. */
	sigemptyset(&wait);
	sigaddset(&wait, SIGUSR2);
	raise(SIGUSR2);
	raise(SIGUSR1);
	show("sigsuspend", sigsuspend(&wait));
	say("handled: SIGUSR1 %d SIGUSR2 %d", usr1, usr2);
	show_true("SIGUSR2 was blocked", usr2_blocked);
	sigprocmask(SIG_SETMASK, NULL, &cur);
	show_true("mask is back: SIGUSR1", sigismember(&cur, SIGUSR1));
	show_true("mask is back: SIGUSR2", sigismember(&cur, SIGUSR2));
	sigpending(&cur);
	show_true("SIGUSR2 is pending", sigismember(&cur, SIGUSR2));

	/* SA_RESTART makes no difference. */
	sigemptyset(&wait);
	show("sigsuspend", sigsuspend(&wait));
	say("handled: SIGUSR1 %d SIGUSR2 %d", usr1, usr2);

	/* One that comes while waiting; one that is ignored does not end the wait. */
	signal(SIGHUP, SIG_IGN);
	pid = xfork();
	if (pid == 0) {
		nap_ms(10);
		kill(getppid(), SIGHUP);
		nap_ms(5);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	show("sigsuspend", sigsuspend(&wait));
	say("handled: SIGUSR1 %d SIGUSR2 %d", usr1, usr2);
	show_status("child", xwait(pid));
	return 0;
}
