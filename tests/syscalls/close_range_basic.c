/* tests/syscalls/close_range_basic.c - close_range(2): ranges, CLOEXEC and UNSHARE. */
#include "fs_check.h"
#include <linux/close_range.h>

static int base;

static void reset(void)
{
	for (int i = 0; i < 8; i++)
		if (dup2(1, base + i) < 0)
			die("dup2");
}

/* "what: 0 [+ + - - c - + +]": open, closed and close-on-exec descriptors. */
static void try(const char *what, unsigned int first, unsigned int last, int flags)
{
	char line[32];
	long ret = raw(SYS_close_range, first, last, flags);
	int err = errno;

	for (int i = 0; i < 8; i++) {
		int fl = fcntl(base + i, F_GETFD);

		line[2 * i] = fl < 0 ? '-' : fl ? 'c' : '+';
		line[2 * i + 1] = ' ';
	}
	line[15] = '\0';
	say("%s: %s [%s]", what, ret ? errno_name(err) : "0", line);
}

static int unshare_child(void *arg)
{
	(void)arg;
	try("unshare in child", base, base + 3, CLOSE_RANGE_UNSHARE);
	return 0;
}

int main(void)
{
	int fd = fcntl(1, F_DUPFD, 100);

	base = fd;
	reset();
	try("middle", base + 2, base + 4, 0);
	try("the same again", base + 2, base + 4, 0);
	try("one", base, base, 0);
	reset();
	try("cloexec", base + 1, base + 3, CLOSE_RANGE_CLOEXEC);
	try("over it", base + 3, base + 5, 0);
	reset();
	try("to the end", base + 5, ~0U, 0);
	reset();
	try("cloexec to the end", base + 5, ~0U, CLOSE_RANGE_CLOEXEC);
	reset();
	try("first > last", base + 3, base + 2, 0);
	try("unknown flag", base, base + 7, 1 << 5);
	try("far away", 1000000, 2000000, 0);
	try("unshare", base + 6, base + 7, CLOSE_RANGE_UNSHARE);
	try("unshare and cloexec", base, base, CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC);
	reset();
	run_child(unshare_child, NULL);
	try("nothing", base + 7, base + 7, CLOSE_RANGE_CLOEXEC);
	return 0;
}
