/*
 * tests/syscalls/exit_group_thread.c - exit_group(2) in one thread ends all the others, blocked
 * or running, and gives its code to the process.
 */
#include "check.h"
#include <pthread.h>

static int pipes[2];

static void *spinner(void *arg)
{
	volatile unsigned long n = 0;

	for (;;)
		n++;
	return arg;
}

static void *reader(void *arg)
{
	char c;

	if (read(pipes[0], &c, 1) < 0)
		return NULL;
	return arg;
}

static void *ender(void *arg)
{
	nap_ms(5);
	raw(SYS_exit_group, 33);
	return arg;
}

static int child(void *arg)
{
	pthread_t t;

	xpipe(pipes);
	pthread_create(&t, NULL, spinner, NULL);
	pthread_create(&t, NULL, reader, NULL);
	pthread_create(&t, NULL, ender, NULL);
	if (arg)
		spinner(NULL);
	for (;;)
		pause();
	return 0;
}

int main(void)
{
	show_status("main thread sleeps", run_child(child, NULL));
	show_status("main thread runs", run_child(child, (void *)1));
	return 0;
}
