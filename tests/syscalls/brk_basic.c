/*
 * tests/syscalls/brk_basic.c - brk(2): growing, shrinking, fresh memory is zero, requests that
 * cannot be fulfilled leave the break alone.
 */
#include "check.h"
#include <sys/mman.h>
#include <sys/resource.h>

static unsigned long do_brk(unsigned long addr)
{
	return raw(SYS_brk, addr);
}

static int touch(void *p)
{
	return *(volatile char *)p;
}

int main(void)
{
	unsigned long start = do_brk(0), page;
	struct rlimit rl, old, none = {0, 0};
	char *p;

	setrlimit(RLIMIT_CORE, &none);
	show_true("the break is known", start > 4096);
	show_true("stays", do_brk(0) == start);
	page = (start + 4095) & ~4095UL;
	show_true("grow", do_brk(page + 3 * 4096) == page + 3 * 4096);
	show_true("is there", do_brk(0) == page + 3 * 4096);
	p = (char *)page;
	show_val("zero", p[0] | p[4096] | p[3 * 4096 - 1]);
	memset(p, 'x', 3 * 4096);
	show_true("grow by a byte", do_brk(page + 3 * 4096 + 1) == page + 3 * 4096 + 1);
	p[3 * 4096] = 'y';
	show_true("shrink", do_brk(page + 4096) == page + 4096);
	show_status("touch what is gone", run_child(touch, p + 4096));
	show_val("the rest", p[4095]);
	show_true("grow again", do_brk(page + 2 * 4096) == page + 2 * 4096);
	show_val("fresh", p[4096]);

	show_true("below the start", do_brk(0x1000) == page + 2 * 4096);
	show_true("far too much", do_brk(page + (1UL << 46)) == page + 2 * 4096);
	/* Something in the way. */
	mmap(p + 16 * 4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	show_true("over another map", do_brk(page + 20 * 4096) == page + 2 * 4096);

	getrlimit(RLIMIT_DATA, &old);
	rl = old;
	rl.rlim_cur = 4096;
	setrlimit(RLIMIT_DATA, &rl);
	show_true("over RLIMIT_DATA", do_brk(page + 5 * 4096) == page + 2 * 4096);
	setrlimit(RLIMIT_DATA, &old);
	show_true("back to the start", do_brk(page) == page);

	pid_t pid = xfork();

	if (pid == 0)
		_exit(do_brk(0) == page ? 3 : 4);
	show_status("child has the same break", xwait(pid));
	return 0;
}
