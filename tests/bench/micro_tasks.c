/*
 * tests/bench/micro_tasks.c - microbenchmarks of processes, threads, memory and computing
 *
 * Those of several threads tell the time from the start of the first to the end of the last, divided by
 * the operations of all: with free processors it falls with the number of threads. So that the times of
 * their starts do not count they make THREAD_CALLS calls; those that short-lived threads make are
 * a case of its own.
 */
#define _GNU_SOURCE
#include "micro.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_THREADS 8
#define THREAD_CALLS 16000 /* of all */
#define SHORT_CALLS 32
#define SHORT_THREADS 4
#define FAULT_PAGES 256
#define MAP_SIZE 65536

struct worker {
	pthread_t thread;
	pthread_barrier_t *barrier;
	void (*op)(struct worker *w);
	long n;
	double start, end;
	int fd;
	char buffer[4096];
};

static void *worker_main(void *arg)
{
	struct worker *w = arg;

	pthread_barrier_wait(w->barrier);
	w->start = now_ns();
	for (long i = 0; i < w->n; i++)
		w->op(w);
	w->end = now_ns();
	return NULL;
}

/* n operations by that many threads, each with a descriptor of its own. */
static double run_workers(long n, int threads, void (*op)(struct worker *w))
{
	static struct worker workers[MAX_THREADS];
	pthread_barrier_t barrier;
	double start = 0, end = 0;

	pthread_barrier_init(&barrier, NULL, (unsigned)threads);
	for (int i = 0; i < threads; i++) {
		struct worker *w = &workers[i];

		w->barrier = &barrier;
		w->op = op;
		w->n = (n + threads - 1) / threads;
		w->fd = open("threads.data", O_RDWR | O_CREAT, 0600);
		MUST(w->fd >= 0 && pwrite(w->fd, w->buffer, 4096, 0) == 4096);
		MUST(pthread_create(&w->thread, NULL, worker_main, w) == 0);
	}
	for (int i = 0; i < threads; i++) {
		struct worker *w = &workers[i];

		pthread_join(w->thread, NULL);
		close(w->fd);
		if (i == 0 || w->start < start)
			start = w->start;
		if (i == 0 || w->end > end)
			end = w->end;
	}
	pthread_barrier_destroy(&barrier);
	return (end - start) * (double)n / (double)((n + threads - 1) / threads * threads);
}

static void op_getppid(struct worker *w)
{
	(void)w;
	syscall(SYS_getppid);
}

static void op_pread(struct worker *w)
{
	MUST(pread(w->fd, w->buffer, 4096, 0) == 4096);
}

#define THREAD_BENCHES(count)                                                                      \
	static double run_getppid_##count(long n)                                                  \
	{                                                                                          \
		return run_workers(n, count, op_getppid);                                          \
	}                                                                                          \
	static double run_pread_##count(long n)                                                    \
	{                                                                                          \
		return run_workers(n, count, op_pread);                                            \
	}

THREAD_BENCHES(1)
THREAD_BENCHES(2)
THREAD_BENCHES(4)
THREAD_BENCHES(8)

/* With the threads' beginnings and ends. */
static double run_short(long n)
{
	double start = now_ns();

	for (long i = 0; i < n; i += SHORT_CALLS * SHORT_THREADS)
		run_workers(SHORT_CALLS * SHORT_THREADS, SHORT_THREADS, op_getppid);
	return (now_ns() - start) * (double)n /
	       (double)((n + SHORT_CALLS * SHORT_THREADS - 1) / (SHORT_CALLS * SHORT_THREADS) *
			(SHORT_CALLS * SHORT_THREADS));
}

static uint32_t turn;

static long futex(int op, uint32_t value)
{
	return syscall(SYS_futex, &turn, op | FUTEX_PRIVATE_FLAG, value, NULL, NULL, 0);
}

LOOP(futex_wake, futex(FUTEX_WAKE, 1);)

/* Gives the turn to the other side and waits for it. */
static void pass_turn(uint32_t mine)
{
	__atomic_store_n(&turn, !mine, __ATOMIC_SEQ_CST);
	futex(FUTEX_WAKE, 1);
	while (__atomic_load_n(&turn, __ATOMIC_SEQ_CST) != mine)
		futex(FUTEX_WAIT, !mine);
}

static void *partner_main(void *arg)
{
	long n = *(long *)arg;

	while (__atomic_load_n(&turn, __ATOMIC_SEQ_CST) != 1)
		futex(FUTEX_WAIT, 0);
	for (long i = 1; i < n; i++)
		pass_turn(1);
	__atomic_store_n(&turn, 0, __ATOMIC_SEQ_CST);
	futex(FUTEX_WAKE, 1);
	return NULL;
}

