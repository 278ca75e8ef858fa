/*
 * tests/syscalls/clone_files.c - clone(2) with CLONE_FILES: one descriptor table for both, until
 * one of them calls unshare(CLONE_FILES) or close_range with CLOSE_RANGE_UNSHARE.
 */
#include "check.h"
#include <sched.h>

static char stack[1 << 16] __attribute__((aligned(16)));
static int fd, fd2, fd3;

static int sharing(void *arg)
{
	(void)arg;
	close(fd);
	fd2 = open("f", O_RDONLY);
	return dup2(fd2, 100) == 100 ? fd2 : 255;
}

static int unsharing(void *arg)
{
	(void)arg;
	if (unshare(CLONE_FILES) < 0)
		return 1;
	close(fd2);
	return close(100);
}

static int range(void *arg)
{
	(void)arg;
	return raw(SYS_close_range, fd2, ~0U, 1U << 1 /* CLOSE_RANGE_UNSHARE */);
}

int main(void)
{
	int status;
	pid_t pid;

	write_file("f", "x");
	fd = open("f", O_RDONLY);
	fd3 = open("f", O_RDONLY);
	fflush(stdout);
	pid = clone(sharing, stack + sizeof(stack), CLONE_FILES | SIGCHLD, NULL);
	if (pid < 0)
		die("clone");
	status = xwait(pid);
	fd2 = WEXITSTATUS(status);
	show_true("it got the number that it had closed", fd2 == fd);
	show("descriptor that it opened", fcntl(fd2, F_GETFD));
	show("descriptor that it dup2ed", fcntl(100, F_GETFD));
	show("close 100", close(fd3));

	pid = clone(unsharing, stack + sizeof(stack), CLONE_FILES | SIGCHLD, NULL);
	show_status("unsharing child", xwait(pid));
	show("descriptor", fcntl(fd2, F_GETFD));
	show("100", fcntl(100, F_GETFD));

	pid = clone(range, stack + sizeof(stack), CLONE_FILES | SIGCHLD, NULL);
	show_status("close_range child", xwait(pid));
	show("descriptor", fcntl(fd2, F_GETFD));
	show("100", fcntl(100, F_GETFD));
	return 0;
}
