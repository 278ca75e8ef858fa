/*
 * tests/bench/micro.c - microbenchmarks: what one operation costs
 *
 * micro [-t MS] NAME...        runs the named benches, MS milliseconds each, and prints a line "NAME ns" for
 *                              each: the median over batches of the time of one operation
 * micro -l                     lists them: group and name
 * micro -c RUNS COMMAND        runs a command of the shell once, then RUNS times, and prints "first ns" and
 *                              "warm ns" (the median); its output goes to a file
 *
 * Works in a new directory below the current one. The same program runs natively and in each sandbox;
 * tests/bench/run.py compares. A batch is long enough to hide the clock's cost.
 */
#define _GNU_SOURCE
#include "micro.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_BATCHES 200
#define MIN_BATCHES 3

static const struct bench *const groups[] = {call_benches,   io_benches,     name_benches,
					     ipc_benches,    thread_benches, memory_benches,
					     process_benches};
static const char *current = "setup";

double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

void fail(const char *what)
{
	printf("%s ! %s: %s\n", current, what, strerror(errno));
	fflush(stdout);
	_exit(1);
}

const char *data_path(const char *name)
{
	static char path[4096];
	const char *dir = getenv("BENCH_DATA");

	snprintf(path, sizeof(path), "%s/%s", dir ? dir : ".", name);
	return path;
}

static int cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *t, int count)
{
	qsort(t, (size_t)count, sizeof(t[0]), cmp);
	return t[count / 2];
}

/* The median over batches; a batch has as many operations as take half a millisecond or more. */
static double measure(const struct bench *b, double budget_ns)
{
	double t[MAX_BATCHES], spent = 0, took,
			       batch_ns = budget_ns < 50e6 ? 500e3 : budget_ns / 100;
	int batches = 0;
	long n = b->least ? b->least : 1;

	if (b->once)
		return b->run(b->once) / (double)b->once;
	b->run(1);
	while ((took = b->run(n)) < batch_ns && n < 10000000)
		n = took < batch_ns / 10 ? n * 8 : n * 2;
	while (batches < MAX_BATCHES && (batches < MIN_BATCHES || spent < budget_ns)) {
		took = b->run(n);
		spent += took;
		t[batches++] = took / (double)n;
	}
	return median(t, batches);
}

static int wanted(const char *name, int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return 1;
	return argc == 0;
}

static void run_benches(double budget_ns, int argc, char **argv)
{
	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++)
		for (const struct bench *b = groups[g]; b->name; b++) {
			if (!wanted(b->name, argc, argv))
				continue;
			current = b->name;
			if (b->setup)
				b->setup();
			printf("%s %.1f\n", b->name, measure(b, budget_ns));
			fflush(stdout);
			if (b->teardown)
				b->teardown();
		}
}

static void list_benches(void)
{
	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++)
		for (const struct bench *b = groups[g]; b->name; b++)
			printf("%s %s\n", b->group, b->name);
}

/* Runs a command of the shell with its output in a file; returns the time in nanoseconds. */
static double run_command(const char *command)
{
	double start = now_ns();
	int status;
	pid_t pid = fork();

	MUST(pid >= 0);
	if (pid == 0) {
		int out = open("out.txt", O_WRONLY | O_CREAT | O_TRUNC, 0600);
		int in = open("/dev/null", O_RDONLY);

		if (out < 0 || in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0)
			_exit(126);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	MUST(waitpid(pid, &status, 0) == pid);
	if (status != 0) {
		printf("command ! status %#x\n", status);
		exit(1);
	}
	return now_ns() - start;
}

static void time_command(int runs, const char *command)
{
	double t[MAX_BATCHES];

	printf("first %.0f\n", run_command(command));
	if (runs > MAX_BATCHES)
		runs = MAX_BATCHES;
	for (int i = 0; i < runs; i++)
		t[i] = run_command(command);
	if (runs > 0)
		printf("warm %.0f\n", median(t, runs));
}

int main(int argc, char **argv)
{
	char dir[] = "micro-XXXXXX";
	double budget_ns = 30e6;
	int opt, runs = -1;

	while ((opt = getopt(argc, argv, "t:c:l")) >= 0)
		if (opt == 't') {
			budget_ns = atof(optarg) * 1e6;
		} else if (opt == 'c') {
			runs = atoi(optarg);
		} else if (opt == 'l') {
			list_benches();
			return 0;
		} else {
			return 2;
		}
	MUST(mkdtemp(dir) && chdir(dir) == 0);
	if (runs >= 0 && optind < argc)
		time_command(runs, argv[optind]);
	else
		run_benches(budget_ns, argc - optind, argv + optind);
	return 0;
}
