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
	show("CONT", ptrace(PTRACE_CONT, pid, NULL, NULL));
	show_status("stop", xwait(pid));
	show("CONT without the signal", ptrace(PTRACE_CONT, pid, NULL, NULL));
	show_status("stop", xwait(pid));
	show("CONT with it", ptrace(PTRACE_CONT, pid, NULL, SIGUSR1));
	show_status("stop", xwait(pid));
	show("CONT with another", ptrace(PTRACE_CONT, pid, NULL, SIGUSR2));
	show_status("stop", xwait(pid));
	show("CONT with it", ptrace(PTRACE_CONT, pid, NULL, SIGTERM));
	show_status("end", xwait(pid));
	show("dead", ptrace(PTRACE_CONT, pid, NULL, NULL));
	return 0;
}
