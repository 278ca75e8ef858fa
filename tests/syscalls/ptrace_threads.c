/*
 * tests/syscalls/ptrace_threads.c - a traced process with threads: PTRACE_O_TRACECLONE attaches new
 * ones, each stops on its own, the leader's end is reported last.
 */
#include "check.h"
#include <pthread.h>
#include <sys/ptrace.h>

#define N 3

static void *thread(void *arg)
{
	return arg;
}

int main(void)
{
	int status, news = 0, clones = 0, ends = 0, other = 0;
	pid_t pid = xfork();

	if (pid == 0) {
		pthread_t t;

		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		for (int i = 0; i < N; i++) {
			pthread_create(&t, NULL, thread, NULL);
			pthread_join(t, NULL);
		}
		exit(8);
	}
	show_status("stop", xwait(pid));
	show("TRACECLONE", ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACECLONE));
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	for (;;) {
		pid_t tid = waitpid(-1, &status, __WALL);

		if (tid < 0)
			die("waitpid");
		if (tid == pid && !WIFSTOPPED(status))
			break;
		if (tid != pid && WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP)
			news++;
		else if (tid != pid && WIFEXITED(status))
			ends++;
		else if (tid == pid && status >> 16 == PTRACE_EVENT_CLONE)
			clones++;
		else
			other++;
		if (WIFSTOPPED(status))
			ptrace(PTRACE_CONT, tid, NULL, NULL);
	}
	say("clone events %d, new threads %d, ends %d, other %d", clones, news, ends, other);
	show_status("end", status);
	show("nothing left", waitpid(-1, &status, __WALL));
	return 0;
}
