/*
 * tests/syscalls/thread_basic.c - pthreads: arguments, results, shared memory, thread-local
 * storage, detached threads, ids.
 */
#include "check.h"
#include <pthread.h>
#include <semaphore.h>

static __thread int local = 5;
static __thread char zeroed[5000];
static int shared;
static sem_t sem;

static void *thread(void *arg)
{
	long n = (long)arg;
	bool fresh = local == 5 && zeroed[0] == 0 && zeroed[4999] == 0;

	local += n;
	zeroed[4999] = n;
	shared += n;
	return (void *)(fresh ? local * 10L : -1L);
}

static void *detached(void *arg)
{
	(void)arg;
	sem_post(&sem);
	return NULL;
}

static void *tid(void *arg)
{
	(void)arg;
	return (void *)raw(SYS_gettid);
}

int main(void)
{
	pthread_attr_t attr;
	pthread_t t;
	void *res;

	local = 1;
	zeroed[0] = 1;
	for (long i = 1; i <= 5; i++) {
		show_err("create", pthread_create(&t, NULL, thread, (void *)i));
		show_err("join", pthread_join(t, &res));
		show_val("result", (long)res);
	}
	show_val("shared", shared);
	show_val("own local", local);

	sem_init(&sem, 0, 0);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	show_err("create detached", pthread_create(&t, &attr, detached, NULL));
	show("sem_wait", sem_wait(&sem));

	pthread_create(&t, NULL, tid, NULL);
	pthread_join(t, &res);
	show_true("tid differs", (long)res != getpid() && (long)res > 0);
	show_true("main: tid == pid", raw(SYS_gettid) == getpid());
	return 0;
}
