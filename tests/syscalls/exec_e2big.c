/*
 * tests/syscalls/exec_e2big.c - execve(2): limits on the arguments: 128 KiB for one string, a
 * quarter of the stack limit for all of them.
 */
#include "check.h"
#include <sys/resource.h>

#define MAX_ONE (128 * 1024)

static char *env[] = {NULL};

static void run(const char *what, char **args)
{
	pid_t pid = xfork();

	if (pid == 0) {
		execve("/proc/self/exe", args, env);
		show_str(what, errno_name(errno));
		_exit(1);
	}
	show_status(what, xwait(pid));
}

int main(int argc, char **argv)
{
	struct rlimit rl = {1 << 20, 8 << 20};
	static char *args[64];
	char *s = malloc(MAX_ONE + 1);

	if (argc > 1) {
		size_t sum = 0;

		for (int i = 2; i < argc; i++)
			sum += strlen(argv[i]) + 1;
		say("child has %zu bytes of arguments", sum);
		return 0;
	}
	memset(s, 'a', MAX_ONE);
	s[MAX_ONE] = '\0';
	args[0] = "self";
	args[1] = "child";
	args[2] = s;
	run("one string of 128 KiB and the NUL", args);
	s[MAX_ONE - 1] = '\0';
	run("one string of 128 KiB with the NUL", args);

	if (setrlimit(RLIMIT_STACK, &rl) < 0)
		die("setrlimit");
	s[100 * 1024 - 1] = '\0';
	args[3] = s;
	run("200 KiB of 256 KiB", args);
	args[4] = s;
	run("300 KiB of 256 KiB", args);

	/* The floor is 128 KiB, whatever the stack limit. */
	rl.rlim_cur = 256 * 1024;
	if (setrlimit(RLIMIT_STACK, &rl) < 0)
		die("setrlimit");
	args[3] = NULL;
	run("100 KiB with a stack of 256 KiB", args);
	args[3] = s;
	args[4] = NULL;
	run("200 KiB with a stack of 256 KiB", args);
	free(s);
	return 0;
}
