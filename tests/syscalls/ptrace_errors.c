/*
 * tests/syscalls/ptrace_errors.c - requests for processes that are not there, not traced, not ours
 * or not stopped; attaching to oneself, to threads, by other users.
 */
#include "check.h"
#include <pthread.h>
#include <sys/ptrace.h>

static volatile pid_t tid;
static pthread_barrier_t bar;

static void *thread(void *arg)
{
	(void)arg;
	tid = raw(SYS_gettid);
	pthread_barrier_wait(&bar);
	pthread_barrier_wait(&bar);
	return NULL;
}

int main(void)
{
	pid_t pid = xfork();
	pthread_t t;
	long word;

	if (pid == 0)
		for (;;)
			pause();
	show("ATTACH, no process", ptrace(PTRACE_ATTACH, 0x7ffffff, NULL, NULL));
	show("ATTACH, pid 0", ptrace(PTRACE_ATTACH, 0, NULL, NULL));
	show("ATTACH to self", ptrace(PTRACE_ATTACH, getpid(), NULL, NULL));
	pthread_barrier_init(&bar, NULL, 2);
	pthread_create(&t, NULL, thread, NULL);
	pthread_barrier_wait(&bar);
	show("ATTACH to an own thread", ptrace(PTRACE_ATTACH, tid, NULL, NULL));
	pthread_barrier_wait(&bar);
	pthread_join(t, NULL);
	show("PEEKDATA, not traced", raw(SYS_ptrace, PTRACE_PEEKDATA, pid, &word, &word));
	show("CONT, not traced", ptrace(PTRACE_CONT, pid, NULL, NULL));
	show("DETACH, not traced", ptrace(PTRACE_DETACH, pid, NULL, NULL));
	show("KILL, not traced", ptrace(PTRACE_KILL, pid, NULL, NULL));
	show("ATTACH", ptrace(PTRACE_ATTACH, pid, NULL, NULL));
	xwait(pid);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	show("PEEKDATA, running", raw(SYS_ptrace, PTRACE_PEEKDATA, pid, &word, &word));
	show("CONT, running", ptrace(PTRACE_CONT, pid, NULL, NULL));
	show("DETACH, running", ptrace(PTRACE_DETACH, pid, NULL, NULL));
	kill(pid, SIGKILL);
	show_status("end", xwait(pid));
	if (geteuid() == 0) {
		pid_t root = getpid();

		pid = xfork();
		if (pid == 0) {
			if (setuid(1000) < 0)
				_exit(1);
			show("user: ATTACH to root", ptrace(PTRACE_ATTACH, root, NULL, NULL));
			_exit(0);
		}
		show_status("user", xwait(pid));
	}
	return 0;
}
