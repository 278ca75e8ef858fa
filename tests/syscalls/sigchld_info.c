/*
 * tests/syscalls/sigchld_info.c - SIGCHLD: code, pid, uid and status for exit, death by signal,
 * stop and continue; several ends make one pending signal.
 */
#include "check.h"

static volatile int count;
static siginfo_t seen[16];

static void handler(int sig, siginfo_t *si, void *ctx)
{
	(void)sig;
	(void)ctx;
	if (count < 16)
		seen[count] = *si;
	count++;
}

static void look(const char *what, pid_t pid)
{
	siginfo_t *si = &seen[0];

	for (int i = 0; i < 2000 && count == 0; i++)
		nap_ms(1);
	say("%s: count %d code %d status %d pid %d uid %d", what, count, si->si_code, si->si_status,
	    si->si_pid == pid, si->si_uid == getuid());
	count = 0;
	memset(seen, 0, sizeof(seen));
}

static pid_t sleeper(void)
{
	pid_t pid = xfork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

int main(void)
{
	sigset_t set;
	pid_t pid;

	on_siginfo(SIGCHLD, handler, SA_RESTART);
	pid = xfork();
	if (pid == 0)
		_exit(0x107);
	look("exit", pid);
	xwait(pid);

	pid = sleeper();
	kill(pid, SIGTERM);
	look("killed", pid);
	xwait(pid);

	pid = sleeper();
	kill(pid, SIGSTOP);
	look("stopped", pid);
	kill(pid, SIGCONT);
	look("continued", pid);
	kill(pid, SIGKILL);
	look("killed", pid);
	xwait(pid);

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (int i = 0; i < 3; i++) {
		pid = xfork();
		if (pid == 0)
			_exit(i);
		xwait(pid);
	}
	show_val("blocked", count);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	show_val("three ends, signals", count);
	say("of the first: code %d status %d", seen[0].si_code, seen[0].si_status);
	return 0;
}
