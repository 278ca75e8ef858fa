/*
 * tests/syscalls/clone_whose.c - children of many makers, who all end before the children have made a call:
 * each has the descriptors of its own maker
 */
#include "check.h"
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define ROUNDS 12
#define MAKERS 6
#define FD(maker) (100 + (maker))

static struct shared {
	volatile int made[MAKERS], go;
} * sh;

static void be_child(int maker, int report)
{
	char answer = 'y';

	sh->made[maker] = 1;
	while (!sh->go) /* no call until all makers are gone */
		;
	for (int i = 0; i < MAKERS; i++)
		if ((fcntl(FD(i), F_GETFD) >= 0) != (i == maker))
			answer = 'n';
	_exit(write(report, &answer, 1) != 1);
}

static void make(int maker, int report)
{
	unsigned long flags = SIGCHLD | (maker & 1 ? CLONE_PARENT : 0);

	if (dup2(report, FD(maker)) < 0)
		_exit(1);
	if (syscall(SYS_clone, flags, 0, 0, 0, 0) == 0)
		be_child(maker, report);
	for (;;)
		;
}

/* How many of the children were right. */
static int round_of(void)
{
	pid_t makers[MAKERS];
	int report[2], right = 0;
	char answer;

	memset(sh, 0, sizeof(*sh));
	xpipe(report);
	for (int i = 0; i < MAKERS; i++) {
		makers[i] = xfork();
		if (makers[i] == 0)
			make(i, report[1]);
	}
	for (int i = 0; i < MAKERS; i++)
		while (!sh->made[i])
			usleep(1000);
	for (int i = 0; i < MAKERS; i++)
		kill(makers[i], SIGKILL);
	for (int i = 0; i < MAKERS; i++)
		waitpid(makers[i], NULL, 0);
	sh->go = 1;
	close(report[1]);
	while (read(report[0], &answer, 1) == 1)
		right += answer == 'y';
	close(report[0]);
	while (waitpid(-1, NULL, 0) > 0)
		;
	return right;
}

int main(void)
{
	int right = 0;

	sh = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < ROUNDS; i++) {
		prctl(PR_SET_CHILD_SUBREAPER, i & 1); /* else they go to init */
		right += round_of();
	}
	show_val("children", ROUNDS * MAKERS);
	show_val("with their maker's descriptors", right);
	return 0;
}
