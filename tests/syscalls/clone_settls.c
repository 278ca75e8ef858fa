/*
 * tests/syscalls/clone_settls.c - clone(2) with CLONE_SETTLS: the base of the new thread, and EPERM
 * for an address that is none.
 */
#include "check.h"
#include <linux/futex.h>
#include <sched.h>

#ifdef __x86_64__
static char stack[1 << 16] __attribute__((aligned(16)));
static unsigned long block[64] __attribute__((aligned(64)));
static volatile unsigned long seen;
static volatile int ctid;

/* Nothing here may use the thread-local storage of the C library. */
static int thread(void *arg)
{
	unsigned long v;

	(void)arg;
	__asm__ volatile("mov %%fs:0, %0" : "=r"(v));
	seen = v;
	__asm__ volatile("syscall" : : "a"(SYS_exit), "D"(0) : "rcx", "r11", "memory");
	return 0;
}

int main(void)
{
	int v, flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
		       CLONE_SYSVSEM | CLONE_CHILD_CLEARTID | CLONE_SETTLS;

	block[0] = 0x123456;
	ctid = 1;
	show_true("clone",
		  clone(thread, stack + sizeof(stack), flags, NULL, NULL, block, &ctid) > 0);
	while ((v = ctid))
		raw(SYS_futex, &ctid, FUTEX_WAIT, v, NULL, NULL, 0);
	say("word at the base: 0x%lx", seen);

	long pid = raw(SYS_clone, CLONE_SETTLS | SIGCHLD, 0, NULL, NULL, 1UL << 63);

	if (pid == 0)
		_exit(0);
	show("bad address", pid);
	return 0;
}
#else
int main(void)
{
	return 0;
}
#endif
