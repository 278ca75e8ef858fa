/*
 * tests/security/guests/recycle.c - orphans die while their parents do, then all numbers come round
 *
 *	recycle SECONDS
 *
 * A child that gets the number of somebody who is not quite forgotten must be itself: its calls work,
 * it has its own descriptors and credentials.
 */
#include "tests/security/guests/attack.h"

/* Processes that end in any order with their parents, some killed. */
static void orphans(unsigned int seed)
{
	pid_t pid = fork();

	if (pid == 0) {
		for (int i = 0; i < 4; i++) {
			pid_t p = fork();

			if (p == 0) {
				if (fork() == 0)
					_exit(0);
				for (volatile unsigned int n = 0; n < seed % 7 * 3000; n++)
					;
				_exit(0);
			}
			if (p > 0 && (i & 1))
				kill(p, SIGKILL);
		}
		if (setuid(1000) < 0)
			_exit(1);
		_exit(0);
	}
	for (volatile unsigned int n = 0; n < seed % 11 * 3000; n++)
		;
	if (pid < 0)
		return;
	if (seed & 1)
		kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Each child with its own number in a descriptor's place, and root. */
static void check_children(int n)
{
	for (int i = 0; i < n; i++) {
		int fds[2], status, got = 0;
		pid_t pid;

		if (pipe(fds) < 0) {
			FINDING("pipe: %s", strerror(errno));
			return;
		}
		pid = fork();
		if (pid == 0) {
			int me = (int)syscall(SYS_getpid);

			if (getuid() != 0 || write(fds[1], &me, sizeof(me)) != sizeof(me))
				_exit(8);
			_exit(7);
		}
		close(fds[1]);
		if (pid < 0) { /* no number is free */
			close(fds[0]);
			continue;
		}
		if (read(fds[0], &got, sizeof(got)) != sizeof(got) || got != pid)
			FINDING("child %d says %d", pid, got);
		close(fds[0]);
		if (waitpid(pid, &status, 0) != pid || status != 7 << 8)
			FINDING("child %d: status %x", pid, status);
	}
}

int main(int argc, char **argv)
{
	double end = now() + (argc > 1 ? atof(argv[1]) : 1);
	int rounds = 0;

	ready();
	usleep(300000); /* the driver lowers the number of numbers */
	for (; now() < end && findings < 5; rounds++) {
		for (int i = 0; i < 8; i++)
			orphans((unsigned int)(rounds * 8 + i));
		check_children(60);
		alarm(30);
	}
	printf("%d rounds\n", rounds);
	return findings != 0;
}
