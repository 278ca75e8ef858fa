/*
 * tests/syscalls/fast_fork.c - processes and threads made amid frequent calls: each call is its
 * caller's, whether it was made by fork, vfork, clone in all forms, or in a signal handler.
 */
#include "check.h"
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>

#define CALLS 400

static volatile long wrong;

static void check_ids(pid_t pid, pid_t tid, pid_t parent)
{
	for (int i = 0; i < CALLS; i++) {
		wrong += getpid() != pid;
		wrong += gettid() != tid;
		wrong += getppid() != parent;
	}
}

static int child_of(pid_t parent)
{
	wrong = 0;
	check_ids(raw(SYS_getpid), raw(SYS_gettid), parent);
	return wrong != 0;
}

static void forks(void)
{
	pid_t self = getpid(), outer = getppid();
	int bad = 0;

	for (int i = 0; i < 10; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			pid_t mine = getpid();

			if (fork() == 0)
				_exit(child_of(mine));
			_exit(child_of(self) | (xwait(-1) != 0));
		}
		check_ids(self, self, outer);
		bad += xwait(pid) != 0;
	}
	show_val("forks: bad children", bad);
	show_val("forks: wrong in the parent", wrong);
}

/* The child of a vfork shares memory and everything that registers point to. */
static void vforks(void)
{
	pid_t self = getpid(), outer = getppid();
	int bad = 0;

	for (int i = 0; i < 20; i++) {
		pid_t pid = vfork();
		int st;

		if (pid == 0) {
			pid_t mine = raw(SYS_getpid);
			int ok = mine != self && getppid() == self;

			for (int j = 0; j < CALLS; j++)
				ok &= getppid() == self && raw(SYS_getpid) == mine &&
				      close(1000) == -1;
			_exit(!ok);
		}
		check_ids(self, self, outer);
		waitpid(pid, &st, 0);
		bad += st != 0;
	}
	show_val("vforks: bad children", bad);
	show_val("vforks: wrong in the parent", wrong);
}

static int shared_main(void *arg)
{
	pid_t parent = *(pid_t *)arg, mine = raw(SYS_getpid);

	for (int j = 0; j < CALLS; j++)
		if (raw(SYS_getppid) != parent || raw(SYS_getpid) != mine)
			return 1;
	return 0;
}

/* Memory in common, and both run. */
static void shared_memory(void)
{
	pid_t self = getpid(), outer = getppid();
	char *stack = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int bad = 0;

	for (int i = 0; i < 10; i++) {
		pid_t pid = clone(shared_main, stack + 65536, CLONE_VM | SIGCHLD, &self);

		check_ids(self, self, outer);
		bad += xwait(pid) != 0;
	}
	show_val("CLONE_VM: bad children", bad);
	show_val("CLONE_VM: wrong in the parent", wrong);
}

static void *thread_main(void *arg)
{
	(void)arg;
	check_ids(getpid(), raw(SYS_gettid), getppid());
	return NULL;
}

static void threads(void)
{
	pthread_t th[8];

	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < 8; i++)
			pthread_create(&th[i], NULL, thread_main, NULL);
		check_ids(getpid(), getpid(), getppid());
		for (int i = 0; i < 8; i++)
			pthread_join(th[i], NULL);
	}
	show_val("threads: wrong", wrong);
}

static volatile int in_handler_forks, bad_handler_children;

static void forking_handler(int sig)
{
	pid_t pid;

	(void)sig;
	pid = fork();
	if (pid == 0) {
		signal(SIGALRM, SIG_IGN);
		in_handler_forks = -1; /* returns into what was interrupted */
		return;
	}
	in_handler_forks++;
	bad_handler_children += xwait(pid) != 0;
}

static void fork_in_handler(void)
{
	struct itimerval once = {.it_value = {0, 1000}};
	pid_t self = getpid(), outer = getppid();

	on_signal(SIGALRM, forking_handler, SA_RESTART);
	for (int i = 0; i < 20 && in_handler_forks >= 0; i++) {
		setitimer(ITIMER_REAL, &once, NULL);
		while (in_handler_forks == i) {
			pid_t parent = getppid();

			wrong += in_handler_forks >= 0 && parent != outer;
		}
	}
	if (in_handler_forks < 0)
		_exit(getpid() == self || getppid() != self);
	show_val("forks in a handler: bad children", bad_handler_children);
	show_val("forks in a handler: wrong", wrong);
}

int main(void)
{
	forks();
	vforks();
	shared_memory();
	threads();
	fork_in_handler();
	return 0;
}
