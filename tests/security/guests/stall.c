/*
 * tests/security/guests/stall.c - reads of its memory take long: a process with very many mappings is
 * copied again and again while threads of it make calls; another process wants to be served
 */
#include "tests/security/guests/attack.h"

#include <sys/uio.h>

#define PAGE 4096L
#define NR_MAPS 60000

static void many_mappings(void)
{
	char *p = mmap(NULL, NR_MAPS * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);

	for (long i = 0; p != MAP_FAILED && i < NR_MAPS; i++) {
		p[i * PAGE] = 1;
		if (i & 1)
			mprotect(p + i * PAGE, PAGE, PROT_READ);
	}
}

static void *calls(void *arg)
{
	int fd = open("/dev/null", O_WRONLY);
	char buf[64];

	for (;;) {
		struct iovec iov[8];

		for (int i = 0; i < 8; i++)
			iov[i] = (struct iovec){buf, sizeof(buf)};
		writev(fd, iov, 8);
	}
	return arg;
}

static void staller(void)
{
	pthread_t th;

	many_mappings();
	for (int i = 0; i < 4; i++)
		pthread_create(&th, NULL, calls, NULL);
	for (;;) {
		if (fork() == 0)
			_exit(0);
		wait(NULL);
	}
}

int main(int argc, char **argv)
{
	double end, longest = 0;
	struct stat st;

	if (argc > 1) /* touches no memory of its own any more, makes no call */
		for (ready();;)
			__asm__ volatile("pause");
	if (fork() == 0)
		staller();
	sleep(1);
	end = now() + 1;
	while (now() < end) {
		double begin = now();

		stat("/tmp", &st);
		longest = now() - begin > longest ? now() - begin : longest;
	}
	if (longest > 0.8)
		FINDING("a call took %.3f s", longest);
	ready();
	staller();
}
