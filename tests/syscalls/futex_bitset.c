/*
 * tests/syscalls/futex_bitset.c - futex(2) FUTEX_WAIT_BITSET and FUTEX_WAKE_BITSET: only waiters
 * with common bits wake up; absolute times on both clocks.
 */
#include "check.h"
#include <linux/futex.h>
#include <pthread.h>

static volatile int word, woken[3], waiting;

static long futex(int op, int val, struct timespec *ts, unsigned int bits)
{
	return raw(SYS_futex, &word, op, val, ts, NULL, bits);
}

static void *thread(void *arg)
{
	long i = (long)arg;

	__atomic_add_fetch(&waiting, 1, __ATOMIC_SEQ_CST);
	woken[i] = futex(FUTEX_WAIT_BITSET_PRIVATE, 0, NULL, 1U << i) == 0;
	return NULL;
}

static long wake_one(unsigned int bits)
{
	long r;

	for (int i = 0; i < 1000; i++) {
		r = futex(FUTEX_WAKE_BITSET_PRIVATE, 10, NULL, bits);
		if (r != 0)
			return r;
		nap_ms(1);
	}
	return 0;
}

int main(void)
{
	struct timespec ts;
	pthread_t t[3];

	for (long i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, thread, (void *)i);
	while (waiting < 3)
		nap_ms(1);
	nap_ms(5);
	show("wake bit 5", futex(FUTEX_WAKE_BITSET_PRIVATE, 10, NULL, 1U << 5));
	show("wake bit 1", wake_one(1U << 1));
	pthread_join(t[1], NULL);
	say("woken: %d %d %d", woken[0], woken[1], woken[2]);
	show("wake bit 2", wake_one(1U << 2));
	pthread_join(t[2], NULL);
	show("plain wake", wake_one(FUTEX_BITSET_MATCH_ANY));
	pthread_join(t[0], NULL);
	say("woken: %d %d %d", woken[0], woken[1], woken[2]);

	clock_gettime(CLOCK_MONOTONIC, &ts);
	show("monotonic, now", futex(FUTEX_WAIT_BITSET, 0, &ts, ~0U));
	ts.tv_sec = 0;
	show("monotonic, long ago", futex(FUTEX_WAIT_BITSET, 0, &ts, ~0U));
	clock_gettime(CLOCK_REALTIME, &ts);
	show("real time, now", futex(FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &ts, ~0U));
	show("real time, FUTEX_WAIT", futex(FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 1, &ts, 0));
	show("other value", futex(FUTEX_WAIT_BITSET, 1, &ts, ~0U));
	return 0;
}
