/* tests/syscalls/flock_wait.c - flock(2): waits for the lock, or for a signal. */
#include "fs_check.h"
#include <sys/file.h>

int main(void)
{
	volatile int *flag = shared_alloc(sizeof(*flag));
	int a, b, ret, p[2];
	pid_t pid;
	char c;

	write_file("f", "");
	a = xopen("f", O_RDWR, 0);
	b = xopen("f", O_RDWR, 0);
	show("a exclusive", flock(a, LOCK_EX));
	pest_start();
	ret = flock(b, LOCK_SH);
	pest_stop();
	show("b shared", ret);
	xpipe(p);
	pid = xfork();
	if (pid == 0) {
		if (write(p[1], "x", 1) != 1)
			die("write");
		ret = flock(b, LOCK_SH);
		show_true("child has waited", *flag);
		show("child, b shared", ret);
		_exit(0);
	}
	if (read(p[0], &c, 1) != 1)
		die("read");
	nap_ms(20);
	*flag = 1;
	flock(a, LOCK_UN);
	show_status("child", xwait(pid));
	show("a exclusive", flock(a, LOCK_EX | LOCK_NB));
	/* Closing the last descriptor lets a waiting process go on. */
	*flag = 0;
	pid = xfork();
	if (pid == 0) {
		close(b);
		if (write(p[1], "x", 1) != 1)
			die("write");
		ret = flock(a, LOCK_EX);
		show_true("child has waited", *flag);
		show("child, a exclusive", ret);
		_exit(0);
	}
	if (read(p[0], &c, 1) != 1)
		die("read");
	nap_ms(20);
	*flag = 1;
	close(b);
	show_status("child", xwait(pid));
	return 0;
}
