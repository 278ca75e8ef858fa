/*
 * tests/syscalls/clock_cpu.c - CPU clocks of the process, of threads and of other processes:
 * clock_getcpuclockid(3), pthread_getcpuclockid(3); they stand still while sleeping.
 */
#include "check.h"
#include <pthread.h>

static pthread_barrier_t bar;

static long us(clockid_t clock)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts) < 0)
		return -1;
	return ts.tv_sec * 1000000L + ts.tv_nsec / 1000;
}

static void *thread(void *arg)
{
	(void)arg;
	while (us(CLOCK_THREAD_CPUTIME_ID) < 30000)
		;
	pthread_barrier_wait(&bar);
	pthread_barrier_wait(&bar);
	return NULL;
}

int main(void)
{
	clockid_t proc, thr, other;
	pthread_t t;
	long a, b;
	pid_t pid;

	pthread_barrier_init(&bar, NULL, 2);
	a = us(CLOCK_PROCESS_CPUTIME_ID);
	nap_ms(30);
	b = us(CLOCK_PROCESS_CPUTIME_ID);
	show_true("sleep costs little", b - a < 20000);
	pthread_create(&t, NULL, thread, NULL);
	pthread_barrier_wait(&bar);
	show_err("pthread_getcpuclockid", pthread_getcpuclockid(t, &thr));
	show_true("time of the thread", us(thr) >= 30000);
	show_true("time of main is less", us(CLOCK_THREAD_CPUTIME_ID) < us(thr));
	show_true("time of the process has both", us(CLOCK_PROCESS_CPUTIME_ID) >= us(thr));
	show_err("clock_getcpuclockid", clock_getcpuclockid(0, &proc));
	show_true("the same", us(proc) >= us(thr));
	pthread_barrier_wait(&bar);
	pthread_join(t, NULL);

	pid = xfork();
	if (pid == 0)
		for (;;)
			pause();
	show_err("clock of a child", clock_getcpuclockid(pid, &other));
	show_true("its time", us(other) >= 0 && us(other) < us(CLOCK_PROCESS_CPUTIME_ID));
	kill(pid, SIGKILL);
	xwait(pid);
	show("clock of a dead child", us(other));
	show_err("no such process", clock_getcpuclockid(0x7ffffff, &other));
	return 0;
}
