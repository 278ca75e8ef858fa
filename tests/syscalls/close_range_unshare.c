/*
 * tests/syscalls/close_range_unshare.c - close_range(2): CLOSE_RANGE_UNSHARE by one of two processes that
 * share a table, from 0 on and from higher up, with files that have been mapped; exec afterwards.
 */
#include "fs_check.h"

#include <linux/close_range.h>
#include <sched.h>
#include <sys/mman.h>

static unsigned int first, last, flags;
static int file;
static char stack[65536] __attribute__((aligned(16)));

static void look(const char *who)
{
	void *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, file, 0);
	int err = errno;

	printf("%s: 0 %d, 1 %d, file %d, ", who, fcntl(0, F_GETFD) >= 0, fcntl(1, F_GETFD) >= 0,
	       fcntl(file, F_GETFD) >= 0);
	printf("mmap %s\n", p == MAP_FAILED ? strerror(err) : "ok");
}

/* Speaks through a copy of its standard output that is beyond all ranges. */
static int sharer(void *arg)
{
	int err = (int)raw(SYS_close_range, first, last, flags);

	(void)arg;
	dup2(500, 1);
	show("close_range", err);
	look("child");
	dup2(500, 0);
	execl("/proc/self/exe", "self", "again", NULL);
	_exit(9);
}

static void round_of(unsigned int from, unsigned int to, unsigned int how)
{
	int status;
	pid_t pid;

	first = from;
	last = to;
	flags = how;
	file = open("/etc/passwd", O_RDONLY);
	look("before");
	pid = clone(sharer, stack + sizeof(stack), CLONE_FILES | SIGCHLD, NULL);
	waitpid(pid, &status, 0);
	show_val("status", status);
	look("parent");
	close(file);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		printf("executed\n");
		return 0;
	}
	dup2(1, 500);
	round_of(0, 100, CLOSE_RANGE_UNSHARE);
	round_of(0, 0, CLOSE_RANGE_UNSHARE);
	round_of(1, 100, CLOSE_RANGE_UNSHARE);
	round_of(0, 400, CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC);
	return 0;
}
