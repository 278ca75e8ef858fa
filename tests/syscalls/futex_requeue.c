/*
 * tests/syscalls/futex_requeue.c - futex(2) FUTEX_REQUEUE, FUTEX_CMP_REQUEUE and FUTEX_WAKE_OP:
 * waiters that move to another word, and two words at once.
 */
#include "check.h"
#include <linux/futex.h>
#include <pthread.h>

static volatile int a, b, waiting, woken;

static long futex(volatile int *addr, int op, int val, long val2, volatile int *addr2, int val3)
{
	return raw(SYS_futex, addr, op, val, val2, addr2, val3);
}

static void *thread(void *arg)
{
	__atomic_add_fetch(&waiting, 1, __ATOMIC_SEQ_CST);
	if (futex(arg, FUTEX_WAIT_PRIVATE, 0, 0, NULL, 0) == 0)
		__atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

/* All n threads sleep at a: requeueing all of them to a itself counts them. */
static void spawn(pthread_t *t, int n)
{
	waiting = woken = 0;
	for (int i = 0; i < n; i++)
		pthread_create(&t[i], NULL, thread, (void *)&a);
	while (waiting < n || futex(&a, FUTEX_REQUEUE_PRIVATE, 0, 100, &b, 0) +
					      futex(&b, FUTEX_REQUEUE_PRIVATE, 0, 100, &a, 0) <
				      n)
		nap_ms(1);
	while (futex(&a, FUTEX_CMP_REQUEUE_PRIVATE, 0, 100, &a, 0) < n)
		nap_ms(1);
}

static void join(pthread_t *t, int n)
{
	for (int i = 0; i < n; i++)
		pthread_join(t[i], NULL);
	show_val("woken", woken);
}

int main(void)
{
	pthread_t t[4];

	spawn(t, 4);
	show("other value", futex(&a, FUTEX_CMP_REQUEUE_PRIVATE, 1, 2, &b, 7));
	show("wake 1, move 2", futex(&a, FUTEX_CMP_REQUEUE_PRIVATE, 1, 2, &b, 0));
	show("wake at b", futex(&b, FUTEX_WAKE_PRIVATE, 100, 0, NULL, 0));
	show("wake at a", futex(&a, FUTEX_WAKE_PRIVATE, 100, 0, NULL, 0));
	join(t, 4);

	spawn(t, 3);
	/* FUTEX_REQUEUE returns those woken up only. */
	show("requeue, wake 1, move 1", futex(&a, FUTEX_REQUEUE_PRIVATE, 1, 1, &b, 0));
	show("wake at a", futex(&a, FUTEX_WAKE_PRIVATE, 100, 0, NULL, 0));
	show("wake at b", futex(&b, FUTEX_WAKE_PRIVATE, 100, 0, NULL, 0));
	join(t, 3);

	/* Add 5 to b; wake one at a, and at b if that was equal to 0. */
	spawn(t, 2);
	show("move one", futex(&a, FUTEX_CMP_REQUEUE_PRIVATE, 0, 1, &b, 0));
	show("wake op", futex(&a, FUTEX_WAKE_OP_PRIVATE, 1, 1, &b,
			      FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_EQ, 0)));
	join(t, 2);
	show_val("b", b);
	show("wake op, no match", futex(&a, FUTEX_WAKE_OP_PRIVATE, 1, 1, &b,
					FUTEX_OP(FUTEX_OP_SET, 9, FUTEX_OP_CMP_GT, 5)));
	show_val("b", b);
	futex(&a, FUTEX_WAKE_OP_PRIVATE, 1, 1, &b, FUTEX_OP(FUTEX_OP_OR, 6, FUTEX_OP_CMP_NE, 0));
	show_val("or 6", b);
	futex(&a, FUTEX_WAKE_OP_PRIVATE, 1, 1, &b, FUTEX_OP(FUTEX_OP_ANDN, 3, FUTEX_OP_CMP_LT, 0));
	show_val("and not 3", b);
	futex(&a, FUTEX_WAKE_OP_PRIVATE, 1, 1, &b, FUTEX_OP(FUTEX_OP_XOR, 5, FUTEX_OP_CMP_LE, 0));
	show_val("xor 5", b);
	futex(&a, FUTEX_WAKE_OP_PRIVATE, 1, 1, &b,
	      FUTEX_OP((FUTEX_OP_SET | FUTEX_OP_OPARG_SHIFT), 4, FUTEX_OP_CMP_GE, 0));
	show_val("set 1 << 4", b);
	show("bad operation", futex(&a, FUTEX_WAKE_OP_PRIVATE, 1, 1, &b, FUTEX_OP(7, 1, 0, 0)));
	show("bad comparison", futex(&a, FUTEX_WAKE_OP_PRIVATE, 1, 1, &b, FUTEX_OP(0, 1, 7, 0)));
	show("bad second address", futex(&a, FUTEX_WAKE_OP_PRIVATE, 1, 1, (void *)0x1000, 0));
	return 0;
}
