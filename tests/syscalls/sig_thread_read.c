/*
 * tests/syscalls/sig_thread_read.c - a signal for a thread in a blocking read: EINTR there, while
 * another thread's read goes on.
 */
#include "check.h"
#include <pthread.h>

static int p[2], q[2];
static volatile int done, handled;
static volatile pid_t handled_by, tid_a;

static void handler(int sig)
{
	(void)sig;
	handled_by = raw(SYS_gettid);
	handled++;
}

static void *reader(void *arg)
{
	int *fds = arg;
	char buf[8];
	long r;

	if (fds == p)
		tid_a = raw(SYS_gettid);
	r = read(fds[0], buf, sizeof(buf));
	if (fds == p) {
		show("signalled read", r);
		done = 1;
	} else {
		show("other read", r);
	}
	return NULL;
}

int main(void)
{
	pthread_t a, b;

	xpipe(p);
	xpipe(q);
	on_signal(SIGUSR1, handler, 0);
	pthread_create(&b, NULL, reader, q);
	pthread_create(&a, NULL, reader, p);
	/* Until it hits the thread within its read. */
	while (!done) {
		nap_ms(3);
		if (!done)
			pthread_kill(a, SIGUSR1);
	}
	pthread_join(a, NULL);
	show_true("handled", handled > 0);
	show_true("by that thread", handled_by == tid_a);
	if (write(q[1], "abc", 3) != 3)
		die("write");
	pthread_join(b, NULL);
	return 0;
}
