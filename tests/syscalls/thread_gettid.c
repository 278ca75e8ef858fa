/*
 * tests/syscalls/thread_gettid.c - tids and /proc/self/task: one entry per thread, gone at its end;
 * names of threads.
 */
#include "check.h"
#include <pthread.h>
#include <sys/prctl.h>

static pthread_barrier_t bar;
static volatile pid_t tid;

static void *thread(void *arg)
{
	(void)arg;
	tid = raw(SYS_gettid);
	prctl(PR_SET_NAME, "worker");
	pthread_barrier_wait(&bar);
	pthread_barrier_wait(&bar);
	return NULL;
}

int main(void)
{
	char path[64], buf[64], name[16];
	pthread_t t;

	prctl(PR_SET_NAME, "leader");
	pthread_barrier_init(&bar, NULL, 2);
	pthread_create(&t, NULL, thread, NULL);
	pthread_barrier_wait(&bar);
	snprintf(path, sizeof(path), "/proc/self/task/%d/comm", tid);
	show("read", read_file(path, buf, sizeof(buf)));
	show_str("name of the thread", buf);
	prctl(PR_GET_NAME, name);
	show_str("own name", name);
	show("read", read_file("/proc/self/comm", buf, sizeof(buf)));
	show_str("name of the process", buf);
	show_err("pthread_setname_np", pthread_setname_np(t, "renamed"));
	show("read", read_file(path, buf, sizeof(buf)));
	show_str("name of the thread", buf);
	snprintf(path, sizeof(path), "/proc/%d/task/%d", getpid(), getpid());
	show("task of the leader", access(path, F_OK));
	snprintf(path, sizeof(path), "/proc/self/task/%d", tid);
	show("task of the thread", access(path, F_OK));
	pthread_barrier_wait(&bar);
	pthread_join(t, NULL);
	for (int i = 0; i < 1000 && access(path, F_OK) == 0; i++)
		nap_ms(1);
	show("task of the thread, afterwards", access(path, F_OK));
	return 0;
}
