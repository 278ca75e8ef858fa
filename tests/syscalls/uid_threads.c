/*
 * tests/syscalls/uid_threads.c - the setuid system call changes one thread; setuid of the C library
 * all of them. Root only.
 */
#include "check.h"
#include <pthread.h>

static pthread_barrier_t bar;

static void *thread(void *arg)
{
	(void)arg;
	raw(SYS_setresuid, 1000, 1000, 0);
	say("thread: %ld", raw(SYS_geteuid));
	pthread_barrier_wait(&bar);
	pthread_barrier_wait(&bar);
	raw(SYS_setresuid, 0, 0, 0);
	pthread_barrier_wait(&bar);
	pthread_barrier_wait(&bar);
	say("thread: %ld", raw(SYS_geteuid));
	return NULL;
}

int main(void)
{
	pthread_t t;

	if (geteuid() != 0)
		return 0;
	pthread_barrier_init(&bar, NULL, 2);
	pthread_create(&t, NULL, thread, NULL);
	pthread_barrier_wait(&bar);
	say("main: %ld", raw(SYS_geteuid));
	pthread_barrier_wait(&bar);
	pthread_barrier_wait(&bar);
	show("setuid", setuid(2000));
	say("main: %ld", raw(SYS_geteuid));
	pthread_barrier_wait(&bar);
	pthread_join(t, NULL);
	return 0;
}
