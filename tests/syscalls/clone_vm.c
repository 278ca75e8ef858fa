/*
 * tests/syscalls/clone_vm.c - clone(2) with CLONE_VM but without CLONE_THREAD: two processes in one
 * address space, also for maps made later; files and directory are separate.
 */
#include "check.h"
#include <sched.h>
#include <sys/mman.h>

static char stack[1 << 16] __attribute__((aligned(16)));
static volatile int value;
static volatile char *volatile mapped;
static volatile pid_t child_pid;
static int fd;

static int child(void *arg)
{
	(void)arg;
	child_pid = getpid();
	value = 5;
	mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mapped[0] = 'm';
	close(fd);
	if (chdir("/") < 0)
		return 1;
	return 9;
}

int main(void)
{
	struct stat st;
	pid_t pid;

	write_file("here", "x");
	fd = open("here", O_RDONLY);
	pid = clone(child, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
	if (pid < 0)
		die("clone");
	show_status("child", xwait(pid));
	show_true("it had its own pid", child_pid == pid && pid != getpid());
	show_val("value", value);
	show_val("its map", mapped[0]);
	show("descriptor still open", fcntl(fd, F_GETFD));
	show("cwd is unchanged", stat("here", &st));
	return 0;
}
