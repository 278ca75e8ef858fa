/*
 * tests/syscalls/sigaltstack_overflow.c - an overflow of the stack: SIGSEGV kills without an
 * alternate stack, and is handled on one.
 */
#include "check.h"
#include <sys/resource.h>

static volatile int sink;

static __attribute__((noinline)) int recurse(int n)
{
	volatile char frame[4096];

	frame[0] = frame[4095] = n;
	if (sink == 12345)
		return 0;
	return recurse(n + 1) + frame[0];
}

static void handler(int sig, siginfo_t *si, void *ctx)
{
	(void)ctx;
	_exit(sig == SIGSEGV && si->si_addr ? 40 + si->si_code : 1);
}

static int run(void *arg)
{
	static char stack[1 << 16];
	stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	if (arg)
		sigaltstack(&ss, NULL);
	on_siginfo(SIGSEGV, handler, SA_ONSTACK);
	return recurse(0);
}

int main(int argc, char **argv)
{
	struct rlimit rl = {1 << 20, 8 << 20};

	/* A smaller stack, that counts from the next exec. */
	(void)argv;
	if (argc == 1) {
		setrlimit(RLIMIT_STACK, &rl);
		execl("/proc/self/exe", "self", "child", NULL);
		return 1;
	}
	show_status("no alternate stack", run_child(run, NULL));
	show_status("alternate stack", run_child(run, &rl));
	return 0;
}
