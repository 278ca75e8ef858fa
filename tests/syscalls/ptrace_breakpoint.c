/*
 * tests/syscalls/ptrace_breakpoint.c - a break point: int3 poked into the text, hit, taken away,
 * and the instruction run; the tracer's own text is unchanged.
 */
#include "check.h"
#include <sys/ptrace.h>
#include <sys/user.h>

#ifdef __x86_64__
static volatile int calls;

static __attribute__((noinline)) int target(int n)
{
	calls++;
	return n * 2 + calls;
}

int main(void)
{
	struct user_regs_struct regs;
	unsigned long addr = (unsigned long)target, word;
	pid_t pid = xfork();

	if (pid == 0) {
		int (*volatile fn)(int) = target;

		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(fn(10) + fn(20));
	}
	show_status("stop", xwait(pid));
	word = ptrace(PTRACE_PEEKTEXT, pid, addr, NULL);
	show("set", ptrace(PTRACE_POKETEXT, pid, addr, (word & ~0xffUL) | 0xcc));
	show_true("own text is unchanged", *(unsigned long *)addr == word);
	for (int i = 0; i < 2; i++) {
		ptrace(PTRACE_CONT, pid, NULL, NULL);
		show_status("hit", xwait(pid));
		ptrace(PTRACE_GETREGS, pid, NULL, &regs);
		show_true("behind the int3", regs.rip == addr + 1);
		show_val("argument", regs.rdi);
		regs.rip = addr;
		regs.rdi++;
		ptrace(PTRACE_SETREGS, pid, NULL, &regs);
		ptrace(PTRACE_POKETEXT, pid, addr, word);
		ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL);
		show_status("step", xwait(pid));
		ptrace(PTRACE_POKETEXT, pid, addr, (word & ~0xffUL) | 0xcc);
	}
	show_val("own calls", calls);
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
