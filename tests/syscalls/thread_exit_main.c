/*
 * tests/syscalls/thread_exit_main.c - pthread_exit(3) in main: the other threads go on, the process
 * exits with 0 after the last; thread-specific destructors run.
 */
#include "check.h"
#include <pthread.h>

static pthread_key_t key;

static void destroy(void *arg)
{
	say("destructor: %s", (char *)arg);
}

static void *thread(void *arg)
{
	pthread_setspecific(key, "of the thread");
	pthread_join(*(pthread_t *)arg, NULL);
	say("main has ended");
	return NULL;
}

static int child(void *arg)
{
	static pthread_t self;
	pthread_t t;

	(void)arg;
	self = pthread_self();
	pthread_key_create(&key, destroy);
	pthread_create(&t, NULL, thread, &self);
	pthread_setspecific(key, "of main");
	pthread_exit((void *)5);
}

int main(void)
{
	show_status("child", run_child(child, NULL));
	return 0;
}
