/*
 * tests/syscalls/kcmp_basic.c - kcmp(2): same and different files, memory, tables; errors.
 */
#include "fs_check.h"
#include <linux/kcmp.h>
#include <sys/epoll.h>

static long kcmp(pid_t a, pid_t b, int type, unsigned long i, unsigned long k)
{
	long r = raw(SYS_kcmp, a, b, type, i, k);

	/* The order of different objects is arbitrary. */
	return r == 2 ? 1 : r;
}

/* Which file an epoll watches under a number. */
static void show_epoll(int a, int b, int c)
{
	struct epoll_event ev = {.events = EPOLLIN};
	int epfd = epoll_create1(0), p[2], again, keep;
	struct kcmp_epoll_slot slot = {.efd = (unsigned int)epfd};
	pid_t me = getpid();

	must(pipe(p));
	again = dup(p[0]);
	must(epoll_ctl(epfd, EPOLL_CTL_ADD, p[0], &ev));
	must(epoll_ctl(epfd, EPOLL_CTL_ADD, again, &ev));
	slot.tfd = (unsigned int)p[0];
	show("watched", kcmp(me, me, KCMP_EPOLL_TFD, p[0], (unsigned long)&slot));
	show("watched, by its duplicate",
	     kcmp(me, me, KCMP_EPOLL_TFD, again, (unsigned long)&slot));
	show("another file", kcmp(me, me, KCMP_EPOLL_TFD, p[1], (unsigned long)&slot));
	slot.toff = 1;
	show("the second of that number", kcmp(me, me, KCMP_EPOLL_TFD, p[0], (unsigned long)&slot));
	keep = dup(p[0]);
	close(p[0]);
	must(dup2(c, p[0]));
	slot.toff = 0;
	show("closed, its number used again",
	     kcmp(me, me, KCMP_EPOLL_TFD, keep, (unsigned long)&slot));
	slot.tfd = 999;
	show("not watched", kcmp(me, me, KCMP_EPOLL_TFD, a, (unsigned long)&slot));
	slot.efd = (unsigned int)b;
	show("no epoll", kcmp(me, me, KCMP_EPOLL_TFD, a, (unsigned long)&slot));
	slot.efd = 998;
	show("no descriptor", kcmp(me, me, KCMP_EPOLL_TFD, a, (unsigned long)&slot));
	show("closed first descriptor", kcmp(me, me, KCMP_EPOLL_TFD, 997, (unsigned long)&slot));
	show("bad address", kcmp(me, me, KCMP_EPOLL_TFD, a, 1));
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
	show_epoll(a, b, c);
	show("unknown type", kcmp(me, me, 99, 0, 0));
	show("no process", kcmp(me, 0x7ffffff, KCMP_VM, 0, 0));
	kill(pid, SIGKILL);
	xwait(pid);
	return 0;
}