static double run_futex_switch(long n)
{
	pthread_t partner;
	double start, took;

	turn = 0;
	MUST(pthread_create(&partner, NULL, partner_main, &n) == 0);
	start = now_ns();
	for (long i = 0; i < n; i++)
		pass_turn(0);
	took = now_ns() - start;
	pthread_join(partner, NULL);
	return took;
}

static void *thread_main(void *arg)
{
	return arg;
}

LOOP(thread, pthread_t t; MUST(pthread_create(&t, NULL, thread_main, NULL) == 0);
     pthread_join(t, NULL);)

const struct bench thread_benches[] = {
	{"threads", "getppid-1-thread", run_getppid_1, NULL, NULL, 0, THREAD_CALLS},
	{"threads", "getppid-2-threads", run_getppid_2, NULL, NULL, 0, THREAD_CALLS},
	{"threads", "getppid-4-threads", run_getppid_4, NULL, NULL, 0, THREAD_CALLS},
	{"threads", "getppid-8-threads", run_getppid_8, NULL, NULL, 0, THREAD_CALLS},
	{"threads", "pread-4k-1-thread", run_pread_1, NULL, NULL, 0, THREAD_CALLS},
	{"threads", "pread-4k-2-threads", run_pread_2, NULL, NULL, 0, THREAD_CALLS},
	{"threads", "pread-4k-4-threads", run_pread_4, NULL, NULL, 0, THREAD_CALLS},
	{"threads", "pread-4k-8-threads", run_pread_8, NULL, NULL, 0, THREAD_CALLS},
	{"threads", "32-calls-a-thread", run_short, NULL, NULL, 0, SHORT_CALLS *SHORT_THREADS},
	{"threads", "futex-wake", run_futex_wake, NULL, NULL, 0},
	{"threads", "futex-switch", run_futex_switch, NULL, NULL, 0},
	{"threads", "thread-create-join", run_thread, NULL, NULL, 0},
	{0},
};

static int map_file = -1;
static char *map_page;

static void *map(size_t size, int fd)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);

	MUST(p != MAP_FAILED);
	return p;
}

/* An operation is a page: mapping and unmapping count little among so many. */
static double run_fault(long n)
{
	double start = now_ns();

	while (n > 0) {
		volatile char *p = map(FAULT_PAGES * 4096, -1);

		for (int i = 0; i < FAULT_PAGES && n > 0; i++, n--)
			p[i * 4096] = 1;
		munmap((void *)p, FAULT_PAGES * 4096);
	}
	return now_ns() - start;
}

static void open_map_file(void)
{
	map_file = open("map.data", O_RDWR | O_CREAT, 0600);
	MUST(map_file >= 0 && ftruncate(map_file, MAP_SIZE) == 0);
}

static void close_map_file(void)
{
	close(map_file);
}

static void make_map_page(void)
{
	map_page = map(4096, -1);
	*map_page = 1;
}

LOOP(map, munmap(map(MAP_SIZE, -1), MAP_SIZE);)
LOOP(map_file, volatile char *p = map(MAP_SIZE, map_file); (void)*p; munmap((void *)p, MAP_SIZE);)
LOOP(mprotect, MUST(mprotect(map_page, 4096, i % 2 ? PROT_READ : PROT_READ | PROT_WRITE) == 0);)
LOOP(cpu, volatile uint64_t x = 1;
     for (int j = 0; j < 100000; j++) x = x * 6364136223846793005u + 1442695040888963407u;)

const struct bench memory_benches[] = {
	{"memory", "mmap-munmap", run_map, NULL, NULL, 0},
	{"memory", "mmap-file", run_map_file, open_map_file, close_map_file, 0},
	{"memory", "mprotect", run_mprotect, make_map_page, NULL, 0},
	{"memory", "page-fault", run_fault, NULL, NULL, 0},
	{"memory", "cpu-100k-steps", run_cpu, NULL, NULL, 0},
	{0},
};

static void wait_for(pid_t pid)
{
	int status;

	MUST(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
}

LOOP(fork, pid_t pid = fork(); if (pid == 0) _exit(0); wait_for(pid);)

static void exec_true(void)
{
	execl("/bin/true", "true", (char *)NULL);
	_exit(1);
}

LOOP(fork_exec, pid_t pid = fork(); if (pid == 0) exec_true(); wait_for(pid);)
LOOP(vfork_exec, pid_t pid = vfork(); if (pid == 0) exec_true(); wait_for(pid);)

const struct bench process_benches[] = {
	{"processes", "fork-exit-wait", run_fork, NULL, NULL, 0},
	{"processes", "fork-exec-wait", run_fork_exec, NULL, NULL, 0},
	{"processes", "vfork-exec-wait", run_vfork_exec, NULL, NULL, 0},
	{0},
};
