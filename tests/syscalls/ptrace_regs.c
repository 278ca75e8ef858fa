/*
 * tests/syscalls/ptrace_regs.c - registers: PTRACE_GETREGS, SETREGS, PEEKUSER, POKEUSER, GETREGSET,
 * SETREGSET, GETFPREGS agree.
 */
#include "check.h"
#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#ifdef __x86_64__
int main(void)
{
	struct user_regs_struct a, b;
	struct user_fpregs_struct fp;
	struct iovec iov = {&b, sizeof(b)};
	pid_t pid = xfork();

	if (pid == 0) {
		long r12;
		double x = 1.5, y;

		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		/* kill(getpid(), SIGSTOP) with values in r12 and xmm5. */
		__asm__ volatile("mov $0x1234, %%r12\n\t"
				 "movsd %2, %%xmm5\n\t"
				 "syscall\n\t"
				 "mov %%r12, %0\n\t"
				 "movsd %%xmm5, %1"
				 : "=m"(r12), "=m"(y)
				 : "m"(x), "a"((long)SYS_kill), "D"((long)getpid()),
				   "S"((long)SIGSTOP)
				 : "rcx", "r11", "r12", "xmm5", "memory");
		say("child: r12 0x%lx xmm5 %g", r12, y);
		_exit(0);
	}
	show_status("stop", xwait(pid));
	show("GETREGS", ptrace(PTRACE_GETREGS, pid, NULL, &a));
	say("r12 0x%llx orig_rax is kill %d rax %lld", a.r12, a.orig_rax == SYS_kill, a.rax);
	show_true("segments", (a.cs & 3) == 3 && (a.ss & 3) == 3);
	show("GETREGSET", ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &iov));
	show_true("same", iov.iov_len == sizeof(b) && memcmp(&a, &b, sizeof(a)) == 0);
	iov = (struct iovec){&b, 16};
	show("GETREGSET, short", ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &iov));
	show_val("length", iov.iov_len);
	show("GETREGSET, unknown", ptrace(PTRACE_GETREGSET, pid, 0x7777, &iov));
	show("GETREGSET, bad pointer", ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, BAD_PTR));
	show_true("PEEKUSER", ptrace(PTRACE_PEEKUSER, pid, offsetof(struct user, regs.rip), NULL) ==
				      (long)a.rip);
	show("PEEKUSER, odd", ptrace(PTRACE_PEEKUSER, pid, 3, NULL));
	show("PEEKUSER, far", ptrace(PTRACE_PEEKUSER, pid, 100000, NULL));
	show("POKEUSER", ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, regs.r12), 0x5678L));
	ptrace(PTRACE_GETREGS, pid, NULL, &a);
	say("r12 0x%llx", a.r12);
	a.r12 = 0x9abc;
	show("SETREGS", ptrace(PTRACE_SETREGS, pid, NULL, &a));
	a.cs = 0;
	show("SETREGS, bad segment", ptrace(PTRACE_SETREGS, pid, NULL, &a));
	show("GETFPREGS", ptrace(PTRACE_GETFPREGS, pid, NULL, &fp));
	double d;

	memcpy(&d, (char *)fp.xmm_space + 5 * 16, 8);
	say("xmm5 %g", d);
	d = 2.5;
	memcpy((char *)fp.xmm_space + 5 * 16, &d, 8);
	show("SETFPREGS", ptrace(PTRACE_SETFPREGS, pid, NULL, &fp));
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
