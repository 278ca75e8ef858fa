/*
 * tests/syscalls/fork_thread.c - fork(2) in a thread of several: the child has that thread only,
 * as its leader, and getppid is the process of the thread.
 */
#include "check.h"
#include <dirent.h>
#include <pthread.h>

static pthread_barrier_t bar;
static volatile int counter;

static void *spin(void *arg)
{
	(void)arg;
	pthread_barrier_wait(&bar);
	for (;;) {
		counter++;
		nap_ms(1);
	}
	return NULL;
}

static int count_tasks(void)
{
	DIR *d = opendir("/proc/self/task");
	int n = 0;

	if (!d)
		return -1;
	for (struct dirent *e; (e = readdir(d));)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static void *forker(void *arg)
{
	pid_t parent = getpid(), pid = xfork();

	(void)arg;
	if (pid == 0) {
		int before = counter;

		show_true("child: tid == pid", raw(SYS_gettid) == getpid());
		show_true("child: parent is the process", getppid() == parent);
		show_val("child: tasks", count_tasks());
		nap_ms(10);
		show_true("child: other thread is gone", counter == before);
		_exit(3);
	}
	show_status("child", xwait(pid));
	return NULL;
}

int main(void)
{
	pthread_t a, b;

	pthread_barrier_init(&bar, NULL, 2);
	pthread_create(&a, NULL, spin, NULL);
	pthread_barrier_wait(&bar);
	pthread_create(&b, NULL, forker, NULL);
	pthread_join(b, NULL);
	show_val("tasks", count_tasks() >= 2);
	return 0;
}
