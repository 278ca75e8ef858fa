/*
 * tests/syscalls/prctl_no_new_privs.c - prctl(2) PR_SET_NO_NEW_PRIVS: cannot be unset, is inherited
 * by fork and exec, per thread.
 */
#include "check.h"
#include <pthread.h>
#include <sys/prctl.h>

static int get(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

static pthread_barrier_t bar;

static void *thread(void *arg)
{
	(void)arg;
	pthread_barrier_wait(&bar);
	show("other thread", get());
	return NULL;
}

static void *late(void *arg)
{
	(void)arg;
	show("new thread", get());
	return NULL;
}

int main(int argc, char **argv)
{
	char buf[8192], *p;
	pthread_t t;

	(void)argv;
	if (argc > 1) {
		show("after exec", get());
		return 0;
	}
	show("at start", get());
	show("set 0", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
	show("set 2", prctl(PR_SET_NO_NEW_PRIVS, 2, 0, 0, 0));
	show("set with another argument", prctl(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0));
	show("get with an argument", prctl(PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0));
	pthread_barrier_init(&bar, NULL, 2);
	pthread_create(&t, NULL, thread, NULL);
	show("set 1", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	show("get", get());
	pthread_barrier_wait(&bar);
	pthread_join(t, NULL);
	pthread_create(&t, NULL, late, NULL);
	pthread_join(t, NULL);
	show("set 0 again", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
	read_file("/proc/self/status", buf, sizeof(buf));
	p = strstr(buf, "NoNewPrivs:");
	show_val("in status", p ? atoi(p + 11) : -1);
	if (xfork() == 0) {
		show("child", get());
		_exit(0);
	}
	wait(NULL);
	execl("/proc/self/exe", "self", "child", NULL);
	return 1;
}
