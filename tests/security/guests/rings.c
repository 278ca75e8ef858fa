/*
 * tests/security/guests/rings.c - io_uring: what the sentry keeps for rings has a bound in sum
 *
 * Rings with the largest tables of files and buffers, provided buffers, completions that nobody takes, and vectors
 * of requests that wait behind a link, by several processes until everything is refused.
 */
#include "tests/security/guests/attack.h"

#include <linux/io_uring.h>
#include <sys/resource.h>
#include <sys/uio.h>

#define ENTRIES 1024
#define PROCESSES 4

struct ring {
	int fd;
	struct io_uring_params p;
	unsigned char *mem;
	struct io_uring_sqe *sqes;
};

static long refused, taken;

static bool make(struct ring *r)
{
	memset(r, 0, sizeof(*r));
	r->fd = (int)syscall(SYS_io_uring_setup, ENTRIES, &r->p);
	if (r->fd < 0)
		return false;
	r->mem = mmap(NULL, r->p.sq_off.array + ENTRIES * 4, PROT_READ | PROT_WRITE, MAP_SHARED,
		      r->fd, 0);
	r->sqes = mmap(NULL, ENTRIES * sizeof(*r->sqes), PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
		       IORING_OFF_SQES);
	if (r->mem == MAP_FAILED || r->sqes == MAP_FAILED)
		return false;
	for (unsigned int i = 0; i < ENTRIES; i++)
		((unsigned int *)(r->mem + r->p.sq_off.array))[i] = i;
	return true;
}

static struct io_uring_sqe *sqe(struct ring *r, unsigned int opcode)
{
	unsigned int *tail = (unsigned int *)(r->mem + r->p.sq_off.tail);
	struct io_uring_sqe *s = &r->sqes[*tail % ENTRIES];

	memset(s, 0, sizeof(*s));
	s->opcode = (uint8_t)opcode;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	return s;
}

static void count(long n)
{
	refused += n < 0;
	taken += n >= 0;
}

static void submit(struct ring *r, unsigned int n)
{
	count(syscall(SYS_io_uring_enter, r->fd, n, 0, 0, NULL, 0));
}

static void tables(struct ring *r)
{
	struct io_uring_rsrc_register reg = {.nr = 16384, .flags = IORING_RSRC_REGISTER_SPARSE};

	count(syscall(SYS_io_uring_register, r->fd, IORING_REGISTER_FILES2, &reg, sizeof(reg)));
	count(syscall(SYS_io_uring_register, r->fd, IORING_REGISTER_BUFFERS2, &reg, sizeof(reg)));
}

static void provide(struct ring *r)
{
	struct io_uring_sqe *s = sqe(r, IORING_OP_PROVIDE_BUFFERS);

	s->fd = 65535;
	s->addr = 4096;
	s->len = 1;
	s->buf_group = 1;
	submit(r, 1);
}

static void vectors(struct ring *r, int pipe_end, struct iovec *iov)
{
	for (int i = 0; i < ENTRIES / 2; i++) {
		struct io_uring_sqe *s = sqe(r, IORING_OP_POLL_ADD);

		s->fd = pipe_end;
		s->poll32_events = 1;
		s->flags = IOSQE_IO_LINK;
		s = sqe(r, IORING_OP_WRITEV);
		s->fd = 1;
		s->addr = (uintptr_t)iov;
		s->len = 1024;
	}
	submit(r, ENTRIES);
}

static void overflow(struct ring *r)
{
	for (int k = 0; k < 80; k++) {
		for (int i = 0; i < ENTRIES; i++)
			sqe(r, IORING_OP_NOP);
		submit(r, ENTRIES);
	}
}

static void fill(void)
{
	static struct iovec iov[1024];
	struct ring r;
	int p[2];

	if (pipe(p) < 0)
		_exit(1);
	for (int i = 0; i < 1024; i++)
		iov[i] = (struct iovec){iov, 1};
	for (int i = 0; i < 500; i++) {
		if (!make(&r)) {
			refused++;
			break;
		}
		tables(&r);
		provide(&r);
		if (i % 8 == 0)
			overflow(&r);
		if (i % 8 == 1)
			vectors(&r, p[0], iov);
	}
	printf("%ld taken, %ld refused\n", taken, refused);
	if (!refused)
		FINDING("nothing was refused");
	fflush(stdout);
}

int main(void)
{
	pid_t pids[PROCESSES];
	struct rlimit lim;
	struct ring r;
	int p[2], failed = 0, status;
	char c;

	getrlimit(RLIMIT_NOFILE, &lim);
	lim.rlim_cur = lim.rlim_max;
	setrlimit(RLIMIT_NOFILE, &lim);
	if (pipe(p) < 0)
		return 1;
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			fill();
			if (write(p[1], "x", 1) != 1 || findings)
				_exit(1);
			pause();
		}
	}
	for (int i = 0; i < PROCESSES; i++)
		if (read(p[0], &c, 1) != 1)
			return 1;
	puts("full");
	fflush(stdout);
	read(0, &c, 1);
	for (int i = 0; i < PROCESSES; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], &status, 0);
		failed |= !WIFSIGNALED(status);
	}
	refused = 0;
	for (int i = 0; i < 100 && !make(&r); i++)
		usleep(50000);
	tables(&r);
	provide(&r);
	if (refused)
		FINDING("refused after their end");
	puts("empty");
	fflush(stdout);
	read(0, &c, 1);
	return failed || findings;
}
