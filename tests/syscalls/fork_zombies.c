/*
 * tests/syscalls/fork_zombies.c - a parent of very many children that it has not waited for, each of which
 * makes its first call after its parent's next one.
 */
#include "check.h"
#include <sys/mman.h>

#define CHILDREN 2500

static int may_go(const volatile int *seen, int i)
{
	return *seen > i;
}

int main(void)
{
	volatile int *seen = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
				  -1, 0);
	int good = 0, status;

	for (int i = 0; i < CHILDREN; i++) {
		pid_t pid = xfork();

		if (pid == 0) {
			while (!may_go(seen, i))
				sched_yield();
			_exit(getppid() > 0 ? 7 : 8);
		}
		getppid();
		*seen = i + 1;
	}
	for (int i = 0; i < CHILDREN; i++)
		good += wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 7;
	show_val("children that ended as they should", good);
	return 0;
}
