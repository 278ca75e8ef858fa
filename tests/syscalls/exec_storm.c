/*
 * tests/syscalls/exec_storm.c - several threads of one process execute a program at once, while
 * others sleep in calls or make them: one program runs, as the process, and the rest is gone.
 */
#include "check.h"
#include <pthread.h>
#include <sys/mman.h>

#define ROUNDS 60

static int sleepers[2], file;
static const char self_path[] = "/proc/self/exe";
#define LINKS 11 /* Linux may look three times and counts all links that it meets, 40 at most */
/* The same, which takes a while to find: others' execs have happened by then. */
static const char long_path[] = "link0";

static void *sleeper(void *arg)
{
	char c;

	(void)arg;
	for (;;)
		if (read(sleepers[0], &c, 1) == 0)
			return NULL;
}

static void *caller(void *arg)
{
	(void)arg;
	for (;;) {
		void *m = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, file, 0);

		if (m != MAP_FAILED)
			munmap(m, 4096);
		getppid();
	}
	return NULL;
}

static void *execute(void *arg)
{
	char *argv[] = {"program", arg, NULL};

	usleep((uintptr_t)arg % 1000);
	execv(gettid() == getpid() ? long_path : self_path, argv);
	_exit(errno == EAGAIN ? sleep(10) : 9); /* another thread's is under way */
}

static void make_long_path(void)
{
	char name[16], target[4000];
	size_t dots = sizeof(target) - 64;

	for (size_t i = 0; i < dots; i += 2)
		memcpy(target + i, "./", 2);
	for (int i = 0; i < LINKS; i++) {
		snprintf(name, sizeof(name), "link%d", i);
		snprintf(target + dots, 64, "link%d", i + 1);
		if (symlink(i == LINKS - 1 ? self_path : target, name) < 0)
			die("symlink");
	}
}

static void child(int from_thread, char *pid_text)
{
	pthread_t t;

	snprintf(pid_text, 16, "%d", getpid());
	pthread_create(&t, NULL, sleeper, NULL);
	pthread_create(&t, NULL, caller, NULL);
	if (from_thread >= 1)
		pthread_create(&t, NULL, execute, pid_text);
	if (from_thread == 2)
		pthread_create(&t, NULL, execute, pid_text);
	if (from_thread != 1)
		execute(pid_text);
	sleeper(NULL);
	_exit(8);
}

int main(int argc, char **argv)
{
	static char pid_text[16];
	int good[3] = {0};

	if (argc == 2) /* the program: the process keeps its number and has one thread */
		return getpid() == atoi(argv[1]) && gettid() == getpid() ? 42 : 1;
	make_long_path();
	xpipe(sleepers);
	file = memfd_create("file", MFD_CLOEXEC);
	if (file < 0 || ftruncate(file, 8192) < 0)
		die("memfd_create");
	for (int i = 0; i < ROUNDS; i++) {
		int status;
		pid_t pid = xfork();

		if (pid == 0)
			child(i % 3, pid_text);
		status = xwait(pid);
		if (WIFEXITED(status) && WEXITSTATUS(status) == 42)
			good[i % 3]++;
		else
			show_status("wrong", status);
	}
	show_val("by the leader", good[0]);
	show_val("by another thread", good[1]);
	show_val("by three at once", good[2]);
	return 0;
}
