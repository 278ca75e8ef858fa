/*
 * tests/syscalls/sigprocmask_basic.c - sigprocmask(2): block, unblock, set; SIGKILL and SIGSTOP
 * cannot be blocked; a pending signal is delivered before the call returns.
 */
#include "check.h"

static volatile int got;

static void handler(int sig)
{
	(void)sig;
	got++;
}

static void look(const char *what)
{
	sigset_t set;

	sigprocmask(SIG_BLOCK, NULL, &set);
	say("%s: HUP %d USR1 %d USR2 %d KILL %d STOP %d RTMAX %d", what, sigismember(&set, SIGHUP),
	    sigismember(&set, SIGUSR1), sigismember(&set, SIGUSR2), sigismember(&set, SIGKILL),
	    sigismember(&set, SIGSTOP), sigismember(&set, SIGRTMAX));
}

int main(void)
{
	sigset_t set, old;

	on_signal(SIGUSR1, handler, 0);
	look("start");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGHUP);
	show("SIG_BLOCK", sigprocmask(SIG_BLOCK, &set, &old));
	show_true("old mask has SIGUSR1", sigismember(&old, SIGUSR1));
	look("after SIG_BLOCK");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	show("SIG_BLOCK adds", sigprocmask(SIG_BLOCK, &set, &old));
	show_true("old mask has SIGUSR1", sigismember(&old, SIGUSR1));
	look("after SIG_BLOCK");
	sigaddset(&set, SIGHUP);
	show("SIG_UNBLOCK", sigprocmask(SIG_UNBLOCK, &set, NULL));
	look("after SIG_UNBLOCK");
	sigfillset(&set);
	show("SIG_SETMASK", sigprocmask(SIG_SETMASK, &set, NULL));
	look("after a full SIG_SETMASK");
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR1);
	show_val("handled", got);
	sigemptyset(&set);
	show("SIG_SETMASK", sigprocmask(SIG_SETMASK, &set, &old));
	show_val("handled, once", got);
	show_true("old mask has SIGUSR1", sigismember(&old, SIGUSR1));
	look("end");
	return 0;
}
