/*
 * tests/syscalls/sig_thread_process.c - a signal for the process goes to a thread that does not
 * block it; it stays pending for the process while all do.
 */
#include "check.h"
#include <pthread.h>

static pthread_barrier_t bar;
static volatile pid_t tid, handled_by;
static volatile int count;

static void handler(int sig)
{
	(void)sig;
	handled_by = raw(SYS_gettid);
	count++;
}

static void *thread(void *arg)
{
	sigset_t set;

	(void)arg;
	tid = raw(SYS_gettid);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_barrier_wait(&bar);
	pthread_barrier_wait(&bar);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	pthread_barrier_wait(&bar);
	while (count < 2)
		nap_ms(1);
	return NULL;
}

int main(void)
{
	sigset_t set;
	pthread_t t;

	on_signal(SIGUSR1, handler, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	pthread_barrier_init(&bar, NULL, 2);
	pthread_create(&t, NULL, thread, NULL);
	pthread_barrier_wait(&bar);
	kill(getpid(), SIGUSR1);
	show_val("handled while all block", count);
	sigpending(&set);
	show_true("pending", sigismember(&set, SIGUSR1));
	pthread_barrier_wait(&bar);
	pthread_barrier_wait(&bar);
	show_val("handled when one unblocks", count);
	show_true("by that thread", handled_by == tid);
	sigpending(&set);
	show_true("pending", sigismember(&set, SIGUSR1));
	kill(getpid(), SIGUSR1);
	pthread_join(t, NULL);
	show_val("handled", count);
	show_true("by that thread", handled_by == tid);
	return 0;
}
