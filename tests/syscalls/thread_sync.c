/*
 * tests/syscalls/thread_sync.c - pthread condition variables, read-write locks, semaphores and
 * once: a ping-pong between threads.
 */
#include "check.h"
#include <pthread.h>
#include <semaphore.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static sem_t ping, pong;
static int turn, rounds, inits, value, torn;

static void init(void)
{
	nap_ms(1);
	inits++;
}

static void *player(void *arg)
{
	int me = (long)arg;

	pthread_once(&once, init);
	for (int i = 0; i < 100; i++) {
		pthread_mutex_lock(&mutex);
		while (turn != me)
			pthread_cond_wait(&cond, &mutex);
		rounds++;
		turn = !me;
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&mutex);
	}
	for (int i = 0; i < 100; i++) {
		sem_wait(me ? &pong : &ping);
		rounds++;
		sem_post(me ? &ping : &pong);
	}
	for (int i = 0; i < 100; i++) {
		if (i % 4 == 0) {
			pthread_rwlock_wrlock(&rwlock);
			value++;
			sched_yield();
			value++;
			pthread_rwlock_unlock(&rwlock);
		} else {
			pthread_rwlock_rdlock(&rwlock);
			torn += value % 2;
			pthread_rwlock_unlock(&rwlock);
		}
	}
	return NULL;
}

int main(void)
{
	struct timespec ts;
	pthread_t t[2];

	sem_init(&ping, 0, 1);
	sem_init(&pong, 0, 0);
	for (long i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, player, (void *)i);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	show_val("rounds", rounds);
	show_val("inits", inits);
	show_val("value", value);
	show_val("torn", torn);

	pthread_mutex_lock(&mutex);
	clock_gettime(CLOCK_REALTIME, &ts);
	show_err("timedwait", pthread_cond_timedwait(&cond, &mutex, &ts));
	show_err("trylock", pthread_mutex_trylock(&mutex));
	ts.tv_nsec += 5000000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_nsec -= 1000000000;
		ts.tv_sec++;
	}
	show_err("timedlock", pthread_mutex_timedlock(&mutex, &ts));
	sem_wait(&ping);
	show("sem_timedwait", sem_timedwait(&ping, &ts));
	show("sem_trywait", sem_trywait(&ping));
	return 0;
}
