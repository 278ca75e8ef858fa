/*
 * tests/syscalls/futex_wait.c - futex(2) FUTEX_WAIT and FUTEX_WAKE: other value, timeouts, number
 * of those woken up.
 */
#include "check.h"
#include <linux/futex.h>
#include <pthread.h>

static volatile int word, woken;

static long futex(volatile int *addr, int op, int val, struct timespec *ts)
{
	return raw(SYS_futex, addr, op, val, ts, NULL, 0);
}

static void *thread(void *arg)
{
	(void)arg;
	if (futex(&word, FUTEX_WAIT, 0, NULL) == 0)
		__atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

/* Wakes until as many as wanted have been there to wake. */
static int wake(int n)
{
	int sum = 0;

	while (sum < n) {
		long r = futex(&word, FUTEX_WAKE, n - sum, NULL);

		if (r < 0)
			die("wake");
		sum += r;
		if (sum < n)
			nap_ms(1);
	}
	return sum;
}

int main(void)
{
	struct timespec ts = {0, 5000000}, zero = {0, 0}, before, after;
	pthread_t t[5];

	show("other value", futex(&word, FUTEX_WAIT, 1, NULL));
	clock_gettime(CLOCK_MONOTONIC, &before);
	show("timeout", futex(&word, FUTEX_WAIT, 0, &ts));
	clock_gettime(CLOCK_MONOTONIC, &after);
	show_true("not too early",
		  (after.tv_sec - before.tv_sec) * 1000000000L + after.tv_nsec - before.tv_nsec >=
			  5000000);
	show("timeout zero", futex(&word, FUTEX_WAIT, 0, &zero));
	show("other value and timeout", futex(&word, FUTEX_WAIT, 1, &ts));
	show("wake nobody", futex(&word, FUTEX_WAKE, 1, NULL));

	for (int i = 0; i < 5; i++)
		pthread_create(&t[i], NULL, thread, NULL);
	show_val("wake 2", wake(2));
	for (int i = 0; i < 1000 && woken < 2; i++)
		nap_ms(1);
	show_val("woken", woken);
	show_val("wake 3", wake(3));
	for (int i = 0; i < 5; i++)
		pthread_join(t[i], NULL);
	show_val("woken", woken);
	show("wake all", futex(&word, FUTEX_WAKE, INT32_MAX, NULL));
	return 0;
}
