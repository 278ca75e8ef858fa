/* Threads that make many calls keep the affinity that they have set or inherited: seen by themselves, by
 * others, in /proc, and by what they fork. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 3
#define MS 400

static atomic_bool stop;
static _Atomic pid_t tids[THREADS];
static cpu_set_t all;
static atomic_int wrong[8];

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e3 + ts.tv_nsec / 1e6;
}

static void expect(int what, pid_t tid, const cpu_set_t *set)
{
	cpu_set_t now;

	CPU_ZERO(&now);
	if (sched_getaffinity(tid, sizeof(now), &now) < 0 || !CPU_EQUAL(&now, set))
		wrong[what]++;
}

static void *caller(void *arg)
{
	int n = (int)(long)arg;

	tids[n] = (pid_t)syscall(SYS_gettid);
	for (long i = 1; !stop; i++) {
		syscall(SYS_getppid);
		if (i % 50000 == 0)
			expect(0, 0, &all);
	}
	return NULL;
}

/* Has set its own: one processor. */
static void *chooser(void *arg)
{
	cpu_set_t one;
	int cpu;

	CPU_ZERO(&one);
	for (cpu = 0; !CPU_ISSET(cpu, &all); cpu++)
		;
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one) < 0)
		wrong[1]++;
	for (long i = 1; !stop; i++) {
		syscall(SYS_getppid);
		if (i % 1000 == 0)
			expect(1, 0, &one);
	}
	return arg;
}

static void check_proc(const char *was)
{
	char path[64], line[512], text[512] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/status", tids[0]);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "Cpus_allowed:", 13) == 0)
			strcpy(text, line);
	if (f)
		fclose(f);
	if (strcmp(text, was) != 0)
		wrong[2]++;
}

static void read_own(char *text)
{
	char line[512];
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "Cpus_allowed:", 13) == 0)
			strcpy(text, line);
	if (f)
		fclose(f);
}

static void check_child(void)
{
	int status;
	pid_t pid;

	for (int i = 0; i < 3000; i++)
		syscall(SYS_getppid);
	pid = fork();
	if (pid == 0) {
		cpu_set_t now;

		sched_getaffinity(0, sizeof(now), &now);
		_exit(!CPU_EQUAL(&now, &all));
	}
	if (waitpid(pid, &status, 0) != pid || status != 0)
		wrong[3]++;
}

int main(void)
{
	pthread_t t[THREADS], own;
	char was[512] = "";
	double end = now_ms() + MS;
	cpu_set_t mine;

	CPU_ZERO(&all);
	sched_getaffinity(0, sizeof(all), &all);
	read_own(was);
	for (long i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, caller, (void *)i);
	pthread_create(&own, NULL, chooser, NULL);
	while (now_ms() < end) {
		for (int i = 0; i < THREADS; i++)
			if (tids[i])
				expect(4, tids[i], &all);
		if (tids[0])
			check_proc(was);
		check_child();
	}
	stop = true;
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	pthread_join(own, NULL);
	CPU_ZERO(&mine);
	sched_getaffinity(0, sizeof(mine), &mine);
	if (!CPU_EQUAL(&mine, &all))
		wrong[5]++;
	printf("wrong: own %d, set %d, proc %d, forked %d, others' %d, at the end %d\n", wrong[0],
	       wrong[1], wrong[2], wrong[3], wrong[4], wrong[5]);
	return 0;
}
