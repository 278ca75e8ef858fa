/*
 * tests/syscalls/clone_fs.c - clone(2) with CLONE_FS: one working directory and one umask for both,
 * until unshare(CLONE_FS).
 */
#include "check.h"
#include <sched.h>

static char stack[1 << 16] __attribute__((aligned(16)));

static int sharing(void *arg)
{
	(void)arg;
	umask(011);
	return chdir("sub") < 0;
}

static int unsharing(void *arg)
{
	(void)arg;
	if (unshare(CLONE_FS) < 0)
		return 1;
	umask(077);
	return chdir("..") < 0;
}

static void run(const char *what, int (*fn)(void *), int flags)
{
	struct stat st;
	mode_t mask;
	pid_t pid = clone(fn, stack + sizeof(stack), flags | SIGCHLD, NULL);

	if (pid < 0)
		die("clone");
	show_status(what, xwait(pid));
	show("stat below", stat("below", &st));
	mask = umask(0);
	umask(mask);
	show_val("umask", mask);
}

int main(void)
{
	umask(022);
	mkdir("sub", 0755);
	write_file("sub/below", "x");
	run("separate", sharing, 0);
	run("sharing", sharing, CLONE_FS);
	run("unsharing", unsharing, CLONE_FS);
	return 0;
}
