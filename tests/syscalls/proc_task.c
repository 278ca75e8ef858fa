/* tests/syscalls/proc_task.c - /proc/PID/task: threads come and go. */
#include "fs_check.h"
#include <pthread.h>

#define THREADS 5

static int gate[2];
static pid_t tids[THREADS];
static pthread_barrier_t barrier;

static void *thread(void *arg)
{
	tids[(long)arg] = gettid();
	pthread_barrier_wait(&barrier);
	await_byte(gate[0]);
	return NULL;
}

static void list(const char *what)
{
	DIR *dir = opendir("/proc/self/task");
	int n = 0, found = 0, self = 0;
	struct dirent *d;

	if (!dir)
		die("task");
	while ((d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		n++;
		self += atoi(d->d_name) == getpid();
		for (int i = 0; i < THREADS; i++)
			found += atoi(d->d_name) == tids[i];
	}
	closedir(dir);
	say("%s: %d entries, the first thread %d, the others %d", what, n, self, found);
}

int main(void)
{
	pthread_t t[THREADS];
	char path[64], buf[256];
	struct stat st;

	pthread_barrier_init(&barrier, NULL, THREADS + 1);
	xpipe(gate);
	list("one");
	for (long i = 0; i < THREADS; i++)
		if (pthread_create(&t[i], NULL, thread, (void *)i))
			die("pthread_create");
	pthread_barrier_wait(&barrier);
	list("six");
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tids[2]);
	must(read_file(path, buf, sizeof(buf)));
	show_true("stat of a thread", atoi(buf) == tids[2]);
	snprintf(path, sizeof(path), "/proc/self/task/%d/status", tids[2]);
	show("status of a thread", stat(path, &st));
	snprintf(path, sizeof(path), "/proc/%d/stat", tids[2]);
	show("a thread at the top level", stat(path, &st));
	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", tids[2], getpid());
	show("its process by its task directory", stat(path, &st));
	show("task 1 of this process", stat("/proc/self/task/1000000000", &st));
	show("no number", stat("/proc/self/task/x", &st));
	snprintf(path, sizeof(path), "/proc/self/task/%d/exe", tids[1]);
	show("exe of a thread", stat(path, &st));
	for (int i = 0; i < THREADS; i++)
		send_byte(gate[1]);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	/* A joined thread may take a moment to vanish. */
	for (int i = 0; i < 500; i++) {
		int left = 0;

		for (int k = 0; k < THREADS; k++) {
			snprintf(path, sizeof(path), "/proc/self/task/%d", tids[k]);
			left += stat(path, &st) == 0;
		}
		if (!left)
			break;
		nap_ms(2);
	}
	list("one again");
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tids[2]);
	show_fd("gone", open(path, O_RDONLY));
	return 0;
}
