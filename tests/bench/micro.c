/*
 * tests/bench/micro.c - microbenchmarks: what one operation costs
 *
 * micro NAME... runs the named ones (all without arguments) and prints a line "NAME ns" for each: the
 * median over batches of the time of one operation. The same program runs natively and sandboxed;
 * tests/bench/run.py compares. A batch is long enough (some ms) to hide the clock's cost.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_BATCHES 15

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static int fd_file, fd_zero, pipe_fds[2];
static char page[65536];

static void op_getppid(void)
{
	syscall(SYS_getppid);
}

static void op_read1(void)
{
	if (read(fd_zero, page, 1) != 1)
		abort();
}

static void op_pread4k(void)
{
	if (pread(fd_file, page, 4096, 0) != 4096)
		abort();
}

static void op_pread64k(void)
{
	if (pread(fd_file, page, 65536, 0) != 65536)
		abort();
}

static void op_stat(void)
{
	struct stat st;

	if (stat("/etc/passwd", &st) < 0)
		abort();
}

static void op_open(void)
{
	int fd = open("/etc/passwd", O_RDONLY);

	if (fd < 0)
		abort();
	close(fd);
}

static void op_pipe(void)
{
	if (write(pipe_fds[1], page, 1) != 1 || read(pipe_fds[0], page, 1) != 1)
		abort();
}

static void op_fault(void)
{
	enum { PAGES = 64 };
	char *p = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);

	if (p == MAP_FAILED)
		abort();
	for (int i = 0; i < PAGES; i++)
		p[i * 4096] = 1;
	munmap(p, PAGES * 4096);
}

static void op_futex(void)
{
	static uint32_t word;

	syscall(SYS_futex, &word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
}

static void op_fork(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		abort();
}

static void op_exec(void)
{
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		abort();
}

static void *thread_main(void *arg)
{
	return arg;
}

static void op_thread(void)
{
	pthread_t th;

	if (pthread_create(&th, NULL, thread_main, NULL) != 0)
		abort();
	pthread_join(th, NULL);
}

static void op_cpu(void)
{
	volatile uint64_t x = 1;

	for (int i = 0; i < 100000; i++)
		x = x * 6364136223846793005u + 1442695040888963407u;
}

static const struct bench {
	const char *name;
	void (*op)(void);
	int per_batch, batches;
} benches[] = {
	{"getppid", op_getppid, 2000, MAX_BATCHES},
	{"read-1-byte", op_read1, 1000, MAX_BATCHES},
	{"pread-4k", op_pread4k, 1000, MAX_BATCHES},
	{"pread-64k", op_pread64k, 300, MAX_BATCHES},
	{"stat", op_stat, 1000, MAX_BATCHES},
	{"open-close", op_open, 500, MAX_BATCHES},
	{"pipe-1-byte", op_pipe, 500, MAX_BATCHES},
	{"page-fault-64", op_fault, 50, MAX_BATCHES},
	{"futex-wake", op_futex, 5000, MAX_BATCHES},
	{"fork-exit-wait", op_fork, 20, MAX_BATCHES},
	{"vfork-exec-wait", op_exec, 10, MAX_BATCHES},
	{"thread-create-join", op_thread, 50, MAX_BATCHES},
	{"cpu-100k-steps", op_cpu, 10, MAX_BATCHES},
};

static int cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double measure(const struct bench *b)
{
	double t[MAX_BATCHES];

	b->op();
	for (int i = 0; i < b->batches; i++) {
		double start = now_ns();

		for (int j = 0; j < b->per_batch; j++)
			b->op();
		t[i] = (now_ns() - start) / b->per_batch;
	}
	qsort(t, (size_t)b->batches, sizeof(t[0]), cmp);
	return t[b->batches / 2];
}

static int wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return 1;
	return argc < 2;
}

int main(int argc, char **argv)
{
	fd_zero = open("/dev/zero", O_RDONLY);
	fd_file = open("micro.data", O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd_zero < 0 || fd_file < 0 || pipe(pipe_fds) < 0 ||
	    write(fd_file, page, sizeof(page)) != sizeof(page)) {
		perror("micro: set-up in the current directory");
		return 1;
	}
	for (size_t i = 0; i < sizeof(benches) / sizeof(benches[0]); i++)
		if (wanted(benches[i].name, argc, argv)) {
			printf("%s %.0f\n", benches[i].name, measure(&benches[i]));
			fflush(stdout);
		}
	unlink("micro.data");
	return 0;
}
