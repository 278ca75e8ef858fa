/*
 * tests/security/guests/kill_fork.c - processes killed in the middle of a clone: what the child was to
 * start with must neither stay nor go to somebody else
 *
 *	kill_fork SECONDS
 *
 * Root makes children of two users; each looks at who it is, and at a descriptor that only its kind
 * has. Pipes must be at their end when all writers are gone.
 */
#include "tests/security/guests/attack.h"

#include <sys/prctl.h>

static void check_self(uid_t uid)
{
	uid_t is = getuid();

	if (is != uid || geteuid() != uid || (fcntl(uid ? 60 : 61, F_GETFD) >= 0)) {
		printf("BAD: a child of user %u is user %d\n", uid, (int)is);
		fflush(stdout);
		_exit(77);
	}
}

/* Forks until it is killed; children look and end. */
static void family(uid_t uid)
{
	dup2(0, uid ? 61 : 60); /* 60 is root's, 61 the user's */
	close(uid ? 60 : 61);
	if (uid && (setgid(uid) < 0 || setuid(uid) < 0))
		_exit(1);
	for (;;) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			check_self(uid);
			if (fork() == 0) {
				check_self(uid);
				_exit(0);
			}
			_exit(0); /* an orphan that has not trapped yet */
		}
		if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
		    WEXITSTATUS(status) == 77)
			_exit(77);
	}
}

static void at_end(int fd)
{
	char c;

	alarm(10);
	while (read(fd, &c, 1) > 0)
		;
	alarm(0);
}

int main(int argc, char **argv)
{
	double end = now() + (argc > 1 ? atof(argv[1]) : 1);
	int rounds = 0;

	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	ready();
	while (now() < end) {
		pid_t pid[2];
		int fds[2], status;

		if (pipe(fds) < 0)
			return 1;
		for (int i = 0; i < 2; i++) {
			pid[i] = fork();
			if (pid[i] == 0)
				family(i ? 1000 : 0);
		}
		close(fds[1]);
		usleep(3000 + (unsigned int)(rounds % 10) * 700);
		for (int i = 0; i < 2; i++)
			if (pid[i] > 0)
				kill(pid[i], SIGKILL);
		while (waitpid(-1, &status, 0) > 0 || errno == EINTR)
			if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
				FINDING("round %d: the wrong user", rounds);
		at_end(fds[0]); /* SIGALRM: a writer is left */
		close(fds[0]);
		rounds++;
	}
	printf("%d rounds\n", rounds);
	return findings != 0;
}
