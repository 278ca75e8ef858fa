/*
 * tests/syscalls/rlimit_basic.c - getrlimit(2), setrlimit(2), prlimit(2): lowering, raising the
 * soft limit, inheritance by fork and exec, limits of another process.
 */
#include "check.h"
#include <sys/resource.h>

static void look(const char *what)
{
	struct rlimit rl;

	getrlimit(RLIMIT_NOFILE, &rl);
	say("%s: %ld %ld", what, (long)rl.rlim_cur, (long)rl.rlim_max);
}

int main(int argc, char **argv)
{
	struct rlimit rl = {300, 400}, old;
	pid_t pid;

	(void)argv;
	if (argc > 1) {
		look("after exec");
		return 0;
	}
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		show("get", getrlimit(i, &old));
		show_true("soft is not more than hard", old.rlim_cur <= old.rlim_max);
	}
	show("lower both", setrlimit(RLIMIT_NOFILE, &rl));
	look("now");
	rl.rlim_cur = 100;
	show("lower soft", setrlimit(RLIMIT_NOFILE, &rl));
	rl.rlim_cur = 400;
	show("raise soft", setrlimit(RLIMIT_NOFILE, &rl));
	look("now");
	rl.rlim_cur = 350;
	memset(&old, 0, sizeof(old));
	show("prlimit of self", prlimit(0, RLIMIT_NOFILE, &rl, &old));
	say("old: %ld %ld", (long)old.rlim_cur, (long)old.rlim_max);
	look("now");
	rl.rlim_cur = 0;
	show("soft 0", setrlimit(RLIMIT_NOFILE, &rl));
	rl.rlim_cur = 350;
	show("soft 350", setrlimit(RLIMIT_NOFILE, &rl));

	pid = xfork();
	if (pid == 0)
		for (;;)
			pause();
	rl = (struct rlimit){50, 60};
	show("prlimit of a child", prlimit(pid, RLIMIT_NOFILE, &rl, &old));
	say("old: %ld %ld", (long)old.rlim_cur, (long)old.rlim_max);
	show("get", prlimit(pid, RLIMIT_NOFILE, NULL, &old));
	say("child: %ld %ld", (long)old.rlim_cur, (long)old.rlim_max);
	look("parent");
	kill(pid, SIGKILL);
	xwait(pid);
	show("dead child", prlimit(pid, RLIMIT_NOFILE, NULL, &old));
	if (xfork() == 0) {
		look("child");
		execl("/proc/self/exe", "self", "child", NULL);
		_exit(1);
	}
	wait(NULL);
	return 0;
}
