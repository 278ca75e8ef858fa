/*
 * tests/syscalls/sigpending_basic.c - sigpending(2): signals for the process and for the thread;
 * ignored signals are not kept unless blocked, a change to SIG_IGN discards them.
 */
#include "check.h"
#include <pthread.h>

static void look(const char *what)
{
	sigset_t set;
	char text[256] = "";

	sigpending(&set);
	for (int sig = 1; sig <= SIGRTMAX; sig++) {
		if (sigismember(&set, sig) == 1) {
			strcat(text, " ");
			strcat(text, sig_name(sig));
		}
	}
	say("%s:%s", what, text);
}

static void *thread(void *arg)
{
	(void)arg;
	look("other thread");
	return NULL;
}

int main(void)
{
	sigset_t set;
	pthread_t t;

	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	look("start");
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGRTMIN + 1);
	raw(SYS_tgkill, getpid(), raw(SYS_gettid), SIGUSR2);
	look("three");
	pthread_create(&t, NULL, thread, NULL);
	pthread_join(t, NULL);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
	look("two ignored");
	kill(getpid(), SIGUSR1);
	look("ignored but blocked");
	signal(SIGUSR1, SIG_DFL);
	look("default again");
	kill(getpid(), SIGCHLD);
	look("SIGCHLD");
	signal(SIGCHLD, SIG_DFL);
	look("SIGCHLD set to default");
	kill(getpid(), SIGCONT);
	kill(getpid(), SIGTSTP);
	look("SIGTSTP takes SIGCONT away");
	kill(getpid(), SIGCONT);
	look("SIGCONT takes SIGTSTP away");
	return 0;
}
