/*
 * tests/syscalls/seccomp_strict.c - seccomp(2) strict mode: read, write and exit work, everything
 * else kills.
 */
#include "check.h"
#include <linux/seccomp.h>
#include <sys/prctl.h>

static int p[2];

static void line(const char *s)
{
	raw(SYS_write, 1, s, strlen(s));
}

static int strict(void *arg)
{
	char c = '-';

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0)
		line("prctl failed\n");
	raw(SYS_read, p[0], &c, 1);
	line(c == 'x' ? "read works\n" : "read failed\n");
	if ((long)arg == 1)
		raw(SYS_getpid);
	if ((long)arg == 2)
		raw(SYS_exit_group, 5);
	if ((long)arg == 3)
		raw(SYS_prctl, PR_GET_SECCOMP);
	raw(SYS_exit, 6);
	return 7;
}

int main(void)
{
	xpipe(p);
	if (write(p[1], "xxxxxx", 6) != 6)
		die("write");
	show_status("exit", run_child(strict, NULL));
	show_status("getpid", run_child(strict, (void *)1));
	show_status("exit_group", run_child(strict, (void *)2));
	show_status("PR_GET_SECCOMP", run_child(strict, (void *)3));
	show("flags must be 0", raw(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 1, NULL));
	show("argument must be NULL", raw(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, &p));
	return 0;
}
