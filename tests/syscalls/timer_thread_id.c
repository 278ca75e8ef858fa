/*
 * tests/syscalls/timer_thread_id.c - timers with SIGEV_THREAD_ID: the signal goes to that thread;
 * SIGEV_THREAD of the C library.
 */
#include "check.h"
#include <pthread.h>
#include <semaphore.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static pthread_barrier_t bar;
static volatile pid_t tid, handled_by;
static sem_t sem;
static volatile int notified;

static void handler(int sig)
{
	(void)sig;
	handled_by = raw(SYS_gettid);
}

static void *thread(void *arg)
{
	(void)arg;
	tid = raw(SYS_gettid);
	pthread_barrier_wait(&bar);
	while (!handled_by)
		nap_ms(1);
	return NULL;
}

static void notify(union sigval v)
{
	notified = v.sival_int;
	sem_post(&sem);
}

int main(void)
{
	struct sigevent sev = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN};
	struct itimerspec its = {{0, 0}, {0, 1000000}};
	timer_t timer;
	pthread_t t;

	on_signal(SIGRTMIN, handler, 0);
	pthread_barrier_init(&bar, NULL, 2);
	pthread_create(&t, NULL, thread, NULL);
	pthread_barrier_wait(&bar);
	sev.sigev_notify_thread_id = tid;
	show("create", timer_create(CLOCK_MONOTONIC, &sev, &timer));
	show("settime", timer_settime(timer, 0, &its, NULL));
	pthread_join(t, NULL);
	show_true("handled by the thread", handled_by == tid);
	show("delete", timer_delete(timer));

	sem_init(&sem, 0, 0);
	sev = (struct sigevent){.sigev_notify = SIGEV_THREAD, .sigev_notify_function = notify};
	sev.sigev_value.sival_int = 77;
	show("create, SIGEV_THREAD", timer_create(CLOCK_MONOTONIC, &sev, &timer));
	show("settime", timer_settime(timer, 0, &its, NULL));
	while (sem_wait(&sem) < 0)
		;
	show_val("value", notified);
	show("delete", timer_delete(timer));
	return 0;
}
