/*
 * tests/syscalls/exec_random.c - execve(2): AT_RANDOM differs from run to run, and so does the
 * stack (unless ADDR_NO_RANDOMIZE is set).
 */
#include "check.h"
#include <sys/auxv.h>
#include <sys/personality.h>

struct sample {
	char random[16];
	uintptr_t stack;
};

static struct sample sample(unsigned long persona)
{
	struct sample s;
	char fd[16];
	int p[2];

	xpipe(p);
	snprintf(fd, sizeof(fd), "%d", p[1]);

	pid_t pid = xfork();

	if (pid == 0) {
		personality(persona);
		execl("/proc/self/exe", "self", fd, NULL);
		_exit(1);
	}
	xwait(pid);
	if (read(p[0], &s, sizeof(s)) != sizeof(s))
		die("read");
	close(p[0]);
	close(p[1]);
	return s;
}

int main(int argc, char **argv)
{
	struct sample a, b;

	if (argc > 1) {
		memcpy(a.random, (void *)getauxval(AT_RANDOM), 16);
		a.stack = (uintptr_t)argv;
		return write(atoi(argv[1]), &a, sizeof(a)) != sizeof(a);
	}
	a = sample(0);
	b = sample(0);
	show_true("random bytes differ", memcmp(a.random, b.random, 16) != 0);
	show_true("stacks differ", a.stack != b.stack);
	a = sample(ADDR_NO_RANDOMIZE);
	b = sample(ADDR_NO_RANDOMIZE);
	show_true("random bytes differ", memcmp(a.random, b.random, 16) != 0);
	show_true("stacks are equal", a.stack == b.stack);
	return 0;
}
