/*
 * tests/security/guests/fd_race.c - threads race mmap with dup2, close, unshare and exec on one number
 * behind which files of different authority come and go
 *
 * File R may only be read (its pages hold 'R'), file W also be written ('W'). A writable mapping that
 * shows 'R', or an 'X' in R at the end, is the escape.
 */
#include "tests/security/guests/attack.h"

#define PAGE 4096
#define NUMBER 50

static int fd_r, fd_w;
static volatile bool stop;

static int make(const char *name, int c, int flags)
{
	char page[PAGE];
	int fd = open(name, O_CREAT | O_RDWR | O_TRUNC, 0644);

	memset(page, c, sizeof(page));
	if (write(fd, page, PAGE) != PAGE)
		FINDING("cannot write %s", name);
	close(fd);
	return open(name, flags);
}

static void *flip(void *arg)
{
	unsigned int seed = (unsigned int)(uintptr_t)arg;

	while (!stop) {
		switch (rand_r(&seed) % 4) {
		case 0: close(NUMBER); break;
		case 1: dup2(fd_w, NUMBER); break;
		default: dup2(fd_r, NUMBER); break;
		}
	}
	return NULL;
}

static void map_once(int flags, int prot)
{
	char *p = mmap(NULL, PAGE, prot, flags, NUMBER, 0);

	if (p == MAP_FAILED)
		return;
	if ((prot & PROT_WRITE) && flags == MAP_SHARED) {
		if (p[0] == 'R')
			FINDING("a writable mapping of the read-only file");
		p[1] = 'X';
	}
	munmap(p, PAGE);
}

static void *map_forever(void *arg)
{
	while (!stop) {
		map_once(MAP_SHARED, PROT_READ | PROT_WRITE);
		map_once(MAP_SHARED, PROT_READ);
		map_once(MAP_PRIVATE, PROT_READ | PROT_WRITE);
	}
	return arg;
}

static void *unshare_forever(void *arg)
{
	while (!stop) {
		unshare(CLONE_FILES);
		for (int i = 0; i < 20; i++) {
			map_once(MAP_SHARED, PROT_READ | PROT_WRITE);
			dup2(i & 1 ? fd_r : fd_w, NUMBER);
		}
	}
	return arg;
}

static void *fork_forever(void *arg)
{
	while (!stop) {
		if (fork() == 0) {
			map_once(MAP_SHARED, PROT_READ | PROT_WRITE);
			_exit(findings != 0);
		}
		wait(NULL);
	}
	return arg;
}

int main(int argc, char **argv)
{
	double end = now() + (argc > 1 ? atof(argv[1]) : 1);
	pthread_t th[6];
	char page[PAGE];

	fd_r = make("/tmp/r", 'R', O_RDONLY);
	fd_w = make("/tmp/w", 'W', O_RDWR);
	pthread_create(&th[0], NULL, flip, (void *)1);
	pthread_create(&th[1], NULL, flip, (void *)2);
	pthread_create(&th[2], NULL, map_forever, NULL);
	pthread_create(&th[3], NULL, map_forever, NULL);
	pthread_create(&th[4], NULL, unshare_forever, NULL);
	pthread_create(&th[5], NULL, fork_forever, NULL);
	while (now() < end)
		usleep(10000);
	stop = true;
	for (int i = 0; i < 6; i++)
		pthread_join(th[i], NULL);
	if (pread(fd_r, page, PAGE, 0) != PAGE || page[1] != 'R')
		FINDING("the read-only file was written to");
	wait_for_driver();
	return findings != 0;
}
