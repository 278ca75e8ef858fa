/*
 * tests/syscalls/rlimit_cpu.c - RLIMIT_CPU: SIGXCPU at the soft limit, SIGKILL at the hard one.
 */
#include "check.h"
#include <sys/resource.h>
#include <sys/wait.h>

static int spin_with(rlim_t soft, rlim_t hard)
{
	struct rlimit rl = {soft, hard}, none = {0, 0};
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &none);
		if (setrlimit(RLIMIT_CPU, &rl) < 0)
			_exit(9);
		for (;;)
			;
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : -1;
}

int main(void)
{
	show_val("soft and hard", spin_with(1, 1));
	show_val("soft below hard", spin_with(1, 5));
	show_val("no hard one", spin_with(1, RLIM_INFINITY));
	return 0;
}
