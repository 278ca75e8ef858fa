/*
 * tests/syscalls/exec_thread.c - execve(2) in a thread that is not the leader: the new program has
 * the pid of the process and one thread; a failing exec leaves all threads alone.
 */
#include "check.h"
#include <dirent.h>
#include <pthread.h>

static char pid_text[16];
static volatile int alive;

static void *other(void *arg)
{
	(void)arg;
	for (;;) {
		alive++;
		nap_ms(1);
	}
	return NULL;
}

static void *execer(void *arg)
{
	(void)arg;
	nap_ms(5);
	show("failing exec", execl("missing", "missing", NULL));

	int before = alive;

	for (int i = 0; i < 2000 && alive == before; i++)
		nap_ms(1);
	show_true("others still run", alive != before);
	execl("/proc/self/exe", "self", pid_text, NULL);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t t;

	if (argc > 1) {
		DIR *d = opendir("/proc/self/task");
		int n = 0;

		show_true("pid is the same", getpid() == atoi(argv[1]));
		show_true("tid == pid", raw(SYS_gettid) == getpid());
		for (struct dirent *e; d && (e = readdir(d));)
			n += e->d_name[0] != '.';
		show_val("tasks", n);
		return 0;
	}
	snprintf(pid_text, sizeof(pid_text), "%d", getpid());
	for (int i = 0; i < 3; i++)
		pthread_create(&t, NULL, other, NULL);
	pthread_create(&t, NULL, execer, NULL);
	for (;;)
		pause();
}
