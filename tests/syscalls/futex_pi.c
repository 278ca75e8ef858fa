/*
 * tests/syscalls/futex_pi.c - futex(2) FUTEX_LOCK_PI, FUTEX_TRYLOCK_PI and FUTEX_UNLOCK_PI: the
 * word holds the owner's tid; errors.
 */
#include "check.h"
#include <linux/futex.h>
#include <pthread.h>

static volatile int word;
static volatile int step;

static long futex(int op, struct timespec *ts)
{
	return raw(SYS_futex, &word, op, 0, ts, NULL, 0);
}

static void *thread(void *arg)
{
	struct timespec past = {0, 0};

	(void)arg;
	show("thread: unlock what is not ours", futex(FUTEX_UNLOCK_PI_PRIVATE, NULL));
	show("thread: trylock", futex(FUTEX_TRYLOCK_PI_PRIVATE, NULL));
	show("thread: lock with a past time", futex(FUTEX_LOCK_PI_PRIVATE, &past));
	step = 1;
	show("thread: lock", futex(FUTEX_LOCK_PI_PRIVATE, NULL));
	show_true("thread: owner", (word & FUTEX_TID_MASK) == raw(SYS_gettid));
	show("thread: unlock", futex(FUTEX_UNLOCK_PI_PRIVATE, NULL));
	return NULL;
}

int main(void)
{
	pthread_t t;

	show("lock", futex(FUTEX_LOCK_PI_PRIVATE, NULL));
	show_true("owner", word == raw(SYS_gettid));
	show("lock again", futex(FUTEX_LOCK_PI_PRIVATE, NULL));
	show("trylock again", futex(FUTEX_TRYLOCK_PI_PRIVATE, NULL));
	pthread_create(&t, NULL, thread, NULL);
	while (!step)
		nap_ms(1);
	nap_ms(5);

	long r = futex(FUTEX_UNLOCK_PI_PRIVATE, NULL);

	pthread_join(t, NULL);
	show("unlock", r);
	show_val("word", word & FUTEX_TID_MASK);
	show("unlock a free one", futex(FUTEX_UNLOCK_PI_PRIVATE, NULL));
	word = 0x3ffffff;
	show("owner that does not exist", futex(FUTEX_LOCK_PI_PRIVATE, NULL));
	return 0;
}
