/*
 * tests/syscalls/signalfd_stop_storm.c - a process that reads its signals from a signalfd is stopped and
 * continued all the time, without a pause: it takes longer, and nothing else changes.
 */
#include "check.h"
#include <sys/mman.h>
#include <sys/signalfd.h>

#define READS 300

static void child(volatile int *progress)
{
	struct signalfd_siginfo si;
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	for (int i = 0; i < READS; i++) {
		raise(SIGUSR1);
		if (read(fd, &si, sizeof(si)) != sizeof(si) || si.ssi_signo != SIGUSR1)
			_exit(2);
		*progress = i + 1;
	}
	_exit(7);
}

int main(void)
{
	volatile int *progress = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid = xfork();

	if (pid == 0)
		child(progress);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		for (int i = 0; i < 50; i++) {
			kill(pid, SIGSTOP);
			kill(pid, SIGCONT);
		}
		sched_yield();
	}
	say("all reads: %d", *progress == READS);
	say("exited with 7: %d", WIFEXITED(status) && WEXITSTATUS(status) == 7);
	return 0;
}
