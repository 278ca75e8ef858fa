/*
 * tests/security/guests/busy.c - guests of every kind, for the kill tests: in forwarded loops, in
 * calls that the sentry holds, in children being made, in an exec now and then
 */
#include "tests/security/guests/attack.h"

static void *yield_forever(void *arg)
{
	for (;;)
		sched_yield();
	return arg;
}

static void *read_forever(void *arg)
{
	int fds[2];
	char c;

	if (pipe(fds) == 0)
		while (read(fds[0], &c, 1) >= 0)
			;
	return arg;
}

static void fork_forever(const char *self)
{
	for (;;) {
		pid_t pid = fork();

		if (pid == 0) {
			execl(self, self, "end", (char *)NULL);
			_exit(1);
		}
		waitpid(pid, NULL, 0);
	}
}

int main(int argc, char **argv)
{
	pthread_t th;

	if (argc > 1)
		return 0;
	if (fork() == 0)
		fork_forever(argv[0]);
	if (fork() == 0) {
		pthread_create(&th, NULL, read_forever, NULL);
		for (;;)
			; /* no calls at all */
	}
	if (fork() == 0) { /* a stopped one */
		raise(SIGSTOP);
		_exit(0);
	}
	pthread_create(&th, NULL, yield_forever, NULL);
	ready();
	for (;;) {
		struct timespec ts = {.tv_nsec = 1000000};

		nanosleep(&ts, NULL);
		getppid();
		open("/tmp/busy", O_CREAT | O_RDWR, 0600);
		close(3);
	}
}
