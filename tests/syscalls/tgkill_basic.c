/*
 * tests/syscalls/tgkill_basic.c - tgkill(2), tkill(2): a signal for one thread; bad ids and
 * signals.
 */
#include "check.h"
#include <pthread.h>

static pthread_barrier_t bar;
static volatile pid_t tid, handled_by;
static volatile int code;

static void handler(int sig, siginfo_t *si, void *ctx)
{
	(void)sig;
	(void)ctx;
	handled_by = raw(SYS_gettid);
	code = si->si_code;
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

int main(void)
{
	pid_t me = getpid();
	pthread_t t;

	on_siginfo(SIGUSR1, handler, 0);
	pthread_barrier_init(&bar, NULL, 2);
	pthread_create(&t, NULL, thread, NULL);
	pthread_barrier_wait(&bar);
	show("signal 0", raw(SYS_tgkill, me, tid, 0));
	show("wrong group", raw(SYS_tgkill, 0x7ffffff, tid, 0));
	show("no thread", raw(SYS_tgkill, me, 0x7ffffff, 0));
	show("group 0", raw(SYS_tgkill, 0, tid, 0));
	show("thread 0", raw(SYS_tgkill, me, 0, 0));
	show("thread -1", raw(SYS_tgkill, me, -1, 0));
	show("signal 65", raw(SYS_tgkill, me, tid, 65));
	show("tid as the group", raw(SYS_tgkill, tid, tid, 0));
	show("tkill 0", raw(SYS_tkill, 0, 0));
	show("tkill -1", raw(SYS_tkill, -1, 0));
	show("tkill no thread", raw(SYS_tkill, 0x7ffffff, 0));
	show("kill with a tid", kill(tid, 0));
	show("the signal", raw(SYS_tgkill, me, tid, SIGUSR1));
	pthread_join(t, NULL);
	show_true("handled by that thread", handled_by == tid && tid != me);
	show_true("SI_TKILL", code == SI_TKILL);
	return 0;
}
