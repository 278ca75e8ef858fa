/*
 * tests/syscalls/ptrace_attach.c - PTRACE_ATTACH to a running and to a stopped process,
 * PTRACE_DETACH with and without a signal; TracerPid in status.
 */
#include "check.h"
#include <sys/ptrace.h>

static int tracer_of(pid_t pid)
{
	char path[64], buf[8192], *p;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	read_file(path, buf, sizeof(buf));
	p = strstr(buf, "TracerPid:");
	return p ? atoi(p + 10) : -1;
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
	pid_t pid = sleeper();
	int status;

	show_val("tracer", tracer_of(pid));
	show("ATTACH", ptrace(PTRACE_ATTACH, pid, NULL, NULL));
	show_status("stop", xwait(pid));
	show_true("tracer", tracer_of(pid) == getpid());
	show("ATTACH again", ptrace(PTRACE_ATTACH, pid, NULL, NULL));
	show("DETACH", ptrace(PTRACE_DETACH, pid, NULL, NULL));
	show_val("tracer", tracer_of(pid));
	show("wait", waitpid(pid, &status, WNOHANG | WUNTRACED));
	show("ATTACH", ptrace(PTRACE_ATTACH, pid, NULL, NULL));
	show_status("stop", xwait(pid));
	show("DETACH with SIGTERM", ptrace(PTRACE_DETACH, pid, NULL, SIGTERM));
	show_status("end", xwait(pid));

	pid = sleeper();
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	show_status("stopped before", status);
	show("ATTACH", ptrace(PTRACE_ATTACH, pid, NULL, NULL));
	show_status("stop", xwait(pid));
	show("DETACH with SIGSTOP", ptrace(PTRACE_DETACH, pid, NULL, SIGSTOP));
	kill(pid, SIGKILL);
	show_status("end", xwait(pid));
	return 0;
}
