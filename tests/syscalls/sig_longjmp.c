/*
 * tests/syscalls/sig_longjmp.c - siglongjmp(3) out of handlers: with and without the saved mask,
 * after a fault, and out of the alternate stack.
 */
#include "check.h"
#include <setjmp.h>

static sigjmp_buf env;

static void handler(int sig)
{
	siglongjmp(env, sig);
}

static bool blocked(int sig)
{
	sigset_t set;

	sigprocmask(SIG_BLOCK, NULL, &set);
	return sigismember(&set, sig);
}

int main(void)
{
	static char stack[1 << 16];
	stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)}, old;
	sigset_t set;
	volatile int r, n = 0;

	on_signal(SIGUSR1, handler, 0);
	r = sigsetjmp(env, 1);
	if (r == 0)
		raise(SIGUSR1);
	show_str("came back by", sig_name(r));
	show_true("blocked, mask saved", blocked(SIGUSR1));

	r = sigsetjmp(env, 0);
	if (r == 0)
		raise(SIGUSR1);
	show_str("came back by", sig_name(r));
	show_true("blocked, mask not saved", blocked(SIGUSR1));
	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);

	on_signal(SIGSEGV, handler, 0);
	while (n < 5) {
		r = sigsetjmp(env, 1);
		if (r == 0)
			*(volatile char *)BAD_PTR = 1;
		n++;
	}
	say("faults: %d, by %s", n, sig_name(r));

	sigaltstack(&ss, NULL);
	on_signal(SIGSEGV, handler, SA_ONSTACK);
	for (n = 0; n < 3; n++) {
		r = sigsetjmp(env, 1);
		if (r == 0)
			*(volatile char *)BAD_PTR = 1;
		sigaltstack(NULL, &old);
		show_val("on the alternate stack", old.ss_flags);
	}
	return 0;
}
