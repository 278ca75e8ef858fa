/*
 * tests/syscalls/close_range_exec.c - close_range(2): CLOSE_RANGE_CLOEXEC takes effect in execve.
 */
#include "fs_check.h"
#include <linux/close_range.h>

int main(int argc, char **argv)
{
	char num[16];
	int base;

	if (argc > 1) {
		base = atoi(argv[1]);
		for (int i = 0; i < 4; i++)
			show("after", fcntl(base + i, F_GETFD));
		return 0;
	}
	base = fcntl(1, F_DUPFD, 100);
	for (int i = 1; i < 4; i++)
		dup2(1, base + i);
	show("close_range", raw(SYS_close_range, base + 1, base + 2, CLOSE_RANGE_CLOEXEC));
	for (int i = 0; i < 4; i++)
		show("before", fcntl(base + i, F_GETFD));
	snprintf(num, sizeof(num), "%d", base);
	execl("/proc/self/exe", "self", num, NULL);
	die("execl");
}
