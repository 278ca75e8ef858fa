/*
 * tests/syscalls/sigprocmask_errors.c - sigprocmask(2), sigpending(2), sigsuspend(2): bad ways,
 * sizes and pointers.
 */
#include "check.h"

int main(void)
{
	unsigned long set = 0, old;

	show("how 3", raw(SYS_rt_sigprocmask, 3, &set, NULL, 8));
	show("how -1", raw(SYS_rt_sigprocmask, -1, &set, NULL, 8));
	show("how -1 without a set", raw(SYS_rt_sigprocmask, -1, NULL, &old, 8));
	show("size 4", raw(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 4));
	show("size 16", raw(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 16));
	show("bad set", raw(SYS_rt_sigprocmask, SIG_BLOCK, BAD_PTR, NULL, 8));
	set = 1UL << (SIGUSR1 - 1);
	show("bad old set", raw(SYS_rt_sigprocmask, SIG_BLOCK, &set, BAD_PTR, 8));
	show("get", raw(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &old, 8));
	show_true("was blocked nevertheless", old == set);
	show("sigpending", raw(SYS_rt_sigpending, &old, 8));
	show("sigpending size 4", raw(SYS_rt_sigpending, &old, 4));
	show("sigpending size 16", raw(SYS_rt_sigpending, &old, 16));
	show("sigpending bad pointer", raw(SYS_rt_sigpending, BAD_PTR, 8));
	show("sigsuspend bad pointer", raw(SYS_rt_sigsuspend, BAD_PTR, 8));
	show("sigsuspend size 4", raw(SYS_rt_sigsuspend, &set, 4));
	return 0;
}
