/*
 * tests/syscalls/ptrace_kill.c - PTRACE_KILL, SIGKILL of a stopped tracee, a detached one goes on.
 */
#include "check.h"
#include <sys/ptrace.h>

static pid_t spawn(void)
{
	pid_t pid = xfork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(5);
	}
	show_status("stop", xwait(pid));
	return pid;
}

int main(void)
{
	pid_t pid = spawn();

	show("KILL", ptrace(PTRACE_KILL, pid, NULL, NULL));
	show_status("end", xwait(pid));
	pid = spawn();
	show("SIGKILL", kill(pid, SIGKILL));
	show_status("end", xwait(pid));
	pid = spawn();
	show("DETACH", ptrace(PTRACE_DETACH, pid, NULL, NULL));
	show_status("end", xwait(pid));
	return 0;
}
