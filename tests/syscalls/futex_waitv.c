/*
 * tests/syscalls/futex_waitv.c - futex_waitv(2): several words at once, errors, timeouts.
 */
#include "check.h"
#include <linux/futex.h>
#include <pthread.h>

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

static volatile int words[3];

static void *waker(void *arg)
{
	(void)arg;
	while (raw(SYS_futex, &words[1], FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0) == 0)
		nap_ms(1);
	return NULL;
}

int main(void)
{
	struct futex_waitv w[3];
	struct timespec ts;
	pthread_t t;

	for (int i = 0; i < 3; i++)
		w[i] = (struct futex_waitv){
			.val = 0,
			.uaddr = (uintptr_t)&words[i],
			.flags = FUTEX_32 | FUTEX_PRIVATE_FLAG,
		};
	clock_gettime(CLOCK_MONOTONIC, &ts);
	show("timeout", raw(SYS_futex_waitv, w, 3, 0, &ts, CLOCK_MONOTONIC));
	w[2].val = 1;
	show("other value", raw(SYS_futex_waitv, w, 3, 0, NULL, 0));
	w[2].val = 0;
	pthread_create(&t, NULL, waker, NULL);
	show("woken at", raw(SYS_futex_waitv, w, 3, 0, NULL, 0));
	pthread_join(t, NULL);
	show("no words", raw(SYS_futex_waitv, w, 0, 0, NULL, 0));
	show("too many", raw(SYS_futex_waitv, w, 129, 0, NULL, 0));
	show("bad flags", raw(SYS_futex_waitv, w, 3, 1, NULL, 0));
	show("bad clock", raw(SYS_futex_waitv, w, 3, 0, &ts, CLOCK_BOOTTIME));
	show("bad pointer", raw(SYS_futex_waitv, BAD_PTR, 3, 0, NULL, 0));
	w[0].flags = 0x100;
	show("bad flags of a word", raw(SYS_futex_waitv, w, 3, 0, NULL, 0));
	w[0].flags = FUTEX_32;
	w[0].uaddr++;
	show("unaligned", raw(SYS_futex_waitv, w, 3, 0, NULL, 0));
	return 0;
}
