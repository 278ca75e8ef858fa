/*
 * tests/syscalls/mprotect_basic.c - mprotect(2): reading and writing allowed and forbidden, parts
 * of a map, system calls into it, threads see it.
 */
#include "check.h"
#include <setjmp.h>
#include <sys/mman.h>

static sigjmp_buf env;

static void handler(int sig)
{
	siglongjmp(env, sig);
}

static char access_of(volatile char *p)
{
	volatile char c = 0, r = '-';
	volatile char *q = p;

	if (sigsetjmp(env, 1) == 0) {
		c = *q;
		r = 'r';
	}
	if (sigsetjmp(env, 1) == 0) {
		*q = c;
		r = 'w';
	}
	return r;
}

static void look(const char *what, char *p, int n)
{
	char text[16] = "";

	for (int i = 0; i < n; i++)
		text[i] = access_of(p + i * 4096 + 123);
	show_str(what, text);
}

int main(void)
{
	char *p = mmap(NULL, 6 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open("/dev/zero", O_RDONLY);

	on_signal(SIGSEGV, handler, 0);
	for (int i = 0; i < 6; i++)
		p[i * 4096] = 'a' + i;
	look("start", p, 6);
	show("read", mprotect(p + 4096, 2 * 4096, PROT_READ));
	look("now", p, 6);
	show("none", mprotect(p + 2 * 4096, 2 * 4096, PROT_NONE));
	look("now", p, 6);
	show("length is rounded up", mprotect(p + 5 * 4096, 1, PROT_READ));
	look("now", p, 6);
	show("read(2) into a writable page", read(fd, p + 10, 10));
	show("read(2) into a read-only page", read(fd, p + 4096 + 10, 10));
	show("read(2) into no page", read(fd, p + 2 * 4096, 10));
	show("read(2) over the border", read(fd, p + 4090, 10));
	show("length 0", mprotect(p, 0, PROT_NONE));
	look("now", p, 6);
	show("all", mprotect(p, 6 * 4096, PROT_READ | PROT_WRITE));
	look("now", p, 6);
	say("%c%c%c%c%c%c", p[0], p[4096], p[8192], p[12288], p[16384], p[20480]);
	show("PROT_WRITE alone", mprotect(p, 4096, PROT_WRITE));
	p[50] = 'w';
	mprotect(p, 4096, PROT_READ);
	show_val("data", p[50]);
	return 0;
}
