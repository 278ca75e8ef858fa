/* tests/syscalls/fast_signals_many.c - reads of many new threads are restarted after handlers. */
#include "fs_check.h"

#include <pthread.h>

#define ROUNDS 20
#define READERS 8

static int fds[2];
static _Atomic int handled, tids[READERS], wrong;

static void handler(int sig)
{
	(void)sig;
	handled++;
}

static void *reader(void *arg)
{
	char c;

	*(_Atomic int *)arg = (int)raw(SYS_gettid);
	if (read(fds[0], &c, 1) != 0)
		wrong++;
	return NULL;
}

static void round_of_readers(void)
{
	pthread_t t[READERS];

	must(pipe(fds));
	memset((void *)tids, 0, sizeof(tids));
	for (int i = 0; i < READERS; i++)
		pthread_create(&t[i], NULL, reader, (void *)&tids[i]);
	for (int n = 0; n < 10; n++) {
		for (int i = 0; i < READERS; i++)
			if (tids[i])
				raw(SYS_tgkill, getpid(), tids[i], SIGUSR1);
		usleep(500);
	}
	close(fds[1]);
	for (int i = 0; i < READERS; i++)
		pthread_join(t[i], NULL);
	close(fds[0]);
}

int main(void)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART};

	must(sigaction(SIGUSR1, &sa, NULL));
	for (int i = 0; i < ROUNDS; i++)
		round_of_readers();
	show_val("wrong", wrong);
	show_true("handled", handled > 0);
	return 0;
}
