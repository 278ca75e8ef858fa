/*
 * tests/syscalls/ptrace_step.c - PTRACE_SINGLESTEP: one instruction at a time, through a call, with
 * the siginfo of the trap.
 */
#include "check.h"
#include <sys/ptrace.h>
#include <sys/user.h>

#ifdef __x86_64__
__asm__(".text\n"
	".globl step_here\n"
	"step_here:\n\t"
	"mov $5, %eax\n\t"
	"add $7, %eax\n\t"
	"nop\n\t"
	"push %rax\n\t"
	"pop %rcx\n\t"
	"ret\n"
	".globl step_end\n"
	"step_end:\n");
extern char step_here[], step_end[];

int main(void)
{
	struct user_regs_struct regs;
	siginfo_t si;
	int steps = 0, inside = 0;
	pid_t pid = xfork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(((int (*)(void))step_here)());
	}
	show_status("stop", xwait(pid));
	for (;;) {
		if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) < 0)
			die("PTRACE_SINGLESTEP");
		int status = xwait(pid);

		if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP) {
			show_status("unexpected", status);
			return 0;
		}
		ptrace(PTRACE_GETREGS, pid, NULL, &regs);
		if (regs.rip >= (unsigned long)step_here && regs.rip < (unsigned long)step_end) {
			inside++;
			say("offset %ld rax %ld", (long)(regs.rip - (unsigned long)step_here),
			    inside > 1 ? (long)(int)regs.rax : 0);
		} else if (inside) {
			break;
		}
		if (++steps > 100000)
			die("too many steps");
	}
	show_val("instructions", inside);
	show_val("result", regs.rax);
	show("GETSIGINFO", ptrace(PTRACE_GETSIGINFO, pid, NULL, &si));
	say("%s code %d address %d", sig_name(si.si_signo), si.si_code,
	    (unsigned long)si.si_addr == regs.rip);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	show_status("end", xwait(pid));
	return 0;
}
#else
int main(void)
{
	return 0;
}
#endif
