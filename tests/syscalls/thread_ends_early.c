/*
 * tests/syscalls/thread_ends_early.c - threads that end at once, while their maker makes others: each ends,
 * and is waited for.
 */
#include "check.h"
#include <pthread.h>

#define ROUNDS 300
#define THREADS 8

static void *count(void *arg)
{
	__atomic_add_fetch((int *)arg, 1, __ATOMIC_RELAXED);
	return NULL;
}

int main(void)
{
	int ended = 0, joined = 0;

	for (int r = 0; r < ROUNDS; r++) {
		pthread_t t[THREADS];
		int made = 0;

		while (made < THREADS && pthread_create(&t[made], NULL, count, &ended) == 0)
			made++;
		for (int i = 0; i < made; i++)
			joined += pthread_join(t[i], NULL) == 0;
	}
	say("ended %d, joined %d", ended, joined);
	return 0;
}
