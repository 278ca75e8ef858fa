/* tests/syscalls/flock_basic.c - flock(2): shared and exclusive locks, conversion, lifetime. */
#include "fs_check.h"
#include <sys/file.h>

int main(void)
{
	int a, b, c, d, p[2];
	pid_t pid;

	write_file("f", "");
	a = xopen("f", O_RDONLY, 0);
	b = xopen("f", O_WRONLY, 0);
	c = xopen("f", O_RDWR, 0);
	d = dup(a);
	show("a shared", flock(a, LOCK_SH));
	show("b shared", flock(b, LOCK_SH | LOCK_NB));
	show("c exclusive", flock(c, LOCK_EX | LOCK_NB));
	show("a exclusive", flock(a, LOCK_EX | LOCK_NB));
	show("b unlock", flock(b, LOCK_UN));
	show("a exclusive", flock(a, LOCK_EX | LOCK_NB));
	show("dup of a exclusive", flock(d, LOCK_EX | LOCK_NB));
	show("c shared", flock(c, LOCK_SH | LOCK_NB));
	show("dup of a shared", flock(d, LOCK_SH | LOCK_NB));
	show("c shared", flock(c, LOCK_SH | LOCK_NB));
	show("c unlock", flock(c, LOCK_UN | LOCK_NB));
	show("c unlock again", flock(c, LOCK_UN));
	show("a exclusive", flock(a, LOCK_EX));
	close(a);
	show("c shared, a closed", flock(c, LOCK_SH | LOCK_NB));
	close(d);
	show("c shared, dup closed", flock(c, LOCK_SH | LOCK_NB));
	/* A child shares the open file and the lock. */
	show("c exclusive", flock(c, LOCK_EX | LOCK_NB));
	pid = xfork();
	if (pid == 0) {
		show("child, c exclusive", flock(c, LOCK_EX | LOCK_NB));
		show("child, b exclusive", flock(b, LOCK_EX | LOCK_NB));
		close(c);
		_exit(0);
	}
	xwait(pid);
	show("b shared", flock(b, LOCK_SH | LOCK_NB));
	pid = xfork();
	if (pid == 0)
		_exit(flock(c, LOCK_UN));
	show_status("child unlocks", xwait(pid));
	show("b exclusive", flock(b, LOCK_EX | LOCK_NB));
	/* flock and record locks do not know each other on a local file system. */
	show("POSIX lock", fcntl(c, F_SETLK, &(struct flock){.l_type = F_WRLCK}));

	show("no operation", flock(b, 0));
	show("only LOCK_NB", flock(b, LOCK_NB));
	show("unknown operation", flock(b, 64));
	show("two operations", flock(b, LOCK_SH | LOCK_EX));
	show("closed", flock(closed_fd(), LOCK_SH));
	show("-1", flock(-1, LOCK_SH));
	xpipe(p);
	show("pipe", flock(p[0], LOCK_EX | LOCK_NB));
	show("other end", flock(p[1], LOCK_EX | LOCK_NB));
	a = xopen(".", O_RDONLY, 0);
	show("directory", flock(a, LOCK_EX | LOCK_NB));
	return 0;
}
