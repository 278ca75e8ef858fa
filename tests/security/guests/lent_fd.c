/*
 * tests/security/guests/lent_fd.c - maps its own file under the number that a channel's memory is lent by
 *
 *	lent_fd SECONDS		as root of the sandbox
 *
 * Processes that share a table of descriptors, but no memory: some get channels, the others, with fewer
 * rights, map a file under the host's last number all the time.
 */
#include "tests/security/guests/attack.h"

#include <sys/resource.h>

#define CALLER 1000
#define MINE "MINE"

static char stacks[2][65536] __attribute__((aligned(16)));
static int last, file;
static volatile struct {
	int stop, foreign, maps;
} * shared;

static int victim(void *arg)
{
	struct stat st;

	(void)arg;
	for (int i = 0; i < 30; i++) {
		fstat(0, &st);
		lseek(file, 0, SEEK_SET);
	}
	_exit(0);
}

static int mapper(void *arg)
{
	(void)arg;
	if (setresgid(CALLER, CALLER, CALLER) < 0 || setresuid(CALLER, CALLER, CALLER) < 0)
		_exit(2);
	while (!shared->stop) {
		char *p;

		dup2(file, last);
		p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, last, 0);
		if (p != MAP_FAILED) {
			shared->maps++;
			shared->foreign += memcmp(p, MINE, sizeof(MINE)) != 0;
			munmap(p, 4096);
		}
		close(last);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	double end = now() + (argc > 1 ? atof(argv[1]) : 1);
	struct rlimit r;

	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
	last = (int)r.rlim_max - 1;
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	file = open("/tmp/mine", O_RDWR | O_CREAT, 0666);
	if (write(file, MINE, sizeof(MINE)) < 0 || ftruncate(file, 8192) < 0)
		FINDING("file");
	for (int i = 0; i < 2; i++)
		clone(mapper, stacks[0] + sizeof(stacks[0]), CLONE_FILES | SIGCHLD, NULL);
	while (now() < end && !shared->foreign) {
		pid_t pid = clone(victim, stacks[1] + sizeof(stacks[1]), CLONE_FILES | SIGCHLD,
				  NULL);

		waitpid(pid, NULL, 0);
	}
	shared->stop = 1;
	while (wait(NULL) > 0)
		;
	if (shared->foreign || !shared->maps)
		FINDING("%d of %d mappings are of something else", shared->foreign, shared->maps);
	return findings != 0;
}
