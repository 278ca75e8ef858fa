/*
 * tests/syscalls/sched_parallel.c - two tasks that compute get two CPUs, if there are two, also when
 * they have made many calls before or others make them meanwhile.
 */
#include "check.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>

#define MANY 300
#define PATIENCE_S 30

/* Where each of two was seen computing, and how often it has said so. */
struct shared {
	atomic_int cpu[2];
	atomic_long times[2];
	atomic_int apart;
};
static struct shared *shared;
static int ready[2], go[2]; /* pipes */

/* The calls end for all at the same time. */
static void many_calls(void)
{
	char c = 0;

	for (int i = 0; i < MANY; i++)
		raw(SYS_getppid);
	write(ready[1], &c, 1);
	read(go[0], &c, 1);
}

static void let_go(void)
{
	char c[2];

	for (int i = 0; i < 2; i++)
		read(ready[0], c, 1);
	write(go[1], c, 2);
}

/* Until the other one goes on on another CPU while this one does not leave its own. */
static void compute(int me)
{
	int other = !me;

	while (!atomic_load(&shared->apart)) {
		int cpu = sched_getcpu(), there;
		long times = atomic_load(&shared->times[other]);

		atomic_store(&shared->cpu[me], cpu);
		atomic_fetch_add(&shared->times[me], 1);
		for (volatile int i = 0; i < 1000; i++)
			;
		there = atomic_load(&shared->cpu[other]);
		if (times && atomic_load(&shared->times[other]) > times && there != cpu &&
		    sched_getcpu() == cpu)
			atomic_store(&shared->apart, 1);
	}
}

static void *in_thread(void *arg)
{
	many_calls();
	compute((int)(long)arg);
	return NULL;
}

static void begin(void)
{
	memset(shared, 0, sizeof(*shared));
	alarm(PATIENCE_S);
}

static void two_processes(void)
{
	for (int i = 0; i < 2; i++)
		if (xfork() == 0) {
			alarm(PATIENCE_S);
			many_calls();
			compute(i);
			_exit(0);
		}
	let_go();
	for (int i = 0; i < 2; i++) {
		int status;

		wait(&status);
		show_status("one of two", status);
	}
}

static void two_threads(void)
{
	pthread_t thread[2];

	for (long i = 0; i < 2; i++)
		pthread_create(&thread[i], NULL, in_thread, (void *)i);
	let_go();
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
}

int main(void)
{
	unsigned long mask[128] = {0};
	int cpus = 0, status;
	pid_t caller;

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (pipe(ready) < 0 || pipe(go) < 0)
		die("pipe");
	raw(SYS_sched_getaffinity, 0, sizeof(mask), mask);
	for (int i = 0; i < 8192; i++)
		cpus += mask[i / 64] >> i % 64 & 1;
	begin();
	atomic_store(&shared->apart, cpus < 2);
	two_processes();
	begin();
	atomic_store(&shared->apart, cpus < 2);
	two_threads();
	puts("two threads");
	caller = xfork();
	if (caller == 0)
		for (;;)
			raw(SYS_getppid);
	begin();
	atomic_store(&shared->apart, cpus < 2);
	two_processes();
	kill(caller, SIGKILL);
	waitpid(caller, &status, 0);
	show_status("caller", status);
	return 0;
}
