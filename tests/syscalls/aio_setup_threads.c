/* tests/syscalls/aio_setup_threads.c - io_setup(2) of several threads at once leaves no context behind */
#include "check.h"
#include <linux/aio_abi.h>
#include <pthread.h>

static void *loop(void *arg)
{
	long bad = 0;

	for (int i = 0; i < 300; i++) {
		aio_context_t ctx = 0;

		bad += raw(SYS_io_setup, 500L, &ctx) != 0 || raw(SYS_io_destroy, ctx) != 0;
	}
	return (void *)((long)arg + bad);
}

int main(void)
{
	aio_context_t ctx = 0;
	pthread_t th[4];
	void *bad[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&th[i], NULL, loop, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(th[i], &bad[i]);
	for (int i = 0; i < 4; i++)
		say("thread %d: %ld failures", i, (long)bad[i]);
	show("io_setup of many", raw(SYS_io_setup, 30000L, &ctx));
	show("io_destroy", raw(SYS_io_destroy, ctx));
	return 0;
}
