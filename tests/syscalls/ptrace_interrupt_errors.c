/*
 * tests/syscalls/ptrace_interrupt_errors.c - requests of PTRACE_SEIZE only fail with EIO after
 * PTRACE_TRACEME.
 */
#include "check.h"
#include <sys/ptrace.h>

int main(void)
{
	pid_t pid = xfork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(3);
	}
	show_status("stop", xwait(pid));
	show("INTERRUPT", ptrace(PTRACE_INTERRUPT, pid, NULL, NULL));
	show("LISTEN", ptrace(PTRACE_LISTEN, pid, NULL, NULL));
	show("unknown request", raw(SYS_ptrace, 0x9999, pid, NULL, NULL));
	show("SETOPTIONS, unknown", ptrace(PTRACE_SETOPTIONS, pid, NULL, 1L << 31));
	show("CONT, bad signal", ptrace(PTRACE_CONT, pid, NULL, 100L));
	show("CONT", ptrace(PTRACE_CONT, pid, NULL, NULL));
	show_status("end", xwait(pid));
	return 0;
}
