/*
 * tests/syscalls/mmap_anon.c - mmap(2) of anonymous memory: zeroed, page aligned, private or
 * shared over fork, populated, large ones of which little is touched.
 */
#include "check.h"
#include <sys/mman.h>

static char *map(const char *what, size_t len, int flags)
{
	return show_ptr(what,
			mmap(NULL, len, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0));
}

static bool all_zero(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i])
			return false;
	return true;
}

int main(void)
{
	char *priv = map("private", 3 * 4096, MAP_PRIVATE);
	char *shared = map("shared", 3 * 4096, MAP_SHARED);
	char *odd = map("odd length", 5000, MAP_PRIVATE);
	char *pop = map("populate", 1 << 20, MAP_PRIVATE | MAP_POPULATE);
	char *huge = map("64 GiB, MAP_NORESERVE", 64UL << 30, MAP_PRIVATE | MAP_NORESERVE);
	pid_t pid;

	show_true("aligned", ((uintptr_t)priv | (uintptr_t)shared | (uintptr_t)odd) % 4096 == 0);
	show_true("zeroed", all_zero(priv, 3 * 4096) && all_zero(shared, 3 * 4096));
	show_true("populated ones too", all_zero(pop, 1 << 20));
	odd[8191] = 'o';
	show_val("rest of the last page", odd[8191]);
	for (size_t i = 0; i < 64; i++)
		huge[i << 30] = i;
	show_val("last page of the huge one", huge[63UL << 30]);

	pid = xfork();
	if (pid == 0) {
		priv[0] = shared[0] = huge[0] = 'c';
		priv[4096] = shared[4096] = 'd';
		_exit(0);
	}
	show_status("child", xwait(pid));
	say("private %d %d shared %c %c", priv[0], priv[4096], shared[0], shared[4096]);
	show("munmap", munmap(huge, 64UL << 30));
	show("munmap odd length", munmap(odd, 5000));
	show("MAP_SHARED_VALIDATE",
	     mmap(NULL, 4096, PROT_READ, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	show_str("errno", errno_name(errno));
	return 0;
}
