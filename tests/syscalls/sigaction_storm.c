/*
 * tests/syscalls/sigaction_storm.c - handlers are changed, in handlers too, while signals come all the
 * time: each call says what was set before, and no handler is missed or mistaken
 */
#include "check.h"
#include <pthread.h>
#include <time.h>

#define SECONDS 0.5

static volatile int a_calls, b_calls, bad;
static int wrong;

static void a(int sig)
{
	struct sigaction sa = {.sa_handler = a}, old;

	/* As programs of old do it, with the signals of another kind. */
	if (sig == SIGUSR1 && (sigaction(SIGUSR2, &sa, &old) < 0 || old.sa_flags & SA_RESTART))
		bad++;
	a_calls++;
}

static void b(int sig)
{
	(void)sig;
	b_calls++;
}

static void timer_ns(int sig, long ns)
{
	struct sigevent se = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = sig};
	struct itimerspec it = {.it_interval.tv_nsec = ns, .it_value.tv_nsec = ns};
	timer_t id;

	if (timer_create(CLOCK_MONOTONIC, &se, &id) < 0 || timer_settime(id, 0, &it, NULL) < 0)
		die("timer");
}

static void expect(struct sigaction *old, void (*fn)(int), int flags)
{
	wrong += old->sa_handler != fn || (old->sa_flags & ~0x04000000) != flags;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Flips one signal of its own. */
static void *flip(void *arg)
{
	int sig = (int)(intptr_t)arg;
	struct sigaction none = {.sa_handler = a}, with = {.sa_handler = b, .sa_flags = SA_RESTART},
			 both = {.sa_handler = b, .sa_flags = SA_NODEFER}, old;
	double end = now() + SECONDS;

	sigaction(sig, &none, NULL);
	while (now() < end) {
		if (sigaction(sig, &with, &old) < 0)
			bad++;
		expect(&old, a, 0);
		if (sigaction(sig, &both, &old) < 0)
			bad++;
		expect(&old, b, SA_RESTART);
		old = none;
		if (sigaction(sig, &old, &old) < 0) /* in and out at one place */
			bad++;
		expect(&old, b, SA_NODEFER);
		if (sigaction(sig, NULL, &old) < 0)
			bad++;
		expect(&old, a, 0);
	}
	return NULL;
}

int main(void)
{
	pthread_t t[2];

	on_signal(SIGUSR1, a, 0);
	on_signal(SIGUSR2, a, 0);
	on_signal(SIGHUP, b, 0);
	on_signal(SIGWINCH, b, SA_RESTART);
	timer_ns(SIGUSR1, 300000);
	timer_ns(SIGHUP, 200000);
	timer_ns(SIGWINCH, 1000000);
	for (int i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, flip, (void *)(intptr_t)(SIGRTMIN + i));
	flip((void *)(intptr_t)SIGIO);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	show_val("failed", bad);
	show_val("old actions wrong", wrong);
	show_true("signals came", a_calls > 10 && b_calls > 10);
	return 0;
}
