/*
 * tests/syscalls/kill_storm.c - processes with several threads in all kinds of calls are killed at
 * any moment: each is reaped, its pipes are closed by then, and its locks are free.
 */
#include "check.h"
#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>

#define ROUNDS 120

static int p[2], file;

static void *work(void *arg)
{
	unsigned int seed = (unsigned int)(uintptr_t)arg;
	char c;

	for (;;) {
		switch (rand_r(&seed) % 6) {
		case 0: poll(&(struct pollfd){.fd = p[0], .events = POLLIN}, 1, 1); break;
		case 1: {
			void *m = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, file, 0);

			if (m != MAP_FAILED)
				munmap(m, 4096);
			break;
		}
		case 2: {
			pid_t pid = fork();

			if (pid == 0)
				_exit(0);
			waitpid(pid, NULL, 0);
			break;
		}
		case 3: close(open("/proc/self/stat", O_RDONLY)); break;
		case 4: usleep(50); break;
		case 5:
			if (read(p[0], &c, 1) == 0) /* sleeps until somebody writes */
				return NULL;
		}
	}
	return NULL;
}

static void victim(int life)
{
	struct flock lk = {.l_type = F_WRLCK};
	pthread_t t;

	if (fcntl(file, F_SETLK, &lk) < 0)
		_exit(1);
	if (write(life, "x", 1) != 1)
		_exit(1);
	for (uintptr_t i = 0; i < 3; i++)
		pthread_create(&t, NULL, work, (void *)(i + 1));
	work((void *)99);
	_exit(2);
}

int main(void)
{
	int killed = 0, closed = 0, unlocked = 0;

	xpipe(p);
	file = memfd_create("file", 0);
	if (file < 0 || ftruncate(file, 8192) < 0)
		die("memfd_create");
	for (int i = 0; i < ROUNDS; i++) {
		struct flock lk = {.l_type = F_WRLCK};
		int life[2], status;
		char c;
		pid_t pid;

		xpipe(life);
		pid = xfork();
		if (pid == 0) {
			close(life[0]);
			victim(life[1]);
		}
		close(life[1]);
		if (read(life[0], &c, 1) != 1)
			die("read");
		usleep(i * 37 % 3000);
		kill(pid, SIGKILL);
		if (waitpid(pid, &status, 0) == pid && WIFSIGNALED(status))
			killed++;
		/* Its children of the moment may hold the pipe for a little longer. */
		if (read(life[0], &c, 1) == 0)
			closed++;
		if (fcntl(file, F_SETLK, &lk) == 0)
			unlocked++;
		lk.l_type = F_UNLCK;
		fcntl(file, F_SETLK, &lk);
		close(life[0]);
	}
	show_val("killed", killed);
	show_val("closed", closed);
	show_val("unlocked", unlocked);
	return 0;
}
