/*
 * tests/syscalls/ptrace_attach_other.c - a tracer that is not the parent: it sees stops and the end
 * first, the parent gets the end when the tracer has waited, or has ended.
 */
#include "check.h"
#include <sys/prctl.h>
#include <sys/ptrace.h>

int main(void)
{
	int p[2], gate[2], status;
	pid_t target, tracer;
	char c;

	xpipe(p);
	xpipe(gate);
	target = xfork();
	if (target == 0) {
		prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
		for (;;)
			pause();
	}
	tracer = xfork();
	if (tracer == 0) {
		show("tracer: ATTACH", ptrace(PTRACE_ATTACH, target, NULL, NULL));
		show_status("tracer: stop", xwait(target));
		ptrace(PTRACE_CONT, target, NULL, NULL);
		kill(target, SIGTERM);
		show_status("tracer: stop", xwait(target));
		ptrace(PTRACE_CONT, target, NULL, SIGTERM);
		siginfo_t si;

		if (waitid(P_PID, target, &si, WEXITED | WNOWAIT) < 0)
			_exit(1);
		/* The parent cannot see it yet. */
		if (write(p[1], "x", 1) != 1 || read(gate[0], &c, 1) != 1)
			_exit(1);
		show_status("tracer: end", xwait(target));
		_exit(0);
	}
	show("ready", read(p[0], &c, 1));
	show("parent: nothing yet", waitpid(target, &status, WNOHANG));
	if (write(gate[1], "x", 1) != 1)
		die("write");
	show_status("tracer", xwait(tracer));
	show_status("parent: end", xwait(target));

	/* A tracer that ends detaches: the target goes on. */
	target = xfork();
	if (target == 0)
		for (;;)
			pause();
	tracer = xfork();
	if (tracer == 0) {
		show("tracer: ATTACH", ptrace(PTRACE_ATTACH, target, NULL, NULL));
		show_status("tracer: stop", xwait(target));
		_exit(0);
	}
	show_status("tracer", xwait(tracer));
	kill(target, SIGUSR1);
	show_status("target", xwait(target));
	return 0;
}
