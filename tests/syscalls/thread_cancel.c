/*
 * tests/syscalls/thread_cancel.c - pthread_cancel(3) of threads in blocking calls and in loops,
 * with clean-up functions (a thread-directed signal below).
 */
#include "check.h"
#include <pthread.h>

static int p[2];
static volatile int started, cleaned;

static void cleanup(void *arg)
{
	(void)arg;
	cleaned++;
}

static void *reader(void *arg)
{
	char c;

	(void)arg;
	pthread_cleanup_push(cleanup, NULL);
	started = 1;
	if (read(p[0], &c, 1) == 1)
		cleaned = 100;
	pthread_cleanup_pop(0);
	return NULL;
}

static void *looper(void *arg)
{
	volatile long n = 0;

	(void)arg;
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	pthread_cleanup_push(cleanup, NULL);
	started = 1;
	for (;;)
		n++;
	pthread_cleanup_pop(0);
	return NULL;
}

static void *disabled(void *arg)
{
	(void)arg;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	started = 1;
	nap_ms(20);
	return (void *)7;
}

static void run(const char *what, void *(*fn)(void *))
{
	pthread_t t;
	void *res;

	started = 0;
	pthread_create(&t, NULL, fn, NULL);
	while (!started)
		nap_ms(1);
	nap_ms(5);
	show_err(what, pthread_cancel(t));
	show_err("join", pthread_join(t, &res));
	show_true("cancelled", res == PTHREAD_CANCELED);
	show_val("clean-ups", cleaned);
}

int main(void)
{
	xpipe(p);
	run("in read", reader);
	run("in a loop", looper);
	run("disabled", disabled);
	return 0;
}
