/*
 * tests/syscalls/ptrace_siginfo.c - PTRACE_GETSIGINFO and PTRACE_SETSIGINFO at signal stops, the
 * signal mask by PTRACE_GETSIGMASK.
 */
#include "check.h"
#include <sys/ptrace.h>

#ifndef PTRACE_GETSIGMASK
#define PTRACE_GETSIGMASK 0x420a
#define PTRACE_SETSIGMASK 0x420b
#endif

static void handler(int sig, siginfo_t *si, void *ctx)
{
	(void)ctx;
	say("child: %s code %d value %d", sig_name(sig), si->si_code, si->si_value.sival_int);
}

int main(void)
{
	uint64_t mask = 0;
	siginfo_t si;
	sigset_t set;
	pid_t pid = xfork();

	if (pid == 0) {
		on_siginfo(SIGUSR1, handler, 0);
		sigemptyset(&set);
		sigaddset(&set, SIGHUP);
		sigprocmask(SIG_BLOCK, &set, NULL);
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 7});
		sigprocmask(SIG_BLOCK, NULL, &set);
		say("child: HUP %d INT %d", sigismember(&set, SIGHUP), sigismember(&set, SIGINT));
		_exit(0);
	}
	show_status("stop", xwait(pid));
	show("GETSIGINFO", ptrace(PTRACE_GETSIGINFO, pid, NULL, &si));
	say("%s code %d value %d pid %d", sig_name(si.si_signo), si.si_code, si.si_value.sival_int,
	    si.si_pid == pid);
	si.si_value.sival_int = 8;
	show("SETSIGINFO", ptrace(PTRACE_SETSIGINFO, pid, NULL, &si));
	show("GETSIGMASK", ptrace(PTRACE_GETSIGMASK, pid, 8L, &mask));
	say("mask: HUP %d USR1 %d", (int)(mask >> (SIGHUP - 1) & 1),
	    (int)(mask >> (SIGUSR1 - 1) & 1));
	mask = 1UL << (SIGINT - 1);
	show("SETSIGMASK", ptrace(PTRACE_SETSIGMASK, pid, 8L, &mask));
	show("GETSIGMASK, bad size", ptrace(PTRACE_GETSIGMASK, pid, 4L, &mask));
	show("GETSIGINFO, bad pointer", ptrace(PTRACE_GETSIGINFO, pid, NULL, BAD_PTR));
	ptrace(PTRACE_CONT, pid, NULL, SIGUSR1);
	show_status("end", xwait(pid));
	return 0;
}
