/*
 * tests/syscalls/ptrace_seccomp.c - SECCOMP_RET_TRACE with a tracer: PTRACE_EVENT_SECCOMP with the
 * data of the filter; the tracer lets the call go on, or skips it.
 */
#include "check.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#ifdef __x86_64__
int main(void)
{
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_umask, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 0x77),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {ARRAY_LEN(f), f};
	struct user_regs_struct regs;
	unsigned long msg = 0;
	pid_t pid;

	umask(022);
	pid = xfork();
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
		show("child: umask", raw(SYS_umask, 077));
		show("child: umask, skipped", raw(SYS_umask, 0));
		show("child: umask", raw(SYS_umask, 0));
		_exit(0);
	}
	show_status("stop", xwait(pid));
	show("TRACESECCOMP", ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESECCOMP));
	for (int i = 0; i < 3; i++) {
		int status;

		ptrace(PTRACE_CONT, pid, NULL, NULL);
		status = xwait(pid);
		ptrace(PTRACE_GETEVENTMSG, pid, NULL, &msg);
		ptrace(PTRACE_GETREGS, pid, NULL, &regs);
		say("stopped %s event %d message 0x%lx umask %d", sig_name(WSTOPSIG(status)),
		    status >> 16, msg, regs.orig_rax == SYS_umask);
		if (i == 1) {
			regs.orig_rax = -1;
			regs.rax = 1234;
			ptrace(PTRACE_SETREGS, pid, NULL, &regs);
		}
	}
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
