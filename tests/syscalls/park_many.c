/*
 * tests/syscalls/park_many.c - several who wait for the same, and what happens to one that waits: another
 * thread closes its descriptor, forks or executes; it is killed; its time is over.
 */
#include "check.h"
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#define BYTES 4000
#define READERS 3

static int p[2], q[2];

/* Makes its thread one that calls often. */
static void warm_up(void)
{
	for (int i = 0; i < 300; i++)
		getppid();
}

static void *count_bytes(void *sum)
{
	unsigned char c;

	warm_up();
	while (read(p[0], &c, 1) == 1)
		*(long *)sum += c;
	return NULL;
}

static long sum_of(int n)
{
	long sum = 0;

	for (int i = 0; i < n; i++)
		sum += i % 200 + 1;
	return sum;
}

static void send_bytes(int n, bool slowly)
{
	for (int i = 0; i < n; i++) {
		unsigned char c = (unsigned char)(i % 200 + 1);

		if (write(p[1], &c, 1) != 1)
			die("write");
		if (slowly && i % 16 == 0)
			sched_yield();
	}
}

/* Each byte is read once. */
static void reading_threads(void)
{
	pthread_t t[READERS];
	long sums[READERS] = {0}, sum = 0;

	xpipe(p);
	for (int i = 0; i < READERS; i++)
		pthread_create(&t[i], NULL, count_bytes, &sums[i]);
	warm_up();
	send_bytes(BYTES, true);
	close(p[1]);
	for (int i = 0; i < READERS; i++) {
		pthread_join(t[i], NULL);
		sum += sums[i];
	}
	show_val("threads: each byte once", sum == sum_of(BYTES));
	close(p[0]);
}

static void reading_processes(void)
{
	pid_t pids[READERS];
	long sum = 0, one;

	xpipe(p);
	xpipe(q);
	for (int i = 0; i < READERS; i++) {
		pids[i] = xfork();
		if (pids[i] == 0) {
			long mine = 0;

			close(p[1]);
			count_bytes(&mine);
			_exit(write(q[1], &mine, sizeof(mine)) != sizeof(mine));
		}
	}
	warm_up();
	send_bytes(BYTES, true);
	close(p[1]);
	for (int i = 0; i < READERS; i++) {
		if (read(q[0], &one, sizeof(one)) != sizeof(one))
			die("read");
		sum += one;
	}
	for (int i = 0; i < READERS; i++)
		xwait(pids[i]);
	show_val("processes: each byte once", sum == sum_of(BYTES));
	close(p[0]);
	close(q[0]);
	close(q[1]);
}

/* The last thing is to wait; then it is killed. What comes afterwards is ours. */
static void killed_while_waiting(void)
{
	int lost = 0;
	char c = 'x';

	for (int i = 0; i < 30; i++) {
		pid_t pid;

		xpipe(p);
		xpipe(q);
		pid = xfork();
		if (pid == 0) {
			warm_up();
			if (write(q[1], "r", 1) == 1)
				(void)!read(p[0], &c, 1);
			_exit(0);
		}
		(void)!read(q[0], &c, 1);
		for (int n = 0; n < i * 3; n++)
			sched_yield();
		kill(pid, SIGKILL);
		xwait(pid);
		lost += write(p[1], "y", 1) != 1 || read(p[0], &c, 1) != 1 || c != 'y';
		close(p[0]);
		close(p[1]);
		close(q[0]);
		close(q[1]);
	}
	show_val("bytes that the killed have taken", lost);
}

static void *wait_for_one(void *ret)
{
	char c;

	warm_up();
	*(long *)ret = read(p[0], &c, 1) == 1 ? c : -1;
	return NULL;
}

/* A sibling forks, with the reader at whatever point it is. */
static void fork_beside(void)
{
	int bad = 0;

	for (int i = 0; i < 20; i++) {
		pthread_t t;
		long got = 0;
		pid_t pid;

		xpipe(p);
		pthread_create(&t, NULL, wait_for_one, &got);
		warm_up();
		pid = xfork();
		if (pid == 0)
			_exit(getppid() <= 0);
		bad += xwait(pid);
		bad += write(p[1], "z", 1) != 1;
		pthread_join(t, NULL);
		bad += got != 'z';
		close(p[0]);
		close(p[1]);
	}
	show_val("forks beside a reader: odd", bad);
}

/* Another thread closes one end: the end of file, to the one that waits. */
static void close_beside(void)
{
	int bad = 0;

	for (int i = 0; i < 20; i++) {
		pthread_t t;
		long got = 0;

		xpipe(p);
		pthread_create(&t, NULL, wait_for_one, &got);
		for (int n = 0; n < i * 20; n++)
			getppid();
		close(p[1]);
		pthread_join(t, NULL);
		bad += got != -1;
		close(p[0]);
	}
	show_val("ends of file: odd", bad);
}

static void *run_true(void *arg)
{
	(void)arg;
	warm_up();
	execl("/bin/true", "true", NULL);
	_exit(3);
}

static void exec_beside(void)
{
	int bad = 0;
	char c;

	for (int i = 0; i < 10; i++) {
		pid_t pid;

		xpipe(p);
		pid = xfork();
		if (pid == 0) {
			pthread_t t;

			pthread_create(&t, NULL, run_true, NULL);
			warm_up();
			(void)!read(p[0], &c, 1);
			_exit(4);
		}
		bad += xwait(pid) != 0;
		bad += write(p[1], "w", 1) != 1 || read(p[0], &c, 1) != 1 || c != 'w';
		close(p[0]);
		close(p[1]);
	}
	show_val("execs beside a reader: odd", bad);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* Not before its time, and not without. */
static void times(void)
{
	struct pollfd f;
	struct epoll_event e = {.events = EPOLLIN};
	struct timeval tv = {0, 5000};
	int early = 0, odd = 0, ep = epoll_create1(0), u[2];
	double then;
	char c;

	xpipe(p);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, u) != 0 || epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &e) ||
	    setsockopt(u[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)))
		die("set up");
	f = (struct pollfd){.fd = p[0], .events = POLLIN};
	warm_up();
	for (int i = 0; i < 12; i++) {
		then = now();
		odd += poll(&f, 1, 3) != 0;
		early += now() - then < 3;
		then = now();
		odd += epoll_wait(ep, &e, 1, i % 3) != 0;
		early += now() - then < i % 3;
		then = now();
		odd += read(u[0], &c, 1) != -1 || errno != EAGAIN;
		early += now() - then < 5;
	}
	show_val("times: odd", odd);
	show_val("times: early", early);
}

int main(void)
{
	alarm(240);
	reading_threads();
	reading_processes();
	killed_while_waiting();
	fork_beside();
	close_beside();
	exec_beside();
	times();
	return 0;
}
