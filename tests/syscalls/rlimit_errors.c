/*
 * tests/syscalls/rlimit_errors.c - getrlimit(2), setrlimit(2), prlimit(2): unknown limits, soft
 * above hard, pointers, raising by a user.
 */
#include "check.h"
#include <sys/resource.h>

int main(void)
{
	struct rlimit rl = {2, 1}, old;

	show("get, unknown", raw(SYS_getrlimit, RLIM_NLIMITS, &old));
	show("get, -1", raw(SYS_getrlimit, -1, &old));
	show("set, unknown", raw(SYS_setrlimit, RLIM_NLIMITS, &rl));
	show("prlimit, unknown", raw(SYS_prlimit64, 0, RLIM_NLIMITS, NULL, &old));
	show("soft above hard", setrlimit(RLIMIT_CORE, &rl));
	show("get, bad pointer", raw(SYS_getrlimit, RLIMIT_CORE, BAD_PTR));
	show("set, bad pointer", raw(SYS_setrlimit, RLIMIT_CORE, BAD_PTR));
	show("set, NULL", raw(SYS_setrlimit, RLIMIT_CORE, NULL));
	show("prlimit, bad new", raw(SYS_prlimit64, 0, RLIMIT_CORE, BAD_PTR, NULL));
	show("prlimit, bad old", raw(SYS_prlimit64, 0, RLIMIT_CORE, NULL, BAD_PTR));
	show("prlimit, nothing", raw(SYS_prlimit64, 0, RLIMIT_CORE, NULL, NULL));
	show("prlimit, no process", raw(SYS_prlimit64, 0x7ffffff, RLIMIT_CORE, NULL, &old));
	rl = (struct rlimit){100, 100};
	show("lower", setrlimit(RLIMIT_SIGPENDING, &rl));
	if (geteuid() == 0 && setuid(1000) < 0)
		die("setuid");
	rl = (struct rlimit){100, 101};
	show("raise hard", setrlimit(RLIMIT_SIGPENDING, &rl));
	rl = (struct rlimit){100, 100};
	show("same", setrlimit(RLIMIT_SIGPENDING, &rl));
	return 0;
}
