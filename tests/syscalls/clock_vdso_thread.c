/*
 * tests/syscalls/clock_vdso_thread.c - the monotonic clock does not go back between threads that
 * pass the time to each other.
 */
#include "check.h"
#include <pthread.h>

static volatile long stamp[2];
static volatile int turn, back;

static long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000L + ts.tv_nsec;
}

static void *player(void *arg)
{
	int me = (long)arg;

	for (int i = 0; i < 300; i++) {
		while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != me)
			sched_yield();
		stamp[me] = now();
		back += stamp[me] < stamp[!me];
		__atomic_store_n(&turn, !me, __ATOMIC_RELEASE);
	}
	return NULL;
}

int main(void)
{
	pthread_t t[2];

	for (long i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, player, (void *)i);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	show_val("went back", back);
	return 0;
}
