/*
 * tests/bench/micro.h - what the microbenchmarks share
 *
 * A bench does N operations when asked and says how long they took; micro.c chooses N and how often. What
 * a bench needs is made by its setup and ended by its teardown, outside the measured time. What fails
 * calls fail(), which ends the program after a line that names the bench and the reason.
 */
#ifndef TESTS_BENCH_MICRO_H
#define TESTS_BENCH_MICRO_H

#include <stddef.h>

struct bench {
	const char *group, *name;
	/* Does n operations, returns the nanoseconds that they took. */
	double (*run)(long n);
	void (*setup)(void);
	void (*teardown)(void);
	/* Not 0: run once with this n; for what is cold only once. */
	long once;
	/* Not 0: a batch has so many operations at least, however long they take. */
	long least;
};

extern const struct bench io_benches[], name_benches[], ipc_benches[], thread_benches[],
	process_benches[], memory_benches[], call_benches[];

double now_ns(void);
void fail(const char *what) __attribute__((noreturn));

/* A path below the directory of prepared data ($BENCH_DATA); valid until the next call. */
const char *data_path(const char *name);

/* Defines double run_NAME(long n), which does n times what follows. */
#define LOOP(name, ...)                                                                            \
	static double run_##name(long n)                                                           \
	{                                                                                          \
		double start = now_ns();                                                           \
                                                                                                   \
		for (long i = 0; i < n; i++) {                                                     \
			__VA_ARGS__                                                                \
		}                                                                                  \
		return now_ns() - start;                                                           \
	}

#define MUST(what) ((what) ? (void)0 : fail(#what))

#endif
