/*
 * tests/syscalls/ptrace_seize.c - PTRACE_SEIZE without a stop, PTRACE_INTERRUPT, group stops with
 * PTRACE_EVENT_STOP and PTRACE_LISTEN.
 */
#include "check.h"
#include <sys/ptrace.h>

static void show_stop(const char *what, int status)
{
	if (WIFSTOPPED(status))
		say("%s: stopped %s event %d", what, sig_name(WSTOPSIG(status)), status >> 16);
	else
		show_status(what, status);
}

int main(void)
{
	pid_t pid = xfork();
	int status;

	if (pid == 0)
		for (;;)
			pause();
	show("SEIZE, unknown options", ptrace(PTRACE_SEIZE, pid, NULL, 1L << 31));
	show("SEIZE, address", ptrace(PTRACE_SEIZE, pid, 1L, 0L));
	show("SEIZE", ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACESYSGOOD));
	show("wait", waitpid(pid, &status, WNOHANG));
	show("CONT of a running one", ptrace(PTRACE_CONT, pid, NULL, NULL));
	show("INTERRUPT", ptrace(PTRACE_INTERRUPT, pid, NULL, NULL));
	show_stop("stop", xwait(pid));
	show("CONT", ptrace(PTRACE_CONT, pid, NULL, NULL));
	kill(pid, SIGSTOP);
	show_stop("signal stop", xwait(pid));
	show("LISTEN outside of a group stop", ptrace(PTRACE_LISTEN, pid, NULL, NULL));
	show("CONT with it", ptrace(PTRACE_CONT, pid, NULL, SIGSTOP));
	show_stop("group stop", xwait(pid));
	show("LISTEN", ptrace(PTRACE_LISTEN, pid, NULL, NULL));
	show("GETEVENTMSG while it listens", ptrace(PTRACE_GETEVENTMSG, pid, NULL, &status));
	kill(pid, SIGCONT);
	show_stop("end of the group stop", xwait(pid));
	show("CONT", ptrace(PTRACE_CONT, pid, NULL, NULL));
	show_stop("SIGCONT itself", xwait(pid));
	show("CONT with it", ptrace(PTRACE_CONT, pid, NULL, SIGCONT));
	kill(pid, SIGKILL);
	show_stop("end", xwait(pid));
	return 0;
}
