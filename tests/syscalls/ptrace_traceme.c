/*
 * tests/syscalls/ptrace_traceme.c - PTRACE_TRACEME: stops by signals are reported to the parent
 * without WUNTRACED; PTRACE_CONT goes on with or without the signal.
 */
#include "check.h"
#include <sys/ptrace.h>

static volatile int got;

static void handler(int sig)
{
	got = sig;
}

/* Both results are shown when the child has stopped again, so that its lines come before. */
static void cont(const char *what, pid_t pid, int sig)
{
	long r = ptrace(PTRACE_CONT, pid, NULL, (long)sig);
	int status = xwait(pid);

	show(what, r);
	show_status("\tthen", status);
}

int main(void)
{
	pid_t pid = xfork();

	if (pid == 0) {
		on_signal(SIGUSR1, handler, 0);
		on_signal(SIGUSR2, handler, 0);
		show("TRACEME", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
		show("TRACEME again", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
		raise(SIGSTOP);
		raise(SIGUSR1);
		show_val("child: got after suppressing", got);
		raise(SIGUSR1);
		show_str("child: got", sig_name(got));
		raise(SIGUSR1);
		show_str("child: got instead", sig_name(got));
		raise(SIGTERM);
		_exit(4);
	}
	show_status("stop", xwait(pid));
	cont("CONT", pid, 0);
	cont("CONT without the signal", pid, 0);
	cont("CONT with it", pid, SIGUSR1);
	cont("CONT with another", pid, SIGUSR2);
	cont("CONT with SIGTERM", pid, SIGTERM);
	show("dead", ptrace(PTRACE_CONT, pid, NULL, NULL));
	return 0;
}
