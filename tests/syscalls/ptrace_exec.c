/*
 * tests/syscalls/ptrace_exec.c - execve of a traced process: SIGTRAP, or PTRACE_EVENT_EXEC with
 * PTRACE_O_TRACEEXEC.
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

static pid_t spawn(void)
{
	pid_t pid = xfork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		execl("missing", "missing", NULL);
		execl("/proc/self/exe", "self", "child", NULL);
		_exit(1);
	}
	return pid;
}

int main(int argc, char **argv)
{
	unsigned long msg = 0;
	pid_t pid;

	(void)argv;
	if (argc > 1)
		return 6;
	pid = spawn();
	show_stop("start", xwait(pid));
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	show_stop("exec", xwait(pid));
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	show_stop("end", xwait(pid));

	pid = spawn();
	show_stop("start", xwait(pid));
	show("TRACEEXEC", ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACEEXEC));
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	show_stop("exec", xwait(pid));
	show("GETEVENTMSG", ptrace(PTRACE_GETEVENTMSG, pid, NULL, &msg));
	show_true("former tid", msg == (unsigned long)pid);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	show_stop("end", xwait(pid));
	return 0;
}
