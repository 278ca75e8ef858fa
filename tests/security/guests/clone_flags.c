/* tests/security/guests/clone_flags.c - each flag of clone(2), each exit signal, pairs of flags */
#include "tests/security/guests/attack.h"

static char stack[65536] __attribute__((aligned(16)));
static int words[4];

static int child(void *arg)
{
	(void)arg;
	syscall(SYS_exit, 0);
	return 0;
}

static void attempt(unsigned long flags)
{
	pid_t pid;

	/* Without VFORK the stack of a child that shares memory is only free when it has ended. */
	if (flags & CLONE_VM)
		flags |= CLONE_VFORK;
	words[0] = -1;
	pid = clone(child, stack + sizeof(stack), (int)flags, NULL, &words[0], NULL, &words[2]);
	if (pid > 0 && (flags & CLONE_PIDFD) && words[0] != -1 && !(flags & CLONE_PARENT_SETTID))
		if (fcntl(words[0], F_GETFD) < 0)
			FINDING("flags %lx: number %d of a pidfd that is not ours", flags,
				words[0]);
	while (waitpid(-1, NULL, __WALL) > 0)
		;
}

int main(void)
{
	for (int sig = 1; sig <= 64; sig++)
		signal(sig, SIG_IGN);
	for (int sig = 0; sig < 256; sig++)
		/* We would get it; libc does not let us ignore its own two. */
		if (sig != SIGKILL && sig != SIGSTOP && sig != 32 && sig != 33)
			attempt((unsigned long)sig);
	signal(SIGCHLD, SIG_DFL);
	for (int bit = 8; bit < 32; bit++) {
		attempt((1ul << bit) | SIGCHLD);
		attempt((1ul << bit) | CLONE_VM | SIGCHLD);
		for (int other = 8; other < 32; other++)
			if ((1ul << bit) != CLONE_SETTLS && (1ul << other) != CLONE_SETTLS)
				attempt((1ul << bit) | (1ul << other));
	}
	attempt(CLONE_VM | CLONE_SIGHAND | CLONE_THREAD);
	attempt(CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_PIDFD | CLONE_UNTRACED);
	wait_for_driver();
	return findings != 0;
}
