/*
 * tests/syscalls/sigtimedwait_basic.c - sigtimedwait(2), sigwaitinfo(2): take pending signals,
 * lowest number first, time out, or wait.
 */
#include "check.h"

static volatile int got;

static void handler(int sig)
{
	(void)sig;
	got++;
}

static void take(const char *what, const sigset_t *set, long ms)
{
	struct timespec ts = {0, ms * 1000000};
	siginfo_t si;
	int r;

	memset(&si, 0, sizeof(si));
	r = sigtimedwait(set, &si, &ts);
	if (r < 0)
		show(what, r);
	else
		say("%s: %s signo %d code %d pid %d", what, sig_name(r), si.si_signo == r,
		    si.si_code, si.si_pid == getpid());
}

int main(void)
{
	sigset_t set, all;
	siginfo_t si;
	pid_t pid;

	on_signal(SIGUSR1, handler, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGRTMIN);
	sigaddset(&set, SIGHUP);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);

	take("nothing, no wait", &set, 0);
	take("nothing, 10 ms", &set, 10);
	kill(getpid(), SIGRTMIN);
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGHUP);
	kill(getpid(), SIGUSR2);
	take("first", &set, 0);
	take("second", &set, 0);
	take("third", &set, 0);
	take("no more of the set", &set, 0);
	take("the other one", &all, 0);
	show_val("handlers did not run", got);

	pid = xfork();
	if (pid == 0) {
		nap_ms(10);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	show_str("sigwaitinfo", sig_name(sigwaitinfo(&set, &si)));
	show_true("sent by the child", si.si_pid == pid);
	show_status("child", xwait(pid));
	take("its SIGCHLD", &all, 0);

	/* A handled signal outside of the set interrupts the wait. */
	sigdelset(&all, SIGUSR1);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigdelset(&set, SIGUSR1);
	pid = xfork();
	if (pid == 0) {
		nap_ms(10);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	show("interrupted", sigwaitinfo(&set, NULL));
	show_val("handled", got);
	xwait(pid);
	return 0;
}
