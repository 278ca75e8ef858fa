/*
 * tests/syscalls/mmap_grow_stack.c - the main stack grows on access; MAP_GROWSDOWN; the limit.
 */
#include "check.h"
#include <sys/mman.h>
#include <sys/resource.h>

static __attribute__((noinline)) int deep(int n)
{
	volatile char frame[4096];

	frame[0] = n;
	return n == 0 ? 0 : frame[0] + deep(n - 1) - frame[0] + 1;
}

static int one_frame(void *arg)
{
	long kib = (long)arg;
	volatile char *p = __builtin_alloca(kib * 1024);

	p[0] = 1;
	return p[0] + 1;
}

static int grow(void *arg)
{
	volatile char *p = arg;

	p[-100] = 3;
	p[-5000] = 4;
	return p[-100] + p[-5000];
}

int main(int argc, char **argv)
{
	struct rlimit rl = {2 << 20, 8 << 20}, none = {0, 0};
	char *p;

	(void)argv;
	if (argc == 1) {
		setrlimit(RLIMIT_STACK, &rl);
		execl("/proc/self/exe", "self", "child", NULL);
		return 1;
	}
	setrlimit(RLIMIT_CORE, &none);
	show_val("1.2 MiB by recursion", deep(300));
	show_status("1.5 MiB at once", run_child(one_frame, (void *)1500));
	show_status("3 MiB at once", run_child(one_frame, (void *)3000));

	/* Room of 64 pages, the map at its upper end. */
	p = mmap(NULL, 64 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(p, 64 * 4096);
	p = mmap(p + 62 * 4096, 4096, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
	show_ptr("MAP_GROWSDOWN", p);
	show_status("access below", run_child(grow, p));
	show_status("access below, once more", run_child(grow, p));
	return 0;
}
