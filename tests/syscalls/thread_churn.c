/*
 * tests/syscalls/thread_churn.c - threads made and joined one after the other, with stacks of their
 * own: none is leaked.
 */
#include "check.h"
#include <pthread.h>

static void *thread(void *arg)
{
	volatile char frame[100000];

	frame[0] = frame[99999] = 1;
	*(long *)arg += frame[0] + frame[99999];
	return NULL;
}

int main(void)
{
	pthread_attr_t attr;
	pthread_t t;
	long sum = 0;
	int failed = 0;

	pthread_attr_init(&attr);
	show_err("stack size", pthread_attr_setstacksize(&attr, 256 * 1024));
	for (int i = 0; i < 300; i++) {
		if (pthread_create(&t, &attr, thread, &sum) != 0)
			failed++;
		else
			pthread_join(t, NULL);
	}
	show_val("failed", failed);
	show_val("sum", sum);
	return 0;
}
