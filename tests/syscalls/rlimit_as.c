/*
 * tests/syscalls/rlimit_as.c - RLIMIT_AS and RLIMIT_DATA: ENOMEM of mmap, mremap and brk beyond
 * them; memory given back can be had again.
 */
#include "check.h"
#include <sys/mman.h>
#include <sys/resource.h>

static void *map(size_t mib, int prot, int flags)
{
	return mmap(NULL, mib << 20, prot, flags | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static int as(void *arg)
{
	struct rlimit rl;
	void *p, *q;

	(void)arg;
	getrlimit(RLIMIT_AS, &rl);
	rl.rlim_cur = 1 << 30;
	show("RLIMIT_AS of 1 GiB", setrlimit(RLIMIT_AS, &rl));
	show_ptr("2 GiB", map(2048, PROT_READ, 0));
	p = show_ptr("500 MiB", map(500, PROT_NONE, 0));
	show_ptr("800 MiB", map(800, PROT_NONE, MAP_NORESERVE));
	show_ptr("mremap to 1200 MiB", mremap(p, 500 << 20, 1200 << 20, MREMAP_MAYMOVE));
	show("munmap", munmap(p, 500 << 20));
	q = show_ptr("800 MiB", map(800, PROT_NONE, MAP_NORESERVE));
	show_true("brk", raw(SYS_brk, raw(SYS_brk, 0) + (700UL << 20)) == raw(SYS_brk, 0));
	munmap(q, 800 << 20);
	return 0;
}

static int data(void *arg)
{
	struct rlimit rl;
	void *p;

	(void)arg;
	getrlimit(RLIMIT_DATA, &rl);
	rl.rlim_cur = 100 << 20;
	show("RLIMIT_DATA of 100 MiB", setrlimit(RLIMIT_DATA, &rl));
	show_ptr("200 MiB, read and write", map(200, PROT_READ | PROT_WRITE, 0));
	p = show_ptr("200 MiB, read only", map(200, PROT_READ, 0));
	show("mprotect to write", mprotect(p, 200 << 20, PROT_READ | PROT_WRITE));
	show_ptr("200 MiB, shared",
		 mmap(NULL, 200 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	show_ptr("50 MiB", map(50, PROT_READ | PROT_WRITE, 0));
	return 0;
}

int main(void)
{
	show_status("RLIMIT_AS", run_child(as, NULL));
	show_status("RLIMIT_DATA", run_child(data, NULL));
	return 0;
}
