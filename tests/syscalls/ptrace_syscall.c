/*
 * tests/syscalls/ptrace_syscall.c - PTRACE_SYSCALL: stops at entry and exit, with and without
 * PTRACE_O_TRACESYSGOOD; numbers and results can be read and changed.
 */
#include "check.h"
#include <sys/ptrace.h>
#include <sys/user.h>

#ifdef __x86_64__
static void child(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	/* Some calls for the stops before the first umask. */
	for (int i = 0; i < 4; i++)
		raw(SYS_getuid);
	raw(SYS_umask, 077);
	raw(SYS_close, 1234);
	if (raw(SYS_umask, 0) != 022)
		_exit(1);
	if (raw(SYS_getppid) != 4711)
		_exit(2);
	_exit(3);
}

/* Goes on to the next stop and shows it; returns the number of the call. */
static long next(pid_t pid, struct user_regs_struct *regs)
{
	int status;

	if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) < 0)
		die("PTRACE_SYSCALL");
	status = xwait(pid);
	if (!WIFSTOPPED(status))
		return -1;
	if (ptrace(PTRACE_GETREGS, pid, NULL, regs) < 0)
		die("PTRACE_GETREGS");
	return regs->orig_rax;
}

int main(void)
{
	struct user_regs_struct regs;
	siginfo_t si;
	pid_t pid;
	int status;

	umask(022);
	pid = xfork();
	if (pid == 0)
		child();
	show_status("stop", xwait(pid));
	show("SYSCALL", ptrace(PTRACE_SYSCALL, pid, NULL, NULL));
	show_status("plain syscall stop", xwait(pid));
	show("TRACESYSGOOD", ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD));
	ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
	status = xwait(pid);
	show_true("stop with bit 7", WIFSTOPPED(status) && WSTOPSIG(status) == (SIGTRAP | 0x80));
	show("GETSIGINFO", ptrace(PTRACE_GETSIGINFO, pid, NULL, &si));
	say("%s code 0x%x", sig_name(si.si_signo), si.si_code);

	while (next(pid, &regs) != SYS_umask)
		;
	say("entry of umask: argument %ld, rax %s", (long)regs.rdi, errno_name(-(long)regs.rax));
	/* Make it another call: none. */
	regs.orig_rax = -1;
	show("SETREGS", ptrace(PTRACE_SETREGS, pid, NULL, &regs));
	show_true("exit: number -1", next(pid, &regs) == -1 && regs.rax == (unsigned long)-ENOSYS);
	show_true("entry of close", next(pid, &regs) == SYS_close && regs.rdi == 1234);
	show_true("exit of close", next(pid, &regs) == SYS_close);
	show_str("result", errno_name(-(long)regs.rax));
	show_true("entry of umask", next(pid, &regs) == SYS_umask);
	show_true("exit of umask", next(pid, &regs) == SYS_umask);
	show_val("result", regs.rax);
	show_true("entry of getppid", next(pid, &regs) == SYS_getppid);
	show_true("exit of getppid", next(pid, &regs) == SYS_getppid);
	regs.rax = 4711;
	show("SETREGS", ptrace(PTRACE_SETREGS, pid, NULL, &regs));
	show_true("entry of exit_group", next(pid, &regs) == SYS_exit_group);
	show_val("argument", regs.rdi);
	ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
	show_status("end", xwait(pid));
	return 0;
}
#else
int main(void)
{
	return 0;
}
#endif
