/*
 * tests/syscalls/kcmp_basic.c - kcmp(2): same and different files, memory, tables; errors.
 */
#include "check.h"
#include <linux/kcmp.h>

static long kcmp(pid_t a, pid_t b, int type, unsigned long i, unsigned long k)
{
	long r = raw(SYS_kcmp, a, b, type, i, k);

	/* The order of different objects is arbitrary. */
	return r == 2 ? 1 : r;
}

int main(void)
{
	int a = open(".", O_RDONLY), b = dup(a), c = open(".", O_RDONLY);
	pid_t me = getpid(), pid = xfork();

	if (pid == 0)
		for (;;)
			pause();
	show("same descriptor", kcmp(me, me, KCMP_FILE, a, a));
	show("duplicate", kcmp(me, me, KCMP_FILE, a, b));
	show("opened twice", kcmp(me, me, KCMP_FILE, a, c));
	show("inherited", kcmp(me, pid, KCMP_FILE, a, a));
	show("closed descriptor", kcmp(me, me, KCMP_FILE, a, 999));
	show("own memory", kcmp(me, me, KCMP_VM, 0, 0));
	show("memory of the child", kcmp(me, pid, KCMP_VM, 0, 0));
	show("table of the child", kcmp(me, pid, KCMP_FILES, 0, 0));
	show("actions of the child", kcmp(me, pid, KCMP_SIGHAND, 0, 0));
	show("unknown type", kcmp(me, me, 99, 0, 0));
	show("no process", kcmp(me, 0x7ffffff, KCMP_VM, 0, 0));
	kill(pid, SIGKILL);
	xwait(pid);
	return 0;
}
