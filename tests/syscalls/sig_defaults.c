/*
 * tests/syscalls/sig_defaults.c - the default action of every signal: what happens to a process
 * that sends it to itself, and in a process that ignores it.
 */
#include "check.h"
#include <sys/resource.h>

static int send(void *arg)
{
	int sig = (long)arg;
	struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	/* A group that is not orphaned, where SIGTSTP and the like stop. */
	setpgid(0, 0);
	if (sig < 0) {
		sig = -sig;
		signal(sig, SIG_IGN);
	} else {
		signal(sig, SIG_DFL);
	}
	kill(getpid(), sig);
	return 3;
}

static void run(int sig, bool ignored)
{
	pid_t pid = xfork();
	int status;

	if (pid == 0)
		_exit(send((void *)(long)(ignored ? -sig : sig)));
	setpgid(pid, pid);
	if (waitpid(pid, &status, WUNTRACED) != pid)
		die("waitpid");
	show_status(sig_name(sig), status);
	if (WIFSTOPPED(status)) {
		kill(pid, SIGKILL);
		xwait(pid);
	}
}

int main(void)
{
	for (int sig = 1; sig <= 31; sig++)
		run(sig, false);
	run(SIGRTMIN, false);
	run(SIGRTMAX, false);
	say("ignored");
	for (int sig = 1; sig <= 31; sig++)
		run(sig, true);
	run(SIGRTMIN, true);
	return 0;
}
