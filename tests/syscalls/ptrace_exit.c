/*
 * tests/syscalls/ptrace_exit.c - PTRACE_O_TRACEEXIT: a stop before the end, with the status as the
 * message, for exit and for deadly signals; PTRACE_O_EXITKILL.
 */
#include "check.h"
#include <sys/prctl.h>
#include <sys/ptrace.h>

static void run(const char *what, int sig)
{
	unsigned long msg = 0;
	pid_t pid;
	int status;

	say("%s", what);
	pid = xfork();
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		if (sig)
			raise(sig);
		_exit(17);
	}
	xwait(pid);
	show("SETOPTIONS", ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACEEXIT));
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	status = xwait(pid);
	if (sig) {
		show_status("signal stop", status);
		ptrace(PTRACE_CONT, pid, NULL, (long)sig);
		status = xwait(pid);
	}
	say("stopped %s event %d", sig_name(WSTOPSIG(status)), status >> 16);
	show("GETEVENTMSG", ptrace(PTRACE_GETEVENTMSG, pid, NULL, &msg));
	show_status("message", msg);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	show_status("end", xwait(pid));
}

int main(void)
{
	pid_t tracer, target;
	int p[2], status;

	run("exit", 0);
	run("signal", SIGTERM);

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	xpipe(p);
	tracer = xfork();
	if (tracer == 0) {
		target = xfork();
		if (target == 0)
			for (;;)
				pause();
		if (ptrace(PTRACE_SEIZE, target, NULL, PTRACE_O_EXITKILL) < 0)
			_exit(1);
		_exit(0);
	}
	show_status("tracer with EXITKILL", xwait(tracer));
	show_true("wait for the orphan", waitpid(-1, &status, 0) > 0);
	show_status("orphan", status);
	return 0;
}
