/*
 * tests/syscalls/seccomp_trap.c - SECCOMP_RET_TRAP: SIGSYS with the number of the call, the data of
 * the filter and the address; the handler sets the result; without handler it kills.
 */
#include "check.h"
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <ucontext.h>

static siginfo_t seen;

static void handler(int sig, siginfo_t *si, void *ctx)
{
	(void)sig;
	seen = *si;
#ifdef __x86_64__
	((ucontext_t *)ctx)->uc_mcontext.gregs[REG_RAX] = 4711;
#else
	(void)ctx;
#endif
}

static int untreated(void *arg)
{
	struct rlimit none = {0, 0};
	sigset_t set;

	setrlimit(RLIMIT_CORE, &none);
	sigemptyset(&set);
	sigaddset(&set, SIGSYS);
	if (arg)
		sigprocmask(SIG_BLOCK, &set, NULL);
	else
		signal(SIGSYS, SIG_DFL);
	raw(SYS_getppid);
	return 0;
}

int main(void)
{
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP | 0x123),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {ARRAY_LEN(f), f};
	long r;

	on_siginfo(SIGSYS, handler, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	show("install", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog));
	r = raw(SYS_getppid);
	say("%s code %d errno 0x%x", sig_name(seen.si_signo), seen.si_code, seen.si_errno);
	show_true("number", seen.si_syscall == SYS_getppid);
	show_true("architecture is set", seen.si_arch != 0);
	show_true("address is set", seen.si_call_addr != NULL);
#ifdef __x86_64__
	show_true("AUDIT_ARCH_X86_64", seen.si_arch == AUDIT_ARCH_X86_64);
	show("result of the handler", r);
#else
	(void)r;
#endif
	show_status("default", run_child(untreated, NULL));
	show_status("blocked", run_child(untreated, &r));
	return 0;
}
