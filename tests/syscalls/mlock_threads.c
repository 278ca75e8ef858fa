/*
 * tests/syscalls/mlock_threads.c - mlock(2) by many processes at once: none of them waits for ever
 */
#include "check.h"

#include <sys/mman.h>
#include <sys/wait.h>

#define CHILDREN 8
#define ROUNDS 50

static void lock_and_unlock(void)
{
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	for (int i = 0; i < ROUNDS; i++)
		if (mlock(p, 4096) < 0 || munlock(p, 4096) < 0)
			_exit(1);
	_exit(0);
}

int main(void)
{
	int good = 0, status;

	for (int i = 0; i < CHILDREN; i++)
		if (xfork() == 0)
			lock_and_unlock();
	while (wait(&status) > 0)
		good += status == 0;
	show_val("children that could lock", good);
	return 0;
}
