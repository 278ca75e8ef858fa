/*
 * tests/syscalls/thread_many.c - many threads at the same time: distinct tids, a mutex under
 * contention, /proc/self/status counts them.
 */
#include "check.h"
#include <pthread.h>

#define N 50

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t bar;
static pid_t tids[N];
static long counter;

static void *thread(void *arg)
{
	long i = (long)arg;

	tids[i] = raw(SYS_gettid);
	pthread_barrier_wait(&bar);
	for (int k = 0; k < 200; k++) {
		pthread_mutex_lock(&mutex);
		counter++;
		pthread_mutex_unlock(&mutex);
	}
	pthread_barrier_wait(&bar);
	return NULL;
}

int main(void)
{
	char buf[8192], *p;
	pthread_t t[N];
	int same = 0;

	pthread_barrier_init(&bar, NULL, N + 1);
	for (long i = 0; i < N; i++)
		if (pthread_create(&t[i], NULL, thread, (void *)i) != 0)
			die("pthread_create");
	pthread_barrier_wait(&bar);
	read_file("/proc/self/status", buf, sizeof(buf));
	p = strstr(buf, "Threads:");
	show_val("threads", p ? atoi(p + 8) : -1);
	pthread_barrier_wait(&bar);
	for (int i = 0; i < N; i++)
		pthread_join(t[i], NULL);
	for (int i = 0; i < N; i++)
		for (int k = 0; k < i; k++)
			same += tids[i] == tids[k] || tids[i] == getpid();
	show_val("tids used twice", same);
	show_val("counter", counter);
	return 0;
}
