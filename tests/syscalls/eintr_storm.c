/*
 * tests/syscalls/eintr_storm.c - a reader that sleeps in read(2) most of the time, under many signals
 * with SA_RESTART and without, loses no byte and sees none twice.
 */
#include "check.h"
#include <pthread.h>

#define RECORDS 3000

static volatile sig_atomic_t handled;
static volatile int done;

static void handler(int sig)
{
	(void)sig;
	handled++;
}

static void *bombard(void *arg)
{
	pthread_t target = *(pthread_t *)arg;

	for (unsigned int n = 0; !done; n++) {
		pthread_kill(target, n & 1 ? SIGUSR1 : SIGUSR2);
		if (n % 4 == 0)
			usleep(n % 97);
	}
	return NULL;
}

static void writer(int fd)
{
	for (unsigned int i = 0; i < RECORDS; i++) {
		if (write(fd, &i, sizeof(i)) != sizeof(i))
			_exit(1);
		if (i % 8 == 0)
			usleep(i % 113);
	}
	_exit(0);
}

static bool read_record(int fd, unsigned int *record)
{
	size_t have = 0;

	while (have < sizeof(*record)) {
		ssize_t n = read(fd, (char *)record + have, sizeof(*record) - have);

		if (n > 0)
			have += n;
		else if (n == 0 || errno != EINTR)
			return false;
	}
	return true;
}

int main(void)
{
	struct sigaction restart = {.sa_handler = handler, .sa_flags = SA_RESTART};
	struct sigaction interrupt = {.sa_handler = handler};
	pthread_t self = pthread_self(), t;
	unsigned int record, good = 0;
	pid_t pid;
	int p[2];

	xpipe(p);
	sigaction(SIGUSR1, &restart, NULL);
	sigaction(SIGUSR2, &interrupt, NULL);
	pid = xfork();
	if (pid == 0)
		writer(p[1]);
	close(p[1]);
	pthread_create(&t, NULL, bombard, &self);
	while (good < RECORDS && read_record(p[0], &record) && record == good)
		good++;
	done = 1;
	pthread_join(t, NULL);
	show_val("records in order", good);
	show_true("many signals", handled > 100);
	show_val("end", read(p[0], &record, 1));
	show_status("writer", xwait(pid));
	return 0;
}
