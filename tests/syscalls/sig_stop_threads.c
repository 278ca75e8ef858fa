/*
 * tests/syscalls/sig_stop_threads.c - SIGSTOP stops all threads of a process, SIGCONT continues
 * them, SIGKILL works while stopped.
 */
#include "check.h"
#include <pthread.h>
#include <sys/mman.h>

static volatile long *counters;

static void *spin(void *arg)
{
	volatile long *c = arg;

	for (;;) {
		(*c)++;
		nap_ms(1);
	}
	return NULL;
}

static bool all_move(void)
{
	long a = counters[0], b = counters[8];

	for (int i = 0; i < 2000 && (counters[0] == a || counters[8] == b); i++)
		nap_ms(1);
	return counters[0] != a && counters[8] != b;
}

int main(void)
{
	int status;
	pthread_t t;
	pid_t pid;
	long a, b;

	counters = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid = xfork();
	if (pid == 0) {
		pthread_create(&t, NULL, spin, (void *)&counters[8]);
		spin((void *)&counters[0]);
	}
	show_true("threads run", all_move());
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	show_status("stop", status);
	a = counters[0];
	b = counters[8];
	nap_ms(20);
	show_true("nothing moves", counters[0] == a && counters[8] == b);
	kill(pid, SIGCONT);
	waitpid(pid, &status, WCONTINUED);
	show_status("continue", status);
	show_true("threads run", all_move());
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	show_status("stop", status);
	kill(pid, SIGKILL);
	show_status("end", xwait(pid));
	return 0;
}
