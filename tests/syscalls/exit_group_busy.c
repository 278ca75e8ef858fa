/* tests/syscalls/exit_group_busy.c - exit_group while other threads make calls: its status counts. */
#include "check.h"

#include <pthread.h>

#define ROUNDS 60
#define THREADS 6

static void *busy(void *arg)
{
	for (;;) {
		if (getppid() < 0 || close(-1) == 0 || errno != EBADF)
			_exit(1); /* a wrong answer */
	}
	return arg;
}

static void child(int how)
{
	pthread_t t;

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&t, NULL, busy, NULL))
			_exit(2);
	usleep((useconds_t)(how % 5) * 300);
	_exit(40 + how % 3);
}

int main(void)
{
	int wrong = 0, status;

	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid = fork();

		if (pid == 0)
			child(i);
		if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
		    WEXITSTATUS(status) != 40 + i % 3) {
			if (!wrong++)
				show_status("wrong", status);
		}
	}
	show_val("wrong", wrong);
	return 0;
}
