/*
 * tests/syscalls/clone_settid.c - clone(2): CLONE_PARENT_SETTID, CLONE_CHILD_SETTID and
 * CLONE_CHILD_CLEARTID, with the futex wake at the end of the child.
 */
#include "check.h"
#include <linux/futex.h>
#include <sched.h>
#include <sys/mman.h>

static int *shared;

int main(void)
{
	long pid;

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("mmap");

	shared[0] = shared[1] = 0;
	pid = raw(SYS_clone, CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, 0, &shared[0],
		  &shared[1], 0);
	if (pid == 0)
		_exit(shared[0] == getpid() && shared[1] == getpid() ? 1 : 2);
	show_status("child saw both", xwait(pid));
	show_true("parent tid word", shared[0] == pid);
	show_true("child tid word", shared[1] == pid);

	/* The child tid word is in private memory: it is written in the child's copy only. */
	static int word = 7;

	pid = raw(SYS_clone, CLONE_CHILD_SETTID | SIGCHLD, 0, NULL, &word, 0);
	if (pid == 0)
		_exit(word == getpid() ? 1 : 2);
	show_status("child saw its tid", xwait(pid));
	show_val("our word", word);

	/* A bad address for the words does not make clone fail. */
	pid = raw(SYS_clone, CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, 0, NULL, BAD_PTR,
		  0);
	if (pid == 0)
		_exit(4);
	show_status("child with a bad word", xwait(pid));

	/* The clear is not done when the memory has no other user. */
	shared[2] = 55;
	pid = raw(SYS_clone, CLONE_CHILD_CLEARTID | SIGCHLD, 0, NULL, &shared[2], 0);
	if (pid == 0)
		_exit(5);
	show_status("child to be cleared, own memory", xwait(pid));
	show_val("its word", shared[2]);
	return 0;
}
