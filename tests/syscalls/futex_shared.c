/*
 * tests/syscalls/futex_shared.c - futex(2) between processes: in shared anonymous memory, in a
 * shared file at different addresses, and not in private copies.
 */
#include "check.h"
#include <linux/futex.h>
#include <sys/mman.h>

static long futex(volatile int *addr, int op, int val, struct timespec *ts)
{
	return raw(SYS_futex, addr, op, val, ts, NULL, 0);
}

static volatile int *map(int fd, int flags)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

static void run(const char *what, volatile int *mine, volatile int *other)
{
	pid_t pid;
	long r = 0;

	mine[0] = 0;
	pid = xfork();
	if (pid == 0)
		_exit(futex(other, FUTEX_WAIT, 0, NULL) == 0 ? 11 : 12);
	for (int i = 0; i < 5000 && r == 0; i++) {
		nap_ms(1);
		r = futex(mine, FUTEX_WAKE, 1, NULL);
	}
	show(what, r);
	show_status("waiter", xwait(pid));
}

int main(void)
{
	volatile int *anon = map(-1, MAP_SHARED | MAP_ANONYMOUS), *f1, *f2, *priv;
	struct timespec ts = {0, 30000000};
	int fd = open("f", O_RDWR | O_CREAT, 0644);
	pid_t pid;

	if (ftruncate(fd, 4096) < 0)
		die("ftruncate");
	f1 = map(fd, MAP_SHARED);
	f2 = map(fd, MAP_SHARED);
	run("anonymous", anon, anon);
	run("file", f1, f1);
	run("file at two addresses", f1, f2);
	run("second word", anon + 1, anon + 1);

	/* A private page after fork: other memory, other futex. */
	priv = map(-1, MAP_PRIVATE | MAP_ANONYMOUS);
	*priv = 0;
	pid = xfork();
	if (pid == 0)
		_exit(futex(priv, FUTEX_WAIT, 0, &ts) < 0 && errno == ETIMEDOUT ? 13 : 14);
	nap_ms(10);
	show("private", futex(priv, FUTEX_WAKE, 1, NULL));
	show_status("waiter", xwait(pid));

	/* FUTEX_PRIVATE_FLAG in one process only. */
	*anon = 0;
	pid = xfork();
	if (pid == 0)
		_exit(futex(anon, FUTEX_WAIT_PRIVATE, 0, &ts) < 0 && errno == ETIMEDOUT ? 15 : 16);
	nap_ms(10);
	show("private flag", futex(anon, FUTEX_WAKE_PRIVATE, 1, NULL));
	show_status("waiter", xwait(pid));
	return 0;
}
