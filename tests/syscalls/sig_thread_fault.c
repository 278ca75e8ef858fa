/*
 * tests/syscalls/sig_thread_fault.c - a fault is handled by the thread that makes it; a deadly
 * signal in one thread ends the process.
 */
#include "check.h"
#include <pthread.h>
#include <setjmp.h>
#include <sys/resource.h>

static __thread sigjmp_buf env;
static __thread int faults;

static void handler(int sig)
{
	(void)sig;
	faults++;
	siglongjmp(env, 1);
}

static void *thread(void *arg)
{
	long n = (long)arg;

	for (volatile int i = 0; i < n; i++)
		if (!sigsetjmp(env, 1))
			*(volatile char *)BAD_PTR = 1;
	return (void *)(long)faults;
}

static void *die_thread(void *arg)
{
	if (arg)
		*(volatile char *)BAD_PTR = 1;
	else
		pthread_kill(pthread_self(), SIGTERM);
	return NULL;
}

static int deadly(void *arg)
{
	struct rlimit none = {0, 0};
	pthread_t t;

	setrlimit(RLIMIT_CORE, &none);
	signal(SIGSEGV, SIG_DFL);
	pthread_create(&t, NULL, die_thread, arg);
	for (;;)
		pause();
	return 0;
}

int main(void)
{
	pthread_t t[4];
	void *res;

	on_signal(SIGSEGV, handler, 0);
	for (long i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, thread, (void *)(i * 10 + 1));
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], &res);
		show_val("faults of a thread", (long)res);
	}
	show_val("faults of main", faults);
	show_status("SIGTERM in a thread", run_child(deadly, NULL));
	show_status("SIGSEGV in a thread", run_child(deadly, &t));
	return 0;
}
