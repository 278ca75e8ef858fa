/*
 * tests/syscalls/futex_pi_mutex.c - pthread mutexes with priority inheritance, under contention,
 * robust, and as error-checking ones.
 */
#include "check.h"
#include <pthread.h>

static pthread_mutex_t mutex;
static long counter;

static void *thread(void *arg)
{
	(void)arg;
	for (int i = 0; i < 300; i++) {
		pthread_mutex_lock(&mutex);
		counter++;
		if (i % 50 == 0)
			sched_yield();
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void *taker(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&mutex);
	return NULL;
}

int main(void)
{
	pthread_mutexattr_t attr;
	pthread_t t[4];

	pthread_mutexattr_init(&attr);
	show_err("protocol", pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT));
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	show_err("init", pthread_mutex_init(&mutex, &attr));
	show_err("lock", pthread_mutex_lock(&mutex));
	show_err("lock again", pthread_mutex_lock(&mutex));
	show_err("unlock", pthread_mutex_unlock(&mutex));
	show_err("unlock again", pthread_mutex_unlock(&mutex));
	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, thread, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	show_val("counter", counter);
	pthread_mutex_destroy(&mutex);

	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	show_err("init robust", pthread_mutex_init(&mutex, &attr));
	pthread_create(&t[0], NULL, taker, NULL);
	pthread_join(t[0], NULL);
	show_err("owner is gone", pthread_mutex_lock(&mutex));
	show_err("consistent", pthread_mutex_consistent(&mutex));
	show_err("unlock", pthread_mutex_unlock(&mutex));
	return 0;
}
